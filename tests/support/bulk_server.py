"""A server that takes bulk requests as OpenSearch does, and puts some chunks off at first."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Lock
from typing import Any

from tests.support.http_server import read_body, send_text, serve


class Bulk:
    """What a server was sent: chunks by index and id, and which of them were put off at first."""

    def __init__(self, refused: str) -> None:
        """Remember nothing yet; `refused` is a text whose chunks are refused for good."""
        self.refused = refused
        self.held: dict[str, dict[str, Any]] = {}
        self.put_off: set[str] = set()
        self.lock = Lock()
        self.url = ""

    def take(self, index: str, chunk_id: str, chunk: dict[str, Any]) -> dict[str, Any]:
        """Return the answer for one chunk: every third is put off once."""
        item = {"_index": index, "_id": chunk_id}
        with self.lock:
            if self.refused in chunk["text"]:
                return {**item, "status": 400, "error": {"type": "mapper_parsing_exception"}}
            if int(chunk_id, 16) % 3 == 0 and chunk_id not in self.put_off:
                self.put_off.add(chunk_id)
                return {**item, "status": 429, "error": {"type": "es_rejected_execution_exception"}}
            self.held.setdefault(index, {})[chunk_id] = chunk
        return {**item, "status": 201}


@contextmanager
def serve_bulk(refused: str) -> Iterator[Bulk]:
    """Run the server.

    Args:
        refused: A text whose chunks are refused for good.
    """
    bulk = Bulk(refused)

    class BulkHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, body: Any) -> None:
            send_text(self, "application/json", json.dumps(body))

        def do_POST(self) -> None:
            content = read_body(self).decode()
            if self.path.startswith("/_bulk"):
                lines = [json.loads(line) for line in content.splitlines()]
                pairs = zip(lines[::2], lines[1::2], strict=True)
                items = [bulk.take(a["index"]["_index"], a["index"]["_id"], chunk) for a, chunk in pairs]
                self.answer({"errors": True, "items": [{"index": item} for item in items]})
            else:
                self.answer({"hits": {"hits": []}})

        def do_GET(self) -> None:
            self.answer({"rag-v000007": {"aliases": {}}})

        def do_PUT(self) -> None:
            read_body(self)
            self.answer({"acknowledged": True})

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serve(BulkHandler) as bulk.url:
        yield bulk
