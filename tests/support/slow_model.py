"""An answering model that never comes to an end, and counts who still waits for it."""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.support.http_server import read_body, send_text

PAUSE_S: Final = 0.05


@dataclass
class SlowModel:
    """Where it is, and how many of its answers somebody waits for."""

    url: str = ""
    asked: int = 0
    open: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_until(self, is_so: Callable[["SlowModel"], bool], seconds: float = 5) -> None:
        deadline = time.monotonic() + seconds
        while not is_so(self):
            assert time.monotonic() < deadline, f"asked {self.asked} times, {self.open} still open"
            time.sleep(0.01)

    @contextmanager
    def answering(self) -> Iterator[None]:
        with self.lock:
            self.asked += 1
            self.open += 1
        try:
            yield
        finally:
            with self.lock:
                self.open -= 1


@contextmanager
def serve_slow_model() -> Iterator[SlowModel]:
    model = SlowModel()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(model))
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_port}/openai/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()


def _make_handler(model: SlowModel) -> type[BaseHTTPRequestHandler]:
    class SlowHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(read_body(self))
            with model.answering():
                if body.get("stream"):
                    self._trickle()
                else:
                    self._keep_waiting()
            self.close_connection = True

        def do_GET(self) -> None:
            listed = json.dumps({"object": "list", "data": [{"id": "extractive", "object": "model"}]})
            send_text(self, "application/json", listed)

        def _trickle(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"data: " + json.dumps(_make_chunk("word ")).encode() + b"\n\n")
                    time.sleep(PAUSE_S)
            except OSError:
                return

        def _keep_waiting(self) -> None:
            while True:
                readable, _, _ = select.select([self.connection], [], [], PAUSE_S)
                if readable and not self.connection.recv(1, socket.MSG_PEEK):
                    return

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return SlowHandler


def _make_chunk(text: str) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    kind = "chat.completion.chunk"
    return {"id": "slow", "object": kind, "created": 1, "model": "extractive", "choices": [choice]}
