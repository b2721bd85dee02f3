"""Looks at the files of continuous integration, and for secrets in all that was ever committed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import yaml

from local.ci.tools import TOOLS
from local.environments import ensure_environment
from local.errors import StackError
from local.go_build import ensure_built
from local.settings import ROOT, StackSettings

WORKFLOWS = ROOT / ".github/workflows"
GITLAB = ROOT / ".gitlab-ci.yml"
ALLOWED = ROOT / ".gitleaks.toml"


def look_at_all(settings: StackSettings) -> None:
    """Look at workflows, at GitLab's pipeline and for secrets, and print a line for each.

    Raises:
        StackError: at the first thing that is wrong.
    """
    tools = ensure_built(settings.envs, TOOLS)
    ensure_environment(settings.envs, "audit")
    files = sorted(WORKFLOWS.glob("*.yml"))
    check_workflows(tools / "actionlint", files)
    print(f"  {'actionlint':<26} {len(files)} workflows")
    check_safety(settings.envs / "audit/bin/zizmor", files)
    print(f"  {'zizmor':<26} {len(files)} workflows")
    print(f"  {'.gitlab-ci.yml':<26} {check_pipeline(yaml.safe_load(GITLAB.read_text()))} jobs")
    print(f"  {'gitleaks':<26} {find_secrets(tools / 'gitleaks', ROOT)}")


def check_workflows(actionlint: Path, files: Sequence[Path]) -> None:
    """Have syntax, expressions and shell lines of workflows checked.

    Raises:
        StackError: with what is wrong.
    """
    _run([actionlint, "-no-color", *files], "A workflow is wrong")


def check_safety(zizmor: Path, files: Sequence[Path]) -> None:
    """Have workflows looked at for what an attacker could use: rights, pins, templates, credentials.

    Raises:
        StackError: with what is found.
    """
    _run([zizmor, "--offline", "--no-progress", "--color=never", *files], "A workflow is open to attack")


def check_pipeline(pipeline: dict[str, dict[str, object]]) -> int:
    """Check that each job of GitLab's has a known stage and something to do, and waits for none that isn't.

    GitLab's own linter is a server's. This finds what stops a pipeline from being made at all.

    Args:
        pipeline: what the file holds.

    Returns:
        The number of jobs.

    Raises:
        StackError: naming the jobs that are wrong.
    """
    other = ("variables", "workflow", "stages", "default", "include")
    jobs = {name: job for name, job in pipeline.items() if name not in other}
    stages, wrong = list(pipeline.get("stages", ())), []
    for name, job in jobs.items():
        needs = job.get("needs", ())
        unknown = [each for each in needs if each not in jobs] if isinstance(needs, list) else []
        if job.get("stage") not in stages or not job.get("script") or unknown:
            wrong.append(name)
    if wrong or not jobs:
        raise StackError(
            f".gitlab-ci.yml: {', '.join(wrong) or 'no job'}: no such stage or need, or no script"
        )
    return len(jobs)


def find_secrets(gitleaks: Path, repository: Path) -> str:
    """Look for secrets in every commit, but for those that the tests plant.

    Args:
        gitleaks: the program.
        repository: with its history.

    Returns:
        How much was looked at.

    Raises:
        StackError: naming file, line and commit of each, and not the secret.
    """
    said = _run(
        [
            gitleaks,
            "git",
            "--config",
            ALLOWED,
            "--redact",
            "--verbose",
            "--no-banner",
            "--no-color",
            repository,
        ],
        "There is a secret in the history: revoke it first, for it is known",
    )
    counted = [line.split("INF ")[1] for line in said.splitlines() if "commits scanned" in line]
    return f"no secret in {counted[0]}" if counted else "no commit yet"


def _run(command: Sequence[str | Path], wrong: str) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise StackError(f"{wrong}:\n{done.stdout[-6000:]}{done.stderr[-2000:]}")
    return done.stdout + done.stderr
