import json
import subprocess

import pytest

from local import docs_repository
from local.docs_repository import remember_docs, resolve_docs, seed_docs_repository
from local.settings import StackSettings


def _choose(settings: StackSettings, docs: str) -> StackSettings:
    return settings.model_copy(update={"docs": docs})


def test_without_a_choice_it_is_the_stacks_own_repository(settings: StackSettings) -> None:
    (source,) = json.loads(resolve_docs(settings))
    assert source == {"url": str(settings.home / "docs-repository"), "branch": "main"}


def test_a_folder_becomes_an_absolute_path(settings: StackSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.home / "mine").mkdir()
    monkeypatch.chdir(settings.home)
    (source,) = json.loads(resolve_docs(_choose(settings, "mine")))
    assert source == {"url": str(settings.home / "mine")}


def test_a_json_list_is_taken_as_it_is(settings: StackSettings) -> None:
    given = '[{"url": "a"}, {"url": "b", "groups": ["ops"]}]'
    assert resolve_docs(_choose(settings, given)) == given


def test_a_choice_is_remembered_until_the_default_is_asked_for(settings: StackSettings) -> None:
    remember_docs(_choose(settings, "https://git.example/r.git"))
    assert "https://git.example/r.git" in resolve_docs(settings)
    remember_docs(_choose(settings, "default"))
    assert "docs-repository" in resolve_docs(settings)


def test_seeding_commits_the_runbooks_once_and_keeps_later_edits(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = settings.home / "pages"
    pages.mkdir()
    (pages / "one.md").write_text("# One\n")
    monkeypatch.setattr(docs_repository, "RUNBOOKS", pages)
    seed_docs_repository(settings)
    repository = settings.home / "docs-repository"
    (repository / "one.md").write_text("# Mine\n")
    seed_docs_repository(settings)
    assert (repository / "one.md").read_text() == "# Mine\n"
    log = subprocess.run(["git", "-C", str(repository), "log", "--oneline"], capture_output=True, text=True)
    assert len(log.stdout.splitlines()) == 1


def test_the_default_that_a_shell_has_set_is_no_choice(settings: StackSettings) -> None:
    remember_docs(_choose(settings, resolve_docs(settings)))
    assert not (settings.home / "docs.json").exists()
