"""Repositories and plain folders give the same: commits, changed documents, touched paths, warnings."""

import os
import subprocess
from pathlib import Path

import docx
import pytest

from processors.knowledge.markdown.parsing import parse_document
from processors.settings.documents import DocumentSource
from processors.stores.git import GitError, read_blobs
from processors.stores.repositories import (
    Changes,
    diff_files,
    fetch_source,
    has_commit,
    locate_mirror,
    read_files,
)

LIMIT = 2_000_000


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, input=stdin).stdout.decode().strip()


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "c")


@pytest.fixture(params=["repository", "folder"])
def pages(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.md").write_text("# A\n")
    (folder / "sub" / "b.md").write_text("# B\n")
    (folder / "note.dat").write_text("no page")
    if request.param == "repository":
        git(folder, "init", "--quiet")
        commit(folder)
    return folder


def fetch(pages: Path, tmp_path: Path) -> tuple[Path, str, list[str]]:
    if (pages / ".git").exists():
        commit(pages)
    checkout = fetch_source(DocumentSource(url=str(pages)), tmp_path / "work")
    return checkout["mirror"], checkout["commit"], checkout["warnings"]


def sync(pages: Path, tmp_path: Path, since: str | None, folder: str = "") -> tuple[str, Changes]:
    mirror, new, _ = fetch(pages, tmp_path)
    return new, diff_files(mirror, since, new, folder)


def read_all(pages: Path, tmp_path: Path) -> tuple[dict[str, str], list[str]]:
    """Every page that can be read, and all warnings."""
    mirror, new, warnings = fetch(pages, tmp_path)
    changes = diff_files(mirror, None, new, "")
    files, odd = read_files(mirror, changes["blobs"], LIMIT)
    return {file["path"]: file["text"] for file in files}, [*warnings, *changes["warnings"], *odd]


def test_first_sync_reads_all_pages(pages: Path, tmp_path: Path) -> None:
    _, changes = sync(pages, tmp_path, None)
    assert sorted(changes["blobs"]) == sorted(changes["touched"]) == ["a.md", "sub/b.md"]


def test_next_sync_names_what_changed_was_renamed_or_deleted(pages: Path, tmp_path: Path) -> None:
    first, _ = sync(pages, tmp_path, None)
    (pages / "a.md").write_text("# A, edited\n")
    (pages / "sub" / "b.md").rename(pages / "c.md")
    second, changes = sync(pages, tmp_path, first)
    assert sorted(changes["blobs"]) == ["a.md", "c.md"]
    assert sorted(changes["touched"]) == ["a.md", "c.md", "sub/b.md"]
    assert read_all(pages, tmp_path)[0] == {"a.md": "# A, edited\n", "c.md": "# B\n"}
    assert sync(pages, tmp_path, second)[1]["touched"] == []


def test_only_the_sub_folder_counts(pages: Path, tmp_path: Path) -> None:
    assert list(sync(pages, tmp_path, None, "sub")[1]["blobs"]) == ["sub/b.md"]


def test_a_folder_that_is_not_there_is_named(pages: Path, tmp_path: Path) -> None:
    for folder in ("sub", "sub/"):
        checkout = fetch_source(DocumentSource(url=str(pages), folder=folder), tmp_path / "work")
        assert checkout["files"] == ["sub/b.md"]
    with pytest.raises(GitError, match="it has no folder 'runbooks'; set `folder` to one that it has"):
        fetch_source(DocumentSource(url=str(pages), folder="runbooks"), tmp_path / "work")


def test_a_source_tells_all_its_files(pages: Path, tmp_path: Path) -> None:
    if (pages / ".git").exists():
        commit(pages)
    checkout = fetch_source(DocumentSource(url=str(pages)), tmp_path / "work")
    assert sorted(checkout["files"]) == ["a.md", "note.dat", "sub/b.md"]


def test_a_shallow_clone_is_refused_with_what_to_do(pages: Path, tmp_path: Path) -> None:
    if not (pages / ".git").exists():
        pytest.skip("a plain folder has no history")
    commit(pages)
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{pages}", "shallow")
    with pytest.raises(GitError, match=r"shallow clone; complete it by `git -C \S+ fetch --unshallow`"):
        fetch_source(DocumentSource(url=str(tmp_path / "shallow")), tmp_path / "work")


def test_pages_of_all_formats_are_read(pages: Path, tmp_path: Path) -> None:
    (pages / "d.rst").write_text("D\n=\n\n1. Look.\n")
    (pages / "e.html").write_text("<h1>E</h1>")
    (pages / "f.txt").write_text("FFF\n")
    (pages / "a b #1 (50%) печь.mdx").write_text("# G\n")
    texts, _ = read_all(pages, tmp_path)
    assert [parse_document(path, text)["title"] for path, text in sorted(texts.items())] == [
        "G", "A", "D", "E", "FFF", "B",
    ]  # fmt: skip


def test_a_mirror_knows_its_own_commits_alone(pages: Path, tmp_path: Path) -> None:
    mirror, new, _ = fetch(pages, tmp_path)
    assert has_commit(mirror, new)
    assert not has_commit(mirror, "0" * 40)


def test_a_history_that_was_rewritten_is_followed(tmp_path: Path, pages: Path) -> None:
    first, _ = sync(pages, tmp_path, None)
    if (pages / ".git").exists():
        git(pages, "commit", "--quiet", "--amend", "--allow-empty", "-m", "rewritten")
    (pages / "a.md").unlink()
    assert sync(pages, tmp_path, first)[1]["touched"] == ["a.md"]


def test_a_branch_is_read_and_not_the_default(tmp_path: Path, pages: Path) -> None:
    if not (pages / ".git").exists():
        pytest.skip("a plain folder has no branches")
    git(pages, "branch", "old")
    (pages / "new.md").write_text("# New\n")
    commit(pages)
    checkout = fetch_source(DocumentSource(url=str(pages), branch="old"), tmp_path / "work")
    changes = diff_files(checkout["mirror"], None, checkout["commit"], "")
    assert sorted(changes["blobs"]) == ["a.md", "sub/b.md"]


def test_a_repository_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="no-such-place"):
        fetch_source(DocumentSource(url=str(tmp_path / "no-such-place")), tmp_path / "work")


