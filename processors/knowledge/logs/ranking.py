"""Severities in their order."""

from typing import Final

_RANKS: Final = {"debug": 0, "info": 1, "warning": 2, "error": 3, "critical": 4}


def rank_severity(severity: str) -> int:
    """Return how serious a severity is; a name that isn't known counts as info.

    Example:
        >>> rank_severity("error") > rank_severity("warning") > rank_severity("audit")
        True
    """
    return _RANKS.get(severity, _RANKS["info"])


def pick_worst(*severities: str) -> str:
    """Return the most serious of some severities, the first of those that are as serious.

    Example:
        >>> pick_worst("info", "critical", "error")
        'critical'
    """
    return max(severities, key=rank_severity)
