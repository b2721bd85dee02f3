"""Programs are built once, and again when what they are built from changes."""

from pathlib import Path

import pytest

from local import go_build
from local.errors import StackError
from local.go_build import Programs, ensure_built

TOOL = "example.org/tool@v1.0.0"


def make_programs(module: Path, tool: str = TOOL, free_bytes: int = 0) -> Programs:
    for name in ("go.mod", "go.sum"):
        (module / name).touch()
    return Programs("programs", "Two tools", module, {"one": "example.org/one", "two": tool}, "", free_bytes)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would build; none is run."""
    commands: list[list[str]] = []

    def note(command: list[str], _module: Path, folder: Path, _log: object) -> None:
        (folder / "go").mkdir(exist_ok=True)
        commands.append(command)

    monkeypatch.setattr(go_build, "_run", note)
    monkeypatch.setattr(go_build, "ensure_go", lambda _title: "go")
    ensure_built(tmp_path, make_programs(tmp_path))
    return commands


def test_every_program_is_built_once_and_the_caches_go(built: list[list[str]], tmp_path: Path) -> None:
    assert [command[-1] for command in built] == ["example.org/one", TOOL]
    assert not (tmp_path / "programs/go").exists()
    ensure_built(tmp_path, make_programs(tmp_path))
    assert len(built) == 2


def test_another_version_is_built_again(built: list[list[str]], tmp_path: Path) -> None:
    ensure_built(tmp_path, make_programs(tmp_path, "example.org/tool@v2.0.0"))
    assert len(built) == 4


def test_other_pins_are_built_again(built: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "go.sum").write_text("example.org/one v1.0.0 h1:another\n")
    ensure_built(tmp_path, make_programs(tmp_path))
    assert len(built) == 4


def test_a_disk_that_is_too_full_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="RUNLORE_ENVS"):
        ensure_built(tmp_path, make_programs(tmp_path, free_bytes=1 << 60))


def test_an_old_go_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho go1.19.8\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match=r"Kubernetes needs Go.* is go1\.19\.8"):
        go_build.ensure_go("Kubernetes")
