"""`make bench-embedding`: the model server beside plain sentence-transformers, the same weights and texts.

The library runs as it comes, by torch in 32 bits with its defaults, in an environment of its own. Ours is
asked over HTTP, as the pipelines ask it. In turns both get all passages of the project's pages at once, and
then questions one by one. The ratio is that of the clock, CPU time beside it; `--rounds` says how often.
"""

import argparse
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import numpy as np
import numpy.typing as npt
import psutil

from evaluation.benchmarks.embedding_spark import open_spark
from evaluation.benchmarks.model_process import run_model_server
from evaluation.benchmarks.procedures import MODEL, cut_pages, list_pages
from evaluation.benchmarks.rows import Row, emit, open_table
from evaluation.queries.query_sets import read_golden
from local.environments import ensure_environment, find_environments
from local.models import find_packaged
from processors.knowledge.chunk import embedding_text
from processors.stores.model_server import embed_texts

_PLAIN: Final = "sentence-transformers"
_QUESTIONS: Final = 100
# A job of Spark's takes a part of a second to begin; a file of a rebuild has some 2,000 chunks.
_SPARK_TIMES: Final = 4

Vectors = npt.NDArray[np.float32]


class Embedded(NamedTuple):
    """What embedding some texts came to.

    Attributes:
        seconds: By the clock.
        cpu: Seconds of all processors.
        vectors: Of shape (n_texts, dim).
    """

    seconds: float
    cpu: float
    vectors: Vectors


Embed = Callable[[Sequence[str]], Embedded]


@contextmanager
def open_plain(envs: Path, folder: Path) -> Iterator[Embed]:
    """Run sentence-transformers, and give what embeds by it.

    Args:
        envs: Environments; that of the library is made if it isn't there.
        folder: The model's.
    """
    ensure_environment(envs, _PLAIN)
    script = Path(__file__).with_name("plain_encode.py")
    command = [str(envs / _PLAIN / "bin/python"), str(script), str(folder)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        asked, told = process.stdin, process.stdout
        assert asked  # noqa: S101 - it is a pipe
        assert told  # noqa: S101 - it is a pipe

        def embed(texts: Sequence[str]) -> Embedded:
            asked.write(f"{json.dumps(list(texts))}\n")
            asked.flush()
            seconds, cpu, vectors = json.loads(told.readline())
            return Embedded(seconds, cpu, np.asarray(vectors, dtype=np.float32))

        try:
            yield embed
        finally:
            asked.close()


@contextmanager
def open_ours(envs: Path) -> Iterator[Embed]:
    """Run the model server, and give what embeds by it.

    Args:
        envs: Holds its environment.
    """
    with run_model_server(envs, {}) as server, httpx.Client(base_url=server.url, timeout=120) as http:
        process = psutil.Process(server.pid)

        def embed_one(text: str) -> Vectors:
            # As the service does: on a connection that is there.
            answer = http.post("/openai/v1/embeddings", json={"model": MODEL, "input": text})
            told = answer.raise_for_status().json()["data"]
            return np.asarray([told[0]["embedding"]], dtype=np.float32)

        def embed(texts: Sequence[str]) -> Embedded:
            used, began = sum(process.cpu_times()[:2]), time.perf_counter()
            if len(texts) == 1:
                vectors = embed_one(texts[0])
            else:
                vectors, _ = embed_texts(server.url, MODEL, list(texts))
            seconds = time.perf_counter() - began
            return Embedded(seconds, sum(process.cpu_times()[:2]) - used, vectors)

        yield embed


def measure_likeness(ours: Vectors, theirs: Vectors) -> npt.NDArray[Any]:
    """Return the cosine of each text's two vectors.

    Args:
        ours: Of shape (n_texts, dim).
        theirs: Of the same shape.

    Example:
        >>> measure_likeness(np.array([[1.0, 0.0]]), np.array([[2.0, 0.0]])).tolist()
        [1.0]
    """
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    likeness: npt.NDArray[Any] = np.einsum("ij,ij->i", ours, theirs) / lengths
    return likeness


def compare(name: str, ours: Embed, theirs: Embed, asked: Sequence[Sequence[str]], rounds: int) -> list[Row]:
    """Return rows: medians of rounds in turns, by the clock and by CPU time, and the least cosine.

    Args:
        name: Of the texts.
        ours: Embeds by the model server.
        theirs: Embeds by the library.
        asked: Lists of texts, each embedded by one call.
        rounds: How often all of it is done by each.
    """
    count = sum(map(len, asked))
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    used: dict[str, list[float]] = {"ours": [], "theirs": []}
    least = 1.0
    for embed in (ours, theirs):
        embed(asked[0])
    for _ in range(rounds):
        vectors = {}
        for who, embed in (("ours", ours), ("theirs", theirs)):
            done = [embed(texts) for texts in asked]
            seconds[who].append(sum(one.seconds for one in done))
            used[who].append(sum(one.cpu for one in done))
            vectors[who] = np.concatenate([one.vectors for one in done])
        least = min(least, float(measure_likeness(vectors["ours"], vectors["theirs"]).min()))
    rates = {who: count / statistics.median(seconds[who]) for who in seconds}
    by_cpu = {who: count / statistics.median(used[who]) for who in used}
    return [
        Row(name, rates["ours"], "texts/s", "more", beside=_PLAIN, bare=rates["theirs"]),
        Row(name, by_cpu["ours"], "texts/CPU s", "more", beside=_PLAIN, bare=by_cpu["theirs"]),
        Row(f"{name}, least cosine", least, "cosine", "more"),
    ]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="bench-embedding", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--spark", action="store_true", help="by Spark's executors in place of the server")
    given = parser.parse_args()
    envs = find_environments()
    folder = find_packaged(envs)
    chunks = cut_pages(list_pages(None), folder / "tokenizer.json")
    passages = [embedding_text(chunk) for chunk in chunks]
    questions = [[query["query"]] for query in read_golden()[:_QUESTIONS]]
    open_table(f"{given.rounds} rounds in turns; {len(passages)} passages")
    if given.spark:
        with open_spark(envs) as by_spark, open_plain(envs, folder) as theirs:
            many = [passages * _SPARK_TIMES]
            name = f"all passages {_SPARK_TIMES} times, by Spark"
            for row in compare(name, lambda texts: Embedded(*by_spark(texts)), theirs, many, given.rounds):
                emit(row)
        return
    with open_ours(envs) as ours, open_plain(envs, folder) as theirs:
        for name, asked in (
            ("all passages at once", [passages]),
            (f"{len(questions)} questions one by one", questions),
        ):
            for row in compare(name, ours, theirs, asked, given.rounds):
                emit(row)


if __name__ == "__main__":
    main()
