"""`make clean` removes what a stack made, and never anything else."""

import re
from pathlib import Path

import pytest

from local import home, stack
from local.data import prepare_folders
from local.errors import StackError
from local.home import CONTENTS, MARK, claim_home, remove_home
from local.settings import ROOT, StackSettings


def test_what_a_stack_made_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    claim_home(folder)
    (folder / "redis").mkdir()
    (folder / "redis/dump.rdb").write_text("x")
    remove_home(folder)
    assert list(tmp_path.iterdir()) == []
    remove_home(folder)


def test_a_folder_that_was_there_before_is_not_claimed_and_not_removed(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    claim_home(tmp_path)
    assert not (tmp_path / MARK).exists()
    with pytest.raises(StackError, match=f"has no file {MARK}.*nothing was removed"):
        remove_home(tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_what_somebody_put_beside_it_keeps_it(tmp_path: Path) -> None:
    claim_home(tmp_path)
    (tmp_path / "backup.tar").write_text("x")
    with pytest.raises(StackError, match=r"not the stack's: backup\.tar"):
        remove_home(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [MARK, "backup.tar"]


@pytest.mark.parametrize("folder", [Path("/"), Path.home(), Path.home().parent, ROOT, ROOT.parent])
def test_what_holds_more_than_a_stack_is_never_removed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home.shutil, "rmtree", lambda *_: pytest.fail("it was removed"))
    with pytest.raises(StackError, match="holds more than a stack"):
        remove_home(folder)


def test_a_stack_whose_folder_may_not_be_removed_is_not_even_stopped(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "stop_supervisor", lambda _: pytest.fail("it was stopped"))
    (settings.home / "notes.txt").write_text("x")
    assert stack.main(["clean"]) == 1
    assert (settings.home / "notes.txt").exists()


def test_a_stack_that_was_made_before_is_marked_when_it_is_set_up(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.data.os.geteuid", lambda: 1000)
    (settings.home / "kafka").mkdir()
    prepare_folders(settings)
    assert (settings.home / MARK).exists()


def test_all_that_a_stack_puts_there_is_known() -> None:
    files = [*(ROOT / "local").rglob("*.py"), *(ROOT / "local").rglob("*.conf")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    named = {
        found
        for text in texts
        for found in re.findall(r"(?:settings\.home / f?\"|ENV_RUNLORE_HOME\)s/)([\w.-]+)", text)
    }
    assert len(named) > 8
    assert named <= CONTENTS
