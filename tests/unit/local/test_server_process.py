"""A server for a test is there while it is needed, and nothing of it afterwards."""

import os
import sys
from pathlib import Path

import httpx
import pytest

from local.errors import StackError
from local.free_port import find_free_port
from local.server_process import run_server


def test_it_answers_within_the_block_and_is_gone_after_it(tmp_path: Path) -> None:
    port = find_free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with run_server(command, os.environ, lambda: httpx.get(url).is_success, tmp_path / "log"):
        assert httpx.get(url).is_success
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_one_that_ends_at_once_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no licence')"]
    with (
        pytest.raises(StackError, match="no licence"),
        run_server(command, os.environ, lambda: False, tmp_path / "log"),
    ):
        pytest.fail("it is up")
