"""Incidents as the index holds them: their order, and what their passages say."""

from collections.abc import Iterable, Sequence
from typing import Final

from processors.knowledge.incidents.sections import HEADS, KIND, Section
from processors.knowledge.severities import GRAVE
from processors.retrieval.readings.seen import Seen

INCIDENT: Final = KIND

_SECTIONS: Final[dict[str, Section]] = {head: section for section, head in HEADS.items()}
_LOGGED: Final = "errors"


def is_open(seen: Seen) -> bool:
    """Tell whether an incident goes on."""
    return seen.kind == INCIDENT and seen.labels.get("state", "open") == "open"


def is_shown(incident: Seen) -> bool:
    """Tell whether something else than lines of logs shows an incident: those are often as usual as loud."""
    return incident.labels.get("rule") != _LOGGED


def order_incidents(incidents: Iterable[Seen]) -> list[Seen]:
    """Return incidents in the order in which they are told: what is worse first, then what is newer.

    What only logs complain about stands behind all that something else shows.

    Of what is alike grave those that name an object that somebody can edit go before runs, lines and figures.
    "The second one" counts in this order.
    """
    return sorted(
        incidents,
        key=lambda one: (
            not is_shown(one),
            one.hit["severity"] not in GRAVE,
            not _is_of_object(one),
            -one.began.timestamp(),
            one.hit["title"],
            one.key,
        ),
    )


def _is_of_object(incident: Seen) -> bool:
    kind = incident.labels.get("object", "").partition("/")[0]
    return kind[:1].isupper() and kind != "DAG"


def read_sections(text: str) -> list[tuple[Section, str]]:
    """Return what an incident's passage says under its headings, in its order.

    Example:
        >>> read_sections("Pod a: killed\\nLikely cause: no memory\\nSeen: Pod a was OOMKilled.\\nbye")
        [('cause', 'no memory'), ('seen', 'Pod a was OOMKilled.')]
    """
    told = [line.partition(": ") for line in text.splitlines()]
    return [(_SECTIONS[head], rest.strip()) for head, _, rest in told if head in _SECTIONS and rest.strip()]


def list_evidence(incident: Seen) -> list[str]:
    """Return the ids of the chunks that show an incident."""
    cited = incident.hit["cite"].get("evidence")
    labelled = incident.labels.get("evidence", "").split(",")
    return [str(key) for key in (cited if isinstance(cited, list) else labelled) if key]


def list_told(incidents: Sequence[Seen]) -> tuple[set[str], set[tuple[str, str]]]:
    """Return what incidents tell of already: ids of their evidence, and namespaces with their services."""
    evidence = {key for incident in incidents for key in list_evidence(incident)}
    places = {(one.namespace, one.service) for one in incidents if one.service}
    return evidence, places
