"""`make restore-databases`: ends what uses the stack's databases, restores them, starts it again."""

import argparse
import os
import subprocess
import sys

from local import stack
from local.command_line import tell_errors
from local.environment import compute_environment
from local.errors import StackError
from local.passwords import ensure_passwords
from local.settings import ROOT, StackSettings, load_settings
from local.supervisor import is_running, list_programs, stop_programs

USERS = (
    "airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "mlflow",
    "postgres-exporter",
)  # fmt: skip


def restore_databases(settings: StackSettings, arguments: list[str]) -> int:
    """Restore the databases of a back-up while nothing uses them, and give the command's exit status.

    Raises:
        StackError: if PostgreSQL isn't running.
    """
    states = list_programs(settings) if is_running(settings) else {}
    running = {name for name, state in states.items() if state["pid"]}
    if "postgres" not in running:
        raise StackError("PostgreSQL is not running: `make run` starts it.")
    ended = running & {*USERS}
    stop_programs(settings, ended)
    environment = compute_environment(settings, ensure_passwords(settings.home / "secrets"))
    command = [sys.executable, "-m", "processors.pipelines.backup", "restore-databases", *arguments]
    status = subprocess.run(command, env={**os.environ, **environment}, cwd=ROOT).returncode
    if ended:
        stack.up(settings, argparse.Namespace(service=sorted(ended), for_tests=False))
    return status


def main() -> int:
    """Restore what the command line says; a mistake that a person can put right is one message."""
    return tell_errors(lambda: restore_databases(load_settings(), sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
