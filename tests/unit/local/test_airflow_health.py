"""The health check of Airflow's containers, against a server that answers as the API server does."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from local.airflow.health import is_healthy

REPORT = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "unhealthy"},
    "triggerer": {"status": None},
}


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert self.path == "/api/v2/monitor/health"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(REPORT).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("component", "expected"), [("metadatabase", True), ("scheduler", False), ("triggerer", False)]
)
def test_a_part_is_healthy_if_the_api_server_says_so(url: str, component: str, expected: bool) -> None:
    assert is_healthy(url, component) == expected
