"""Code that is worked on has another name at each start that finds it changed."""

from pathlib import Path

from local.code_commit import find_commit
from tests.support.repository import git


def test_a_clean_clone_is_named_by_its_commit_and_each_change_otherwise(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "ranking.py").write_text("WEIGHT = 1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    commit = git(tmp_path, "rev-parse", "HEAD").decode().strip()
    assert find_commit(tmp_path) == commit
    seen = set()
    for name, text in [
        ("ranking.py", "WEIGHT = 2"),
        ("ranking.py", "WEIGHT = 3"),
        ("new.py", "1"),
        ("new.py", "2"),
    ]:
        (tmp_path / name).write_text(text)
        seen.add(find_commit(tmp_path))
    assert len(seen) == 4
    assert all(name.startswith(f"{commit}-dirty.") for name in seen)
    (tmp_path / "new.py").unlink()
    git(tmp_path, "checkout", "-q", ".")
    assert find_commit(tmp_path) == commit


def test_without_a_clone_nothing_is_known(tmp_path: Path) -> None:
    assert find_commit(tmp_path / "nowhere") == "unknown"
