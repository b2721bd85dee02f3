"""Changes to the repository of documents that the stack under test reads."""

import subprocess
from pathlib import Path


def commit(repository: Path) -> None:
    """Commit all that was changed in it."""
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    for command in (("add", "--all"), ("commit", "--quiet", "-m", "test")):
        subprocess.run(["git", "-C", str(repository), *identity, *command], check=True, capture_output=True)
