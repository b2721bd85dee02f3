"""All 250 questions of somebody on call, in one process: no fewer right answers than the floors ask for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif("PROVE_ONCALL" not in os.environ, reason="make prove asks all of them, a minute long")
def test_the_questions_of_somebody_on_call_reach_their_floors() -> None:
    command = [sys.executable, "-m", "evaluation.benchmarks.oncall", "--check", "--misses"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
