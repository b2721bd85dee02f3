"""Which of several incidents stands first where a question says so: "the newest one", "what broke first"."""

import re
from collections.abc import Iterable
from typing import Final

from processors.retrieval.readings.incidents import order_incidents
from processors.retrieval.readings.seen import Seen

_NEWEST: Final = re.compile(
    r"\b(?:newest|latest|most recent)\b|\b(?:broke|failed|crashed|died|started|went down) last\b"
    r"|\blast (?:open )?(?:incident|problem|issue|outage)\b"
    r"|(?<![а-я])(?:последн|самый нов|самая нов|свеж|позже всех)",
    re.IGNORECASE,
)
_OLDEST: Final = re.compile(
    r"\b(?:oldest|longest)\b|\b(?:broke|failed|crashed|died|started|went down) first\b"
    r"|\bfirst (?:open )?(?:incident|problem|issue|outage|broke|failed)\b"
    r"|(?<![а-я])(?:сам\w+ (?:стар|перв|дол)|раньше всех|дольше всех)|\w+л\w* первым",
    re.IGNORECASE,
)


def order_asked(question: str, incidents: Iterable[Seen]) -> list[Seen]:
    """Return incidents by when they began if a question asks for the first or the last, else the worst first.

    Args:
        question: Its names veiled.
        incidents: The open ones.
    """
    ordered = order_incidents(incidents)
    if _OLDEST.search(question):
        return sorted(ordered, key=lambda one: one.began)
    if _NEWEST.search(question):
        return sorted(ordered, key=lambda one: -one.began.timestamp())
    return ordered
