"""What was made once of some files, and need not be made again while they are as they were."""

import hashlib
from pathlib import Path


def hash_files(*files: Path) -> str:
    """Hash the content of some files, one behind the other."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Say whether a stamp says just this: whoever makes a thing writes it when all is done.

    Args:
        stamp: the file.
        wanted: what it says if nothing is to be done.
    """
    return stamp.exists() and stamp.read_text() == wanted
