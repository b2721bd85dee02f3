"""Git in a repository of a test."""

import subprocess
from pathlib import Path


def git(repository: Path, *command: str) -> bytes:
    """Run a command of Git there, as nobody in particular, and return what it prints."""
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    done = subprocess.run(
        ["git", "-C", str(repository), *identity, *command], check=True, capture_output=True
    )
    return done.stdout
