"""Known weaknesses of the packages of every lock file, by pip-audit."""

import os
import subprocess
from pathlib import Path

from local.environments import ensure_environment, make_uv_environment
from local.errors import StackError
from local.settings import ROOT, StackSettings

SERVICES = ("pypi", "osv")


def audit_all(settings: StackSettings) -> None:
    """Ask the advisory database about every lock file, and print what each command says.

    Raises:
        StackError: naming the lock files with known weaknesses, or if the database can't be asked.
    """
    ensure_environment(settings.envs, "audit")
    locks = list_locks()
    wrong = [lock for lock in locks if not audit(settings.envs / "audit/bin/pip-audit", lock)]
    if wrong:
        names = ", ".join(str(lock.relative_to(ROOT)) for lock in wrong)
        raise StackError(
            f"Known weaknesses, or no answer: {names}. What was found is above, with the version that mends "
            "it: compile the lock file with that one, and run the tests"
        )
    print(f"No known weakness in {len(locks)} lock files.")


def list_locks() -> list[Path]:
    """Give every lock file of the project."""
    return [ROOT / "requirements.txt", *sorted((ROOT / "requirements").rglob("*.txt"))]


def audit(pip_audit: Path, lock: Path) -> bool:
    """Ask about one lock file as it is, without resolving anything; give whether nothing is known.

    The variable RUNLORE_ADVISORIES names the database: `pypi`, `osv`, or the address of a mirror of OSV.

    Args:
        pip_audit: the program.
        lock: names each package with its version and hashes.
    """
    advisories = os.environ.get("RUNLORE_ADVISORIES", SERVICES[0])
    asked = [advisories] if advisories in SERVICES else ["osv", "--osv-url", advisories]
    command = [str(pip_audit), "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    # Strict, for a package that the database doesn't know would count as a good one.
    print(f"{lock.relative_to(ROOT) if lock.is_relative_to(ROOT) else lock}:", flush=True)
    done = subprocess.run(
        [*command, "--strict", "--vulnerability-service", *asked, "--requirement", str(lock)],
        env=make_uv_environment(dict(os.environ)),
    )
    return done.returncode == 0
