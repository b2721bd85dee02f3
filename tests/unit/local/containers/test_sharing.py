"""An engine of our own: one for all commands that run at once, and gone after the last of them."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from local.containers.opening import open_engine

# A `docker` that hears an engine where its socket is a file, and a `dockerd` that keeps that file.
_CLIENT = """#!/bin/sh
[ "$1" = --version ] && { echo "Docker version 20.10.24, build 1"; exit 0; }
[ -e "${DOCKER_HOST#unix://}" ] && [ -n "$DOCKER_HOST" ]
"""
_DAEMON = """#!/bin/sh
echo begun >> "$(dirname "$0")/begun"
for part; do case "$part" in unix://*) socket="${part#unix://}" ;; esac; done
touch "$socket"
trap 'rm "$socket"; exit 0' TERM
while :; do sleep 0.05; done
"""


@pytest.fixture
def daemons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Programs in place of Docker's; it counts how often the engine was started."""
    for name, text in (("docker", _CLIENT), ("dockerd", _DAEMON)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("local.containers.opening.FOLDER", tmp_path / "containers")
    begun = tmp_path / "begun"
    return lambda: len(begun.read_text().splitlines())


def test_a_second_command_uses_the_engine_of_the_first(daemons: Callable[[], int]) -> None:
    with open_engine() as first, open_engine() as second:
        assert second == first
        assert first.is_own
    assert daemons() == 1


def test_an_engine_outlives_the_command_that_started_it_until_others_are_done(
    daemons: Callable[[], int],
) -> None:
    begun, done = threading.Event(), threading.Event()

    def start() -> None:
        with open_engine():
            begun.set()
            done.wait()

    starter = threading.Thread(target=start)
    starter.start()
    begun.wait()
    with open_engine() as joined:
        done.set()
        starter.join(timeout=0.5)
        assert starter.is_alive()
        assert Path(joined.environment["DOCKER_HOST"].removeprefix("unix://")).exists()
    starter.join(timeout=10)
    assert not starter.is_alive()
    assert daemons() == 1


def test_an_engine_that_has_ended_is_started_anew(daemons: Callable[[], int]) -> None:
    for _ in range(2):
        with open_engine() as engine:
            assert engine.is_own
    assert daemons() == 2
