"""What is wrong in a workflow, and a secret in the history, is found. `make ci-lint` runs this."""

from pathlib import Path

import pytest

from local.ci.looks import WORKFLOWS, check_safety, check_workflows, find_secrets
from local.ci.tools import TOOLS
from local.errors import StackError
from local.settings import load_settings
from tests.support.repository import git

ENVS = load_settings().envs
BIN = ENVS / TOOLS.name / "bin"
CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683"

pytestmark = pytest.mark.skipif(
    not (ENVS / TOOLS.name / "built.sha256").exists(),
    reason="there is no actionlint and no gitleaks: `make ci-lint` builds them",
)


def change(tmp_path: Path, old: str, new: str) -> list[Path]:
    """The project's workflow with one change."""
    text = (WORKFLOWS / "ci.yml").read_text()
    assert old in text
    # Where GitHub looks for them, for some rules ask for that.
    file = tmp_path / ".github/workflows/ci.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text.replace(old, new))
    return [file]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("needs: [lint, unit]", "needs: [lint, units]", "units"),
        ("runs-on: ubuntu-24.04", "run-on: ubuntu-24.04", "run-on"),
        ("${{ github.ref }}", "${{ github.reff }}", "reff"),
    ],
)
def test_a_workflow_that_github_would_refuse_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(StackError, match=said):
        check_workflows(BIN / "actionlint", change(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("with: {persist-credentials: false}", "with: {fetch-depth: 1}", "artipacked"),
        ("permissions: {contents: read}", "permissions: write-all", "excessive-permissions"),
        (f"{CHECKOUT} # v4.2.2", "actions/checkout@main", "unpinned-uses"),
        ("run: make lint", "run: echo ${{ github.event.pull_request.title }}", "template-injection"),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
    ],
)
def test_a_workflow_that_is_open_to_attack_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(StackError, match=said):
        check_safety(ENVS / "audit/bin/zizmor", change(tmp_path, old, new))


def commit(repository: Path, name: str, text: str) -> None:
    file = repository / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", name)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "README.md", "nothing")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["local/settings.env", "serving/app.py", "docs/README.md", "tests/unit/test_new.py"]
)
def test_a_secret_that_was_committed_is_found_even_if_it_is_gone(repository: Path, name: str) -> None:
    # Put together here, so that this file holds none.
    token = "ghp_" + "x7Gm2kQ9vRt4Lw8ZbN1cYp5HsDf3Ja6EuTq0"
    commit(repository, name, f"token = {token}\n")
    commit(repository, name, "token = gone\n")
    with pytest.raises(StackError) as refused:
        find_secrets(BIN / "gitleaks", repository)
    assert name in str(refused.value)
    assert token not in str(refused.value)


def test_a_history_without_secrets_is_good(repository: Path) -> None:
    assert "1 commits scanned" in find_secrets(BIN / "gitleaks", repository)
