"""Some 2,760 real pages: all are read, and then only what an edit, a rename and a deletion touch."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from processors.pipelines.cag.sources.git import read_git_source
from processors.settings import change_settings, load_settings
from processors.settings.documents import DocumentSource

CORPORA = ("kubernetes-docs", "opensearch-docs")


def commit(repository: Path) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "c")):
        subprocess.run(["git", "-C", str(repository), *identity, *command], check=True)


def test_the_corpora_are_read_whole_and_then_by_what_changed(tmp_path: Path) -> None:
    data = os.environ.get("RUNLORE_TEST_DATA")
    if not data:
        pytest.skip("RUNLORE_TEST_DATA is not set: no folder with kubernetes-docs/ and opensearch-docs/")
    repository = tmp_path / "docs"
    for corpus in CORPORA:
        shutil.copytree(Path(data) / corpus, repository / corpus)
    pages = sorted(path for path in repository.rglob("*") if path.suffix in (".md", ".markdown"))
    commit(repository)
    settings = change_settings(load_settings(), storage={"work_dir": tmp_path / "work"})
    source = DocumentSource(url=str(repository))

    begin = time.perf_counter()
    first = read_git_source(settings, source, None)
    first_seconds = time.perf_counter() - begin
    assert len(first["pages"]) == len(pages) > 2500
    assert [told for told in first["warnings"] if "ending in LICENSE" not in told] == []

    pages[0].write_text(pages[0].read_text() + "\nEdited.\n")
    pages[1].rename(pages[1].with_name("renamed.md"))
    pages[2].unlink()
    commit(repository)
    begin = time.perf_counter()
    second = read_git_source(settings, source, first["position"])
    second_seconds = time.perf_counter() - begin
    renamed = str(pages[1].with_name("renamed.md").relative_to(repository))
    edited = str(pages[0].relative_to(repository))
    assert {page["path"] for page in second["pages"]} == {edited, renamed}
    assert (second["carried"], len(second["dropped"])) == (True, 4)
    assert second_seconds < 5
    rate = len(pages) / first_seconds
    print(f"{len(pages)} pages in {first_seconds:.1f} s, {rate:.0f}/s; then {second_seconds:.2f} s")  # noqa: T201
