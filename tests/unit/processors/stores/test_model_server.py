"""A process that embeds has the time that its texts take, and no more."""

import shlex
import sys

import pytest

from processors.stores import model_server
from processors.stores.model_server import embed_in_process


def command(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def test_a_process_that_hangs_is_ended_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_server, "_LOADING_S", 0.2)
    with pytest.raises(RuntimeError, match=r"has not embedded 2 texts in 0 s"):
        embed_in_process(command("import time; time.sleep(30)"), ["a", "b"])


def test_a_process_that_fails_is_quoted() -> None:
    with pytest.raises(RuntimeError, match="no such model"):
        embed_in_process(command("raise SystemExit('no such model')"), ["a"])
