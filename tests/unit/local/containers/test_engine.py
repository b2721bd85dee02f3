"""Which Docker client is taken."""

from pathlib import Path

import pytest

from local.containers import engine
from tests.support.docker_clients import write_client


def test_a_client_that_can_not_build_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_client(tmp_path / "without-plugin", "28.2.2", builds=False)
    older = write_client(tmp_path / "older", "20.10.24+dfsg1", builds=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/without-plugin:{tmp_path}/older:/bin")
    assert engine.find_client() == older


def test_a_new_client_with_its_plugin_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = write_client(tmp_path / "newer", "28.2.2", builds=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/newer:/bin")
    assert engine.find_client() == newer
