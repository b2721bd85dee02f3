"""Severities in their order."""

from typing import Final

_ORDER: Final = ("debug", "info", "warning", "error", "critical")


def rank_severity(severity: str) -> int:
    """Return how serious a severity is; a name that isn't known counts as info.

    Example:
        >>> rank_severity("error") > rank_severity("warning") > rank_severity("audit")
        True
    """
    return _ORDER.index(severity) if severity in _ORDER else _ORDER.index("info")


def pick_worst(*severities: str) -> str:
    """Return the most serious of some severities, the first of those that are as serious.

    Example:
        >>> pick_worst("info", "critical", "error")
        'critical'
    """
    return max(severities, key=rank_severity)
