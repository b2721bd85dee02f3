"""A channel: an HTTP server that is told what was found out about alerts, and may refuse."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Channel:
    """What it was told, and whose alerts it refuses."""

    url: str
    secret: str
    told: list[dict[str, Any]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    is_down: bool = False


@contextmanager
def listening() -> Iterator[Channel]:
    """Listen on a free port while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            is_refused = channel.is_down or body.get("alert", {}).get("fingerprint") in channel.refused
            if not is_refused:
                assert self.headers["Idempotency-Key"]
                channel.told.append(body)
            self.send_response(503 if is_refused else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing of each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    secret = "hook-7f3a"
    channel = Channel(f"http://127.0.0.1:{server.server_port}/{secret}", secret)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield channel
    finally:
        server.shutdown()
        server.server_close()
