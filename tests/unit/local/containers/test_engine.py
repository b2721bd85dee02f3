"""Which Docker is spoken to, and what is said when none is there."""

from pathlib import Path

import pytest

from local.containers import engine
from local.errors import StackError


def _write_client(folder: Path, version: str, builds: bool) -> str:
    """Make a `docker` that says its version, and whose engine never answers."""
    folder.mkdir()
    client = folder / "docker"
    client.write_text(
        f'#!/bin/sh\ncase "$1" in\n--version) echo "Docker version {version}, build 1" ;;\n'
        f'buildx) exit {0 if builds else 1} ;;\n*) echo "no engine" >&2; exit 1 ;;\nesac\n'
    )
    client.chmod(0o755)
    return str(client)


def test_a_client_that_can_not_build_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_client(tmp_path / "without-plugin", "28.2.2", builds=False)
    older = _write_client(tmp_path / "older", "20.10.24+dfsg1", builds=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/without-plugin:{tmp_path}/older:/bin")
    assert engine.find_client() == older


def test_a_new_client_with_its_plugin_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = _write_client(tmp_path / "newer", "28.2.2", builds=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/newer:/bin")
    assert engine.find_client() == newer


def test_a_named_engine_that_is_silent_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_client(tmp_path / "client", "28.2.2", builds=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/client:/bin")
    monkeypatch.setenv("DOCKER_HOST", "tcp://docker.example:2376")
    with pytest.raises(StackError, match=r"docker\.example"), engine.open_engine():
        pass


def test_without_root_a_person_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_client(tmp_path / "client", "28.2.2", builds=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/client:/bin")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(StackError, match="only root can start one"), engine.open_engine():
        pass
