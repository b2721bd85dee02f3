"""The embedding model behind KServe's OpenAI route, and in a process of its own when that is down."""

import base64
import json
import shlex
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import httpx
import numpy as np
import numpy.typing as npt
import structlog
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_exponential_jitter

_BATCH = 64
# One is read and the next one sent while the server works on another.
_UNDER_WAY = 3
# To load the model, and for each text on the slowest machine: less than the task has, see `time_limits`.
_LOADING_S = 300
_SLOWEST_TEXTS_PER_S = 15
# A first run over thousands of pages takes minutes, and whoever watches wants to see them pass.
_TOLD_EVERY_S = 15

log = structlog.get_logger(__name__)


def name_run() -> dict[str, str]:
    """Return the header by which the model server's logs name the action or the run of a DAG that asks it.

    Airflow binds the run's id to all that a task logs, and the DAG of actions the id of what asked for it.
    """
    known = structlog.contextvars.get_contextvars()
    identity = known.get("correlation_id") or known.get("run_id")
    return {"X-Correlation-Id": str(identity)} if identity else {}


def is_away(error: BaseException) -> bool:
    """Tell whether an error shows that the model server is away: unreachable, or failing as a whole.

    What stands before it answers for it then (502, 503, 504). That it refuses a request (4xx) shows that it
    is there: another server would refuse as well.

    Example:
        >>> request = httpx.Request("POST", "http://model")
        >>> refused, away = (httpx.Response(status, request=request) for status in (400, 502))
        >>> is_away(httpx.HTTPStatusError("", request=request, response=refused))
        False
        >>> is_away(httpx.HTTPStatusError("", request=request, response=away))
        True
    """
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.is_server_error
    return isinstance(error, httpx.TransportError)


def _may_pass(error: BaseException) -> bool:
    is_busy = isinstance(error, httpx.HTTPStatusError) and error.response.status_code == 429
    return is_busy or is_away(error)


class ModelChangedError(RuntimeError):
    """The model server answered with another revision than before: its vectors don't belong together."""

    def __init__(self, before: str, now: str) -> None:
        """Say which.

        Args:
            before: `model@revision` of the first answer.
            now: Of a later one.
        """
        super().__init__(
            f"the model server answered with {before} and then with {now}, whose vectors don't belong "
            "together; try again when all of its replicas serve the same weights"
        )


def embed_texts(kserve_url: str, model: str, texts: list[str]) -> tuple[npt.NDArray[np.float32], str]:
    """Embed texts on the model server.

    Args:
        kserve_url: Address of the model server.
        model: Name of the embedding model.
        texts: At least one text.

    Returns:
        Unit vectors of shape (n_texts, dim), in the order of the texts, and `model@revision`.

    Raises:
        httpx.HTTPError: The server stayed away through five tries in some 15 s, or refused the request.
        ModelChangedError: It has answered with two revisions.
    """
    batches = list(embed_batches(kserve_url, model, texts))
    served = list(dict.fromkeys(served for _, served in batches))
    if len(served) > 1:
        raise ModelChangedError(*served[:2])
    return np.concatenate([vectors for vectors, _ in batches]), served[0]


def embed_batches(
    kserve_url: str, model: str, texts: Sequence[str]
) -> Iterator[tuple[npt.NDArray[np.float32], str]]:
    """Embed texts on the model server, and yield the vectors batch by batch as they come.

    The next request is under way while an answer is read; no more are, so that a caller that is slow, or a
    server that is, holds up the other.

    Args:
        kserve_url: Address of the model server.
        model: Name of the embedding model.
        texts: The texts.

    Yields:
        Unit vectors of shape (n, dim) of the next n texts, in their order, and `model@revision`.

    Raises:
        httpx.HTTPError: The server stayed away through five tries in some 15 s, or refused the request.
    """
    done, told = 0, time.monotonic()
    with (
        httpx.Client(base_url=kserve_url, timeout=120, headers=name_run()) as client,
        ThreadPoolExecutor(_UNDER_WAY) as pool,
    ):
        batches = (texts[begin : begin + _BATCH] for begin in range(0, len(texts), _BATCH))
        under_way = deque(pool.submit(_embed_batch, client, model, b) for b in islice(batches, _UNDER_WAY))
        try:
            while under_way:
                vectors, served = under_way.popleft().result()
                under_way += [pool.submit(_embed_batch, client, model, b) for b in islice(batches, 1)]
                done += len(vectors)
                if time.monotonic() - told > _TOLD_EVERY_S:
                    told = time.monotonic()
                    log.info("embedding", done=done, of=len(texts))
                yield vectors, served
        finally:
            # What has not begun is not begun any more, whether an error ends it or the caller wants no more.
            pool.shutdown(wait=False, cancel_futures=True)


@retry(
    retry=retry_if_exception(_may_pass),
    stop=stop_after_attempt(5),
    wait=wait_exponential_jitter(initial=1, max=8),
    reraise=True,
)
def _embed_batch(
    client: httpx.Client, model: str, texts: Sequence[str]
) -> tuple[npt.NDArray[np.float32], str]:
    body = {"model": model, "input": list(texts), "encoding_format": "base64"}
    response = client.post("/openai/v1/embeddings", json=body)
    response.raise_for_status()
    answer = response.json()
    rows = [np.frombuffer(base64.b64decode(item["embedding"]), dtype="<f4") for item in answer["data"]]
    return np.stack(rows), answer["model"]


def limit_fallback(texts: int) -> float:
    """Return how many seconds a process of its own may take for so many texts.

    Example:
        >>> limit_fallback(3_000)
        500.0
    """
    return _LOADING_S + texts / _SLOWEST_TEXTS_PER_S


def embed_in_process(command: str, texts: list[str]) -> tuple[npt.NDArray[np.float32], str]:
    """Embed texts by a command, which loads the model for them alone.

    Args:
        command: Reads a JSON list of texts and writes vectors, as `serving.model_server.embed_once` does.
        texts: At least one text.

    Returns:
        Unit vectors of shape (n_texts, dim), in the order of the texts, and `model@revision`.

    Raises:
        RuntimeError: The command failed, or took so long that it must hang.
    """
    patience = limit_fallback(len(texts))
    try:
        done = subprocess.run(
            shlex.split(command), input=json.dumps(texts).encode(), capture_output=True, timeout=patience
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"{command!r} has not embedded {len(texts)} texts in {patience:.0f} s") from error
    if done.returncode:
        raise RuntimeError(f"{command!r} failed: {done.stderr.decode(errors='replace')[-500:]}")
    return read_vectors(done.stdout, len(texts))


def read_vectors(told: bytes, texts: int) -> tuple[npt.NDArray[np.float32], str]:
    """Return the vectors that `embed_once` and `embed_lines` write of so many texts, and `model@revision`.

    Args:
        told: A JSON object with `model` and `vectors`.
        texts: How many were asked for; at least one.

    Raises:
        ValueError: It is no such object, as when the process ended before it had written all.
    """
    answer = json.loads(told)
    vectors = np.frombuffer(base64.b64decode(answer["vectors"]), dtype="<f4")
    return vectors.reshape(texts, -1), answer["model"]
