"""Packages of npm by their lock file, none of whose scripts is run."""

import shutil
import subprocess
from pathlib import Path

from local.errors import StackError

_FILES = ("package.json", "package-lock.json")


def install_packages(source: Path, folder: Path, *options: str, timeout_s: float | None = None) -> None:
    """Install what a lock file names into a folder.

    Args:
        source: has `package.json` and `package-lock.json`.
        folder: gets them and `node_modules`.
        options: more of `npm ci`.
        timeout_s: it is an error if it takes longer; by default it takes what it takes.

    Raises:
        StackError: if npm is missing, or can't install it.
        subprocess.TimeoutExpired: if it takes longer.
    """
    if shutil.which("npm") is None:
        raise StackError("npm is not installed. Debian: apt install npm.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copy(source / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout_s)
    if done.returncode:
        raise StackError(f"`{' '.join(command)}` failed:\n{done.stderr[-3000:]}")
