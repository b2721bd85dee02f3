"""Helm and its neighbours, run on the chart of this checkout."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from local.errors import StackError
from local.settings import ROOT

CHART = ROOT / "charts/runlore"
TYPOS = CHART / "tests/typos"


def list_values() -> list[Path]:
    """Give the files of values that come with the chart, each a whole installation."""
    return sorted(CHART.glob("values-*.yaml"))


def run(command: Sequence[str | Path], stdin: str | None = None) -> str:
    """Run a command to its end and give what it prints.

    Args:
        command: program and arguments.
        stdin: what it reads.

    Raises:
        StackError: with what it says, if it failed.
    """
    done = try_to_run(command, stdin)
    if done.returncode:
        shown = " ".join(map(str, command))
        raise StackError(f"`{shown}` failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def try_to_run(command: Sequence[str | Path], stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever becomes of it."""
    return subprocess.run(list(map(str, command)), input=stdin, capture_output=True, text=True)


def render(helm: Path, *values: Path) -> str:
    """Give the manifests that the chart makes of values."""
    named = [part for file in values for part in ("-f", file)]
    return run([helm, "template", "runlore", CHART, "--namespace", "runlore", *named])
