"""A gateway that answers for a server that is away is asked again; no process takes longer than its texts."""

import base64
import json
import shlex
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import httpx
import numpy as np
import pytest
import structlog

from processors.stores import model_server
from processors.stores.model_server import (
    ModelChangedError,
    embed_batches,
    embed_in_process,
    embed_texts,
    is_away,
)


def make_vector(text: str) -> np.ndarray:
    """Tells of the text that it is of."""
    return np.array([len(text), float(text) if text.isdecimal() else 0], "<f4")


class Gateway(BaseHTTPRequestHandler):
    """What stands before a model server: answers for it with the troubles that are left, then lets pass."""

    troubles: list[int] = []  # noqa: RUF012 - the server makes an instance for each request
    asked = 0
    named: str | None = None
    lock = Lock()
    at_once, most_at_once = 0, 0
    served: list[str] = []  # noqa: RUF012 - as above

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Gateway.asked += 1
        Gateway.named = self.headers.get("X-Correlation-Id")
        if self.troubles:
            self._reply(self.troubles.pop(0), b"<html>Bad Gateway</html>")
            return
        with self.lock:
            Gateway.at_once += 1
            Gateway.most_at_once = max(Gateway.at_once, Gateway.most_at_once)
        # The first of those that are under way is answered last.
        time.sleep(0.05 if body["input"][0].endswith("00") else 0.001)
        data = [
            {"embedding": base64.b64encode(make_vector(text).tobytes()).decode()} for text in body["input"]
        ]
        with self.lock:
            Gateway.at_once -= 1
            model = self.served.pop(0) if self.served else "m@r1"
        self._reply(200, json.dumps({"model": model, "data": data}).encode())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(model_server._embed_batch.retry, "sleep", lambda _: None)
    for name, nothing in {"asked": 0, "at_once": 0, "most_at_once": 0, "served": []}.items():
        monkeypatch.setattr(Gateway, name, nothing)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_pass_is_tried_again(gateway: str, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setattr(Gateway, "troubles", [status] * 4)
    vectors, model = embed_texts(gateway, "m", ["a", "b"])
    assert (vectors.shape, model, Gateway.asked) == ((2, 2), "m@r1", 5)


@pytest.mark.parametrize(
    ("status", "away", "tries"), [(502, True, 5), (503, True, 5), (400, False, 1), (413, False, 1)]
)
def test_what_stays_is_told_as_an_error_that_says_whether_the_server_is_away(
    gateway: str, monkeypatch: pytest.MonkeyPatch, status: int, away: bool, tries: int
) -> None:
    monkeypatch.setattr(Gateway, "troubles", [status] * 9)
    with pytest.raises(httpx.HTTPStatusError) as raised:
        embed_texts(gateway, "m", ["a"])
    assert (is_away(raised.value), Gateway.asked) == (away, tries)


def test_vectors_keep_the_order_of_their_texts_while_requests_overtake_each_other(gateway: str) -> None:
    texts = [str(number) for number in range(2_000)]
    vectors, _ = embed_texts(gateway, "m", texts)
    assert vectors[:, 1].tolist() == [float(number) for number in range(2_000)]
    assert 1 < Gateway.most_at_once <= model_server._UNDER_WAY


def test_no_more_is_asked_than_the_caller_takes(gateway: str) -> None:
    batches = embed_batches(gateway, "m", [str(number) for number in range(64 * 40)])
    next(batches)
    next(batches)
    time.sleep(0.3)
    assert Gateway.asked <= 2 + model_server._UNDER_WAY
    batches.close()
    assert Gateway.asked <= 2 + model_server._UNDER_WAY


def test_an_error_ends_what_has_not_begun(gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "troubles", [400] * 99)
    with pytest.raises(httpx.HTTPStatusError):
        embed_texts(gateway, "m", ["a"] * 64 * 40)
    assert Gateway.asked <= 1 + model_server._UNDER_WAY


def test_what_may_pass_is_tried_again_without_losing_the_order(
    gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gateway, "troubles", [429, 503, 502, 429])
    texts = [str(number) for number in range(1_000)]
    vectors, _ = embed_texts(gateway, "m", texts)
    assert vectors[:, 1].tolist() == [float(number) for number in range(1_000)]


def test_vectors_of_two_revisions_are_never_given_together(
    gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gateway, "served", ["m@r1", "m@r1", "m@r2"])
    # Which of the requests that are under way is answered by whom, chance decides.
    with pytest.raises(ModelChangedError, match=r"m@r(1 and then with m@r2|2 and then with m@r1)"):
        embed_texts(gateway, "m", ["a"] * 64 * 3)


def command(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def test_a_process_that_hangs_is_ended_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_server, "_LOADING_S", 0.2)
    with pytest.raises(RuntimeError, match=r"has not embedded 2 texts in 0 s"):
        embed_in_process(command("import time; time.sleep(30)"), ["a", "b"])


def test_a_process_that_fails_is_quoted() -> None:
    with pytest.raises(RuntimeError, match="no such model"):
        embed_in_process(command("raise SystemExit('no such model')"), ["a"])


@pytest.mark.parametrize(
    ("bound", "named"),
    [
        ({}, None),
        ({"run_id": "manual__1+00:00"}, "manual__1+00:00"),
        ({"run_id": "action__1", "correlation_id": "asked-1"}, "asked-1"),
    ],
)
def test_the_model_server_is_told_which_run_or_request_asks(
    gateway: str, bound: dict[str, str], named: str | None
) -> None:
    with structlog.contextvars.bound_contextvars(**bound):
        embed_texts(gateway, "m", ["a text"])
    assert Gateway.named == named
