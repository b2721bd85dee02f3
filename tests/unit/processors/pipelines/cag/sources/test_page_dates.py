"""A page is as old as its last change at the source, not as its last reading."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processors.pipelines.cag.sources.git import read_git_source
from processors.settings import Settings, change_settings, load_settings
from processors.settings.documents import DocumentSource

JANUARY, MARCH, MAY = (datetime(2026, month, 5, 8, tzinfo=UTC) for month in (1, 3, 5))


def git(folder: Path, when: datetime, *arguments: str) -> None:
    stamp = when.isoformat()
    environment = {**os.environ, "GIT_COMMITTER_DATE": stamp, "GIT_AUTHOR_DATE": stamp}
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    command = ["git", "-C", str(folder), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=environment)


def commit(folder: Path, when: datetime, **pages: str) -> None:
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text)
    git(folder, when, "add", "--all")
    git(folder, when, "commit", "--quiet", "-m", "c")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return change_settings(load_settings(), storage={"work_dir": tmp_path / "work"})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    git(folder, JANUARY, "init", "--quiet", "-b", "main")
    commit(folder, JANUARY, old="# Old\n", edited="# One\n", журнал="# Журнал\n")
    commit(folder, MARCH, edited="# Two\n")
    return folder


def read_dates(settings: Settings, source: Path, held: object = None, **fields: str) -> dict[str, str]:
    update = read_git_source(settings, DocumentSource(url=str(source), **fields), held)  # type: ignore[arg-type]
    return {page["path"]: page["changed_at"] for page in update["pages"]}


def test_a_page_of_a_repository_is_from_the_commit_that_changed_it(
    settings: Settings, repository: Path
) -> None:
    assert read_dates(settings, repository) == {
        "old.md": JANUARY.isoformat(),
        "журнал.md": JANUARY.isoformat(),
        "edited.md": MARCH.isoformat(),
    }


def test_an_incremental_run_tells_the_same_as_a_full_one(settings: Settings, repository: Path) -> None:
    held = read_git_source(settings, DocumentSource(url=str(repository)), None)["position"]
    commit(repository, MAY, old="# New\n", added="# Added\n")
    expected = {"old.md": MAY.isoformat(), "added.md": MAY.isoformat()}
    assert read_dates(settings, repository, held) == expected
    assert read_dates(settings, repository).items() >= expected.items()


def test_a_page_that_came_by_a_merge_is_from_its_branch(settings: Settings, repository: Path) -> None:
    git(repository, MARCH, "checkout", "--quiet", "-b", "side")
    commit(repository, MARCH, side="# Side\n")
    git(repository, MAY, "checkout", "--quiet", "main")
    commit(repository, MAY, old="# New\n")
    git(repository, MAY, "merge", "--quiet", "--no-edit", "side")
    assert read_dates(settings, repository)["side.md"] == MARCH.isoformat()


def test_only_the_folder_that_is_read_counts(settings: Settings, repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub/page.md").write_text("# Page\n")
    commit(repository, MAY)
    assert read_dates(settings, repository, folder="sub") == {"sub/page.md": MAY.isoformat()}


def test_a_commit_from_the_future_or_from_1970_is_from_now(settings: Settings, repository: Path) -> None:
    began = datetime.now(UTC)
    commit(repository, began + timedelta(days=400), future="# Future\n")
    commit(repository, datetime(1970, 1, 2, tzinfo=UTC), reset="# Reset\n")
    dates = read_dates(settings, repository)
    for name in ("future.md", "reset.md"):
        assert began <= datetime.fromisoformat(dates[name]) <= datetime.now(UTC)


def test_a_page_of_a_plain_folder_is_from_when_its_file_was_written(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, when in (("a", JANUARY), ("б", MAY), ("ahead", datetime.now(UTC) + timedelta(minutes=5))):
        (folder / f"{name}.md").write_text("# A\n")
        os.utime(folder / f"{name}.md", (when.timestamp(), when.timestamp()))
    dates = read_dates(settings, folder)
    assert (dates["a.md"], dates["б.md"]) == (JANUARY.isoformat(), MAY.isoformat())
    assert datetime.fromisoformat(dates["ahead.md"]) <= datetime.now(UTC)
