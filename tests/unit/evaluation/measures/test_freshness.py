"""MLflow that is away holds no micro-batch up."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from evaluation.measures import freshness
from evaluation.measures.freshness import try_log_step
from processors.settings import Settings, change_settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return change_settings(load_settings(), storage={"work_dir": tmp_path})


def log_to(settings: Settings, url: str) -> tuple[bool, float]:
    """Log a step, and tell whether it was and how long it took."""
    began = time.monotonic()
    logged = try_log_step(
        change_settings(settings, mlflow={"tracking_uri": url}), "r1", 7, {"age": 2.5, "drift": float("nan")}
    )
    return logged, time.monotonic() - began


def test_a_closed_port_costs_nothing(settings: Settings) -> None:
    logged, took = log_to(settings, "http://127.0.0.1:1")
    assert not logged
    assert took < freshness._PATIENCE_S


def test_a_port_that_accepts_and_never_answers_costs_a_second_once(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        logged, took = log_to(settings, url)
        assert (logged, took < 3) == (False, True)
        for _ in range(5):
            logged, took = log_to(settings, url)
            assert (logged, took < freshness._PATIENCE_S) == (False, True)


def test_what_a_micro_batch_waits_for_is_that_second(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "check_searchable", lambda *_: {"sampled_chunks": 3.0})
    monkeypatch.setattr(freshness, "count_events", lambda _: 7)
    monkeypatch.setattr(freshness, "read_meta", lambda *_: {"mlflow_run": "r1"})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        told = freshness.record_freshness(
            change_settings(settings, mlflow={"tracking_uri": silent_url}), "file:///run", "rag-v000001"
        )
    assert told == {"sampled_chunks": 3.0, "logged_in_mlflow": 0.0}
    assert time.monotonic() - began < 10


class Tracking(BaseHTTPRequestHandler):
    """MLflow, as far as a step needs it."""

    status = 200
    received: list[Any] = []  # noqa: RUF012 - the server makes an instance for each request

    def do_POST(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def tracking() -> Iterator[str]:
    Tracking.received.clear()
    server = HTTPServer(("127.0.0.1", 0), Tracking)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_step_is_logged_without_what_is_no_number(settings: Settings, tracking: str) -> None:
    assert log_to(settings, tracking)[0]
    (body,) = Tracking.received
    assert body["run_id"] == "r1"
    assert [(metric["key"], metric["value"], metric["step"]) for metric in body["metrics"]] == [
        ("age", 2.5, 7)
    ]


def test_one_that_refuses_is_asked_the_next_time(
    settings: Settings, tracking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tracking, "status", 500)
    assert not log_to(settings, tracking)[0]
    monkeypatch.setattr(Tracking, "status", 200)
    assert log_to(settings, tracking)[0]


def test_one_that_was_away_is_asked_again_after_a_while(settings: Settings, tracking: str) -> None:
    log_to(settings, "http://127.0.0.1:1")
    assert not log_to(settings, tracking)[0]
    mark = settings.storage.work_dir / freshness._AWAY
    long_ago = time.time() - freshness._REST_S - 1
    os.utime(mark, (long_ago, long_ago))
    assert log_to(settings, tracking)[0]


def test_a_micro_batch_loads_no_client_of_mlflow_and_draws_no_pictures() -> None:
    code = (
        "import sys, evaluation.measures.freshness; print({'mlflow', 'matplotlib', 'scipy'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
