"""What is said when no Docker engine is there and none may be started."""

from pathlib import Path

import pytest

from local.containers.opening import open_engine
from local.errors import StackError
from tests.support.docker_clients import write_client


def test_a_named_engine_that_is_silent_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_client(tmp_path / "client", "28.2.2", builds=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/client:/bin")
    monkeypatch.setenv("DOCKER_HOST", "tcp://docker.example:2376")
    with pytest.raises(StackError, match=r"docker\.example"), open_engine():
        pass


def test_without_root_a_person_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_client(tmp_path / "client", "28.2.2", builds=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/client:/bin")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(StackError, match="only root can start one"), open_engine():
        pass