def test_a_link_out_of_the_source_is_reported_and_not_followed(pages: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n")
    (pages / "link.md").symlink_to(secret)
    (pages / "far").symlink_to(tmp_path)
    texts, warnings = read_all(pages, tmp_path)
    assert sorted(texts) == ["a.md", "sub/b.md"]
    assert "link.md:1: not read: a symbolic link; only files are read" in warnings


def test_a_link_to_a_folder_of_a_plain_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "far").symlink_to(tmp_path)
    assert read_all(tmp_path / "pages", tmp_path) == ({}, ["far:1: not read: a link to a folder"])


def test_a_page_that_becomes_a_link_is_no_longer_held(pages: Path, tmp_path: Path) -> None:
    first, _ = sync(pages, tmp_path, None)
    (pages / "a.md").unlink()
    (pages / "a.md").symlink_to("/etc/passwd")
    changes = sync(pages, tmp_path, first)[1]
    assert (changes["blobs"], changes["touched"]) == ({}, ["a.md"])


def test_a_repository_within_is_reported_and_not_read(pages: Path, tmp_path: Path) -> None:
    inner = pages / "inner"
    inner.mkdir()
    (inner / "x.md").write_text("# Inner\n")
    git(inner, "init", "--quiet")
    commit(inner)
    texts, warnings = read_all(pages, tmp_path)
    assert sorted(texts) == ["a.md", "sub/b.md"]
    assert [odd for odd in warnings if odd.startswith("inner:1: not read: a")]


def test_odd_content_is_reported_and_the_rest_is_read(pages: Path, tmp_path: Path) -> None:
    (pages / "huge.md").write_bytes(b"x" * (LIMIT + 1))
    (pages / "bytes.md").write_bytes(b"# caf\xe9\n")
    (pages / "image.md").write_bytes(b"\x89PNG\r\n\0\0\xff")
    (pages / "wide.md").write_bytes("# Широко\n".encode("utf-16"))
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    (pages / "lfs.md").write_bytes(pointer)
    (pages / "empty.md").write_bytes(b"")
    texts, warnings = read_all(pages, tmp_path)
    assert texts == {
        "a.md": "# A\n",
        "sub/b.md": "# B\n",
        "bytes.md": "# café\n",
        "wide.md": "# Широко\n",
        "empty.md": "",
    }
    assert {odd.partition(":")[0] for odd in warnings} == {
        "huge.md",
        "bytes.md",
        "image.md",
        "wide.md",
        "lfs.md",
    }


