"""What PostgreSQL writes of an error in lines of their own: its statement, details and hints."""

import re
from typing import Final

_POSTGRES: Final = re.compile(r"(?P<before>.{0,200}?)\b(?:STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION):  ")
_POSTGRES_HEAD: Final = re.compile(r"(?P<before>.{0,200}?)\b(?:ERROR|FATAL|PANIC|WARNING|LOG|NOTICE|INFO):  ")
_SESSION: Final = re.compile(r"\[(\d+)\]")


def is_addition(message: str) -> bool:
    """Tell whether a line adds to a PostgreSQL error: its words say nothing of how serious that is."""
    return bool(_POSTGRES.match(message))


def is_added(message: str, head: str) -> bool:
    """Tell whether a line adds to the PostgreSQL error of a session that a head tells of."""
    added, begun = _POSTGRES.match(message), _POSTGRES_HEAD.match(head)
    if not added or not begun:
        return False
    sessions = [_SESSION.search(match["before"]) for match in (added, begun)]
    return None in sessions or sessions[0][1] == sessions[1][1]  # type: ignore[index]
