"""The audit log is verified: whether it is as `audit_log` wrote it.

Each line carries the hash of the one before, so a line that is changed, taken out, put in or moved shows:

    python -m serving.access.audit verify FILE

Lines that are cut off at either end show only against a hash that was noted elsewhere; `verify` prints what
the first line follows and the hash of the last one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from serving.access.audit_log import BEGIN, hash_line

if TYPE_CHECKING:
    from collections.abc import Sequence


class AuditError(Exception):
    """An audit log isn't as it was written."""


class Chain(NamedTuple):
    """What whole and ordered lines are between."""

    lines: int
    follows: str
    """Hash of the line before the first: `BEGIN` in a new log, the older file's last if it was rotated."""
    last: str


def verify_file(path: Path) -> Chain:
    """Return how many lines an audit log has, what the first one follows, and the hash of the last one.

    Raises:
        AuditError: A line isn't as it was written, or isn't where it was.
        OSError: The file can't be read.
    """
    count, follows, last, torn = 0, "", "", ""
    with path.open("rb") as file:
        for number, ended in enumerate(file, start=1):
            line = ended.removesuffix(b"\n")
            entry = _parse_line(line)
            if torn and entry.get("torn") != torn:
                raise AuditError(f"line {number - 1} is no line of an audit log")
            if not entry:
                torn = hash_line(line)
                continue
            if last and entry["before"] != last:
                raise AuditError(f"line {number} doesn't follow the one before it: one of them was changed")
            follows = follows or entry["before"]
            count, last, torn = count + 1, hash_line(line), ""
    if torn:
        raise AuditError("the last line is no line of an audit log, or is being written")
    return Chain(count, follows or BEGIN, last or BEGIN)


def _parse_line(line: bytes) -> dict[str, Any]:
    """Return an entry, an empty one for what isn't one."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) and isinstance(entry.get("before"), str) else {}


def main(arguments: Sequence[str]) -> int:
    """Tell whether a file is as it was written."""
    if len(arguments) != 2 or arguments[0] != "verify":
        sys.stderr.write("usage: python -m serving.access.audit verify FILE\n")
        return 2
    try:
        count, follows, last = verify_file(Path(arguments[1]))
    except (AuditError, OSError) as error:
        sys.stderr.write(f"{arguments[1]}: {error}\n")
        return 1
    begun = "a new log" if follows == BEGIN else f"the lines after {follows}"
    sys.stdout.write(f"{count} lines, whole and in order: {begun}; the last one's hash is {last}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