def test_a_word_document_is_a_page(pages: Path, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Plan", 1)
    document.save(str(pages / "plan.docx"))
    (pages / "~$plan.docx").write_bytes(b"a lock file of Word's")
    (pages / "bad.docx").write_bytes(b"no archive")
    texts, warnings = read_all(pages, tmp_path)
    assert texts["plan.docx"] == "# Plan\n"
    assert [odd.partition(": not read: ")[0] for odd in warnings] == ["bad.docx:1"]


def test_absurd_names_are_shown_harmless(pages: Path, tmp_path: Path) -> None:
    (pages / "two\nlines.md").write_text("# Two\n")
    (pages / "*.md").write_text("# Star\n")
    (pages / "журнал.md").write_text("# Журнал\n")
    texts, _ = read_all(pages, tmp_path)
    assert {"two\\x0alines.md", "*.md", "журнал.md"} < set(texts)
    (pages / "*.md").unlink()
    assert "a.md" in read_all(pages, tmp_path)[0]


def test_a_path_that_leads_elsewhere_is_not_taken(tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    bare.mkdir()
    git(bare, "init", "--quiet", "--bare")
    blob = git(bare, "hash-object", "-w", "--stdin", stdin=b"# Out\n")
    inner = git(bare, "mktree", stdin=f"100644 blob {blob}\tout.md\n".encode())
    entry = b"40000 ..\0" + bytes.fromhex(inner)
    tree = git(bare, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=entry)
    git(bare, "update-ref", "HEAD", git(bare, "commit-tree", tree, "-m", "c"))
    assert read_all(bare, tmp_path) == (
        {},
        ["../out.md:1: not read: a path that could lead elsewhere, or too long"],
    )


def test_a_plain_folder_is_read_whatever_its_ignore_file_says(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / ".gitignore").write_text("*.md\n")
    (folder / ".gitattributes").write_text("*.md filter=evil\n")
    (folder / "a.md").write_text("# A\n")
    assert read_all(folder, tmp_path)[0] == {"a.md": "# A\n"}


def test_nothing_of_a_folder_is_executed(pages: Path, tmp_path: Path) -> None:
    fetch(pages, tmp_path)
    mirror = next((tmp_path / "work" / "repositories").iterdir())
    trace = tmp_path / "executed"
    for hook in ("post-commit", "reference-transaction", "post-index-change"):
        script = mirror / "hooks" / hook
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\ntouch {trace}\n")
        script.chmod(0o755)
    (pages / "a.md").write_text("# A, edited\n")
    fetch(pages, tmp_path)
    assert not trace.exists()


def test_what_a_killed_run_left_is_mended(pages: Path, tmp_path: Path) -> None:
    mirror = locate_mirror(DocumentSource(url=str(pages)), tmp_path / "work")
    mirror.mkdir(parents=True)
    assert sorted(read_all(pages, tmp_path)[0]) == ["a.md", "sub/b.md"]
    locks = [mirror / "index.lock", mirror / "HEAD.lock", mirror / "refs" / "runlore" / "read.lock"]
    for lock in locks:
        lock.parent.mkdir(exist_ok=True)
        lock.touch()
        os.utime(lock, (0, 0))
    (pages / "a.md").write_text("# A, edited\n")
    assert read_all(pages, tmp_path)[0]["a.md"] == "# A, edited\n"


def test_an_object_that_is_missing_is_an_error(pages: Path, tmp_path: Path) -> None:
    mirror, _, _ = fetch(pages, tmp_path)
    with pytest.raises(GitError, match="missing"):
        list(read_blobs(mirror, ["0" * 40]))
    with pytest.raises(GitError, match="missing"):
        read_files(mirror, {"a.md": "0" * 40}, LIMIT)
