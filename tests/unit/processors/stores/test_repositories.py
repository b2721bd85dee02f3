"""Repositories and plain folders give the same: commits, changed paths, deleted paths."""

import subprocess
from pathlib import Path

import pytest

from processors.settings import DocumentSource
from processors.stores.repositories import diff_files, fetch_source, read_files


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "c")


@pytest.fixture(params=["repository", "folder"])
def pages(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.md").write_text("# A\n")
    (folder / "sub" / "b.md").write_text("# B\n")
    (folder / "note.txt").write_text("no page")
    if request.param == "repository":
        git(folder, "init", "--quiet")
        commit(folder)
    return folder


def sync(
    pages: Path, tmp_path: Path, since: str | None, folder: str = ""
) -> tuple[str, list[str], list[str]]:
    if (pages / ".git").exists():
        commit(pages)
    mirror, new = fetch_source(DocumentSource(url=str(pages)), tmp_path / "work")
    return new, *diff_files(mirror, since, new, folder)


def test_first_sync_reads_all_pages(pages: Path, tmp_path: Path) -> None:
    _, changed, deleted = sync(pages, tmp_path, None)
    assert (sorted(changed), deleted) == (["a.md", "sub/b.md"], [])


def test_next_sync_names_what_changed_was_renamed_or_deleted(pages: Path, tmp_path: Path) -> None:
    first, *_ = sync(pages, tmp_path, None)
    (pages / "a.md").write_text("# A, edited\n")
    (pages / "sub" / "b.md").rename(pages / "c.md")
    second, changed, deleted = sync(pages, tmp_path, first)
    assert (sorted(changed), deleted) == (["a.md", "c.md"], ["sub/b.md"])
    mirror, _ = fetch_source(DocumentSource(url=str(pages)), tmp_path / "work")
    assert read_files(mirror, second, ["a.md"])[0]["text"] == "# A, edited\n"
    assert sync(pages, tmp_path, second)[1:] == ([], [])


def test_only_the_sub_folder_counts(pages: Path, tmp_path: Path) -> None:
    assert sync(pages, tmp_path, None, "sub")[1] == ["sub/b.md"]


def test_an_unknown_commit_means_reading_all(pages: Path, tmp_path: Path) -> None:
    assert sorted(sync(pages, tmp_path, "0" * 40)[1]) == ["a.md", "sub/b.md"]


def test_a_repository_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no-such-place"):
        fetch_source(DocumentSource(url=str(tmp_path / "no-such-place")), tmp_path / "work")
