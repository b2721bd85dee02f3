"""GitHub and GitLab run the same, and what they run is there."""

import re
from typing import Any

import pytest
import yaml

from local.ci.audit import list_locks
from local.ci.changelog import find_section, main, read_version
from local.ci.looks import GITLAB, WORKFLOWS, check_pipeline
from local.errors import StackError
from local.settings import ROOT

TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
COMMAND = re.compile(r"(?:make [a-z-]+|\.ci/\w+|python3 -m [\w.]+)")


def find_commands(text: str) -> set[str]:
    """What of the project's own is run; `test` is what `.ci/run` runs behind `lint`."""
    return set(COMMAND.findall(re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)))


def read_gitlab() -> dict[str, Any]:
    pipeline: dict[str, Any] = yaml.safe_load(GITLAB.read_text())
    return pipeline


def test_github_and_gitlab_run_the_same_commands() -> None:
    github = set().union(*(find_commands(file.read_text()) for file in WORKFLOWS.glob("*.yml")))
    gitlab = find_commands(GITLAB.read_text())
    assert github == gitlab
    assert {"make lint", "make test", "make test-unit", "make audit", "make ci-lint"} <= github
    assert {command.split()[1] for command in github if command.startswith("make")} <= TARGETS


def test_both_start_what_a_clean_clone_is_tested_by() -> None:
    # The targets make the environments themselves.
    tested = find_commands((ROOT / ".ci/run").read_text()) - {"make environments"}
    assert tested
    assert tested <= find_commands(GITLAB.read_text())


def test_each_action_is_pinned_by_a_whole_hash_and_says_its_version() -> None:
    used = [
        line.split("uses:")[1].strip()
        for file in WORKFLOWS.glob("*.yml")
        for line in file.read_text().splitlines()
        if "uses:" in line
    ]
    assert used
    assert not [each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d[\d.]*", each)]


def test_no_job_may_do_more_than_read_unless_it_says_why() -> None:
    for file in WORKFLOWS.glob("*.yml"):
        workflow = yaml.safe_load(file.read_text())
        assert workflow["permissions"] == {}
        may = {name for job in workflow["jobs"].values() for name in job["permissions"].items()}
        expected = {("contents", "read")}
        if file.stem == "release":
            expected |= {("contents", "write"), ("id-token", "write")}
        assert may == expected


def test_the_pipeline_of_gitlab_is_one() -> None:
    assert check_pipeline(read_gitlab()) > 5


@pytest.mark.parametrize(
    ("job", "change"),
    [("lint", {"stage": "looks"}), ("notes", {"needs": ["publishing"]}), ("unit", {"script": []})],
)
def test_a_job_that_gitlab_would_refuse_is_named(job: str, change: dict[str, Any]) -> None:
    pipeline = read_gitlab()
    pipeline[job] |= change
    with pytest.raises(StackError, match=job):
        check_pipeline(pipeline)


def test_no_registry_has_a_name_here() -> None:
    texts = [file.read_text() for file in (*WORKFLOWS.glob("*.yml"), GITLAB, ROOT / ".ci/publish")]
    assert not re.findall(r"\b[\w-]+\.(?:io|com|org|dev)\b(?!/\w+/\w+[/@])", "\n".join(texts))


def test_a_tag_that_is_not_the_version_is_no_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["v99.0.0"]) == 1
    assert f"pyproject.toml says {read_version()}" in capsys.readouterr().err


@pytest.mark.parametrize("changelog", ["## [Unreleased]\n\n- One.\n", "## [1.0.0]\n\n## [0.9.0]\n\n- Old.\n"])
def test_a_release_that_the_changelog_does_not_tell_of_is_refused(changelog: str) -> None:
    with pytest.raises(StackError, match=r"says nothing under \[1.0.0\]"):
        find_section(changelog, "1.0.0")


def test_each_lock_file_of_the_project_is_audited() -> None:
    pinned = set(ROOT.glob("requirements/**/*.txt")) | {ROOT / "requirements.txt"}
    assert set(list_locks()) == pinned
    assert ROOT / "requirements/models/gemma-3-270m.txt" in pinned
