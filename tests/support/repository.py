"""Git in the documents' repository of the stack under test."""

import subprocess
from pathlib import Path


def git(repository: Path, *command: str) -> None:
    """Run a command of Git there, as nobody in particular."""
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    subprocess.run(["git", "-C", str(repository), *identity, *command], check=True, capture_output=True)
