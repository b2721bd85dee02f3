"""The commit of the code that runs, and a name for what differs from it."""

import hashlib
import subprocess
from pathlib import Path
from typing import Final

# As Git itself marks it; the names of cache entries go by it.
CHANGED: Final = "-dirty"


def find_commit(root: Path) -> str:
    """Return the commit of a clone; where files differ from it, with a mark that each difference changes.

    Returns:
        Such as `c0ffee…` or `c0ffee…-dirty.1a2b3c4d`; outside a clone, `unknown`.
    """
    commit = _ask_git(root, "rev-parse", "HEAD").decode().strip()
    changes = _read_changes(root) if commit else b""
    mark = f"{CHANGED}.{hashlib.sha256(changes).hexdigest()[:8]}" if changes else ""
    return f"{commit or 'unknown'}{mark}"


def _read_changes(root: Path) -> bytes:
    """Return what differs from the commit: changes of its files, and files that Git doesn't hold yet."""
    names = _ask_git(root, "ls-files", "--others", "--exclude-standard", "-z").decode().split("\0")
    new = [(name, root / name) for name in names if name]
    texts = [name.encode() + b"\0" + path.read_bytes() for name, path in new if path.is_file()]
    return b"\0".join([_ask_git(root, "diff", "HEAD", "--binary"), *texts]).strip(b"\0")


def _ask_git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True).stdout
