"""The programs of the cluster are built once, and again when what they are built from changes."""

from pathlib import Path

import pytest

from local import kube_build
from local.errors import StackError


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would build; none is run."""
    commands: list[list[str]] = []

    def note(command: list[str], folder: Path, _log: object) -> None:
        (folder / "go").mkdir(exist_ok=True)
        commands.append(command)

    monkeypatch.setattr(kube_build, "_run", note)
    monkeypatch.setattr(kube_build, "ensure_go", lambda: "go")
    monkeypatch.setattr(kube_build, "FREE_BYTES", 0)
    kube_build.ensure_programs(tmp_path)
    return commands


def test_every_program_is_built_once_and_the_caches_go(built: list[list[str]], tmp_path: Path) -> None:
    assert [command[-1] for command in built] == list(kube_build.PROGRAMS.values())
    assert not (tmp_path / "kube/go").exists()
    kube_build.ensure_programs(tmp_path)
    assert len(built) == len(kube_build.PROGRAMS)


def test_another_version_is_built_again(
    built: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kube_build, "KWOK", "sigs.k8s.io/kwok/cmd/kwok@v0.9.0")
    kube_build.ensure_programs(tmp_path)
    assert len(built) == 2 * len(kube_build.PROGRAMS)


def test_a_disk_that_is_too_full_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kube_build, "FREE_BYTES", 1 << 60)
    with pytest.raises(StackError, match="RUNLORE_ENVS"):
        kube_build.check_room(tmp_path)


def test_an_old_go_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho go1.19.8\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match=r"is go1\.19\.8"):
        kube_build.ensure_go()


def test_the_programs_are_told_the_version_that_go_mod_requires() -> None:
    version = kube_build.read_kubernetes_version((kube_build.MODULE / "go.mod").read_text())
    assert version.startswith("v1.33.")
