"""Since when something is wrong: each line begins with the moment."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from processors.retrieval.readings.incidents import list_evidence, order_incidents
from processors.retrieval.readings.reading import Line, Reading, Role, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_seen
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.trouble import group_trouble

_MOST: Final = 5
_SINCE_WHEN: Final = re.compile(
    r"^\W*(?:(?:and|so|but|ok|и|а|ну|так)\W+)*"
    r"(?:when\b|since (?:when|what)\b|(?:for )?how long\b|когда\b|с (?:каких пор|какого (?:времени|момента))"
    r"|(?:как )?давно\b"
    r"|сколько (?:уже|времени)\b)",
    re.IGNORECASE,
)


def asks_since_when(question: str) -> bool:
    """Tell whether a question asks since when something is so.

    Example:
        >>> asks_since_when("and when did it start?"), asks_since_when("а с каких пор?")
        (True, True)
        >>> asks_since_when("what is wrong?")
        False
    """
    return bool(_SINCE_WHEN.search(question))


def tell_began(
    incidents: Sequence[Seen], trouble: Sequence[Seen], evidence: Mapping[str, Seen], telling: Telling
) -> Reading:
    """Return since when something is wrong.

    Args:
        incidents: The open ones.
        trouble: What is wrong; it is told if there is no incident.
        evidence: Of the incidents, by ids.
        telling: How it is worded.
    """
    ordered = order_incidents(incidents)[:_MOST]
    symptoms = [] if ordered else [group[0] for group in group_trouble(trouble)[:_MOST]]
    role: Role = "verdict" if len(ordered) + len(symptoms) == 1 else "item"
    lines = [
        Line(f"{telling.at(one.began)}: {one.hit['title']}", _cite(one, evidence), role=role)
        for one in ordered
    ]
    lines += [
        Line(f"{telling.at(one.began)}:", (one.key,), quote=quote_seen(one), role=role) for one in symptoms
    ]
    return make_reading(lines, list_hits([*ordered, *symptoms, *evidence.values()]))


def _cite(incident: Seen, evidence: Mapping[str, Seen]) -> tuple[str, ...]:
    return (incident.key, *[key for key in list_evidence(incident) if key in evidence][:1])
