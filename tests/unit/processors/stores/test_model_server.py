"""A gateway that answers for a server that is away is asked again; no process takes longer than its texts."""

import base64
import json
import shlex
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import numpy as np
import pytest
import structlog

from processors.stores import model_server
from processors.stores.model_server import embed_in_process, embed_texts, is_away


class Gateway(BaseHTTPRequestHandler):
    """What stands before a model server: answers for it with the troubles that are left, then lets pass."""

    troubles: list[int] = []  # noqa: RUF012 - the server makes an instance for each request
    asked = 0
    named: str | None = None

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Gateway.asked += 1
        Gateway.named = self.headers.get("X-Correlation-Id")
        if self.troubles:
            self._reply(self.troubles.pop(0), b"<html>Bad Gateway</html>")
            return
        vector = base64.b64encode(np.ones(2, "<f4").tobytes()).decode()
        answer = {"model": "m@r1", "data": [{"embedding": vector} for _ in body["input"]]}
        self._reply(200, json.dumps(answer).encode())

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
    monkeypatch.setattr(Gateway, "asked", 0)
    server = HTTPServer(("127.0.0.1", 0), Gateway)
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
