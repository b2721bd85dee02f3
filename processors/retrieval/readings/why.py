"""Why something is so: the incident of a place, its causes in their order, or that the place is fine."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from processors.knowledge.incidents.sections import HEADS, Section
from processors.retrieval.readings.incidents import (
    list_evidence,
    order_incidents,
    read_sections,
)
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_line
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.trouble import group_trouble

_SHOWN_EVIDENCE: Final = 3
_MOST_OTHERS: Final = 3
_SENTENCE_END: Final = re.compile(r"[.!?]\s+(?=\S)")
_TOLD: Final[tuple[Section, ...]] = ("cause", "changed", "also", "affected", "helped", "runbook")
_HEADS: Final[dict[Language, dict[Section, str]]] = {
    "en": HEADS,
    "ru": {
        "cause": "Вероятная причина",
        "also": "Возможно также",
        "changed": "Изменилось перед этим",
        "affected": "Затронуто",
        "helped": "Что помогло раньше",
        "runbook": "Ранбук",
    },
}
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "since": "{title}, since {since}.",
        "over": "{title}, from {since} to {until}, and it is over.",
        "others": "Also wrong:",
    },
    "ru": {
        "since": "{title}, с {since}.",
        "over": "{title}, с {since} до {until}, и это позади.",
        "others": "Не в порядке также:",
    },
}


def tell_why(
    incidents: Sequence[Seen],
    evidence: Mapping[str, Seen],
    telling: Telling,
    *,
    ordinal: int | None,
) -> Reading:
    """Return why the incidents of a place are: the one that is meant in full, the others by their titles.

    Args:
        incidents: At least one, open or over.
        evidence: Of the incidents, by ids.
        telling: How it is worded.
        ordinal: Which of them is meant, from 1, -1 for the last; None for the first.
    """
    words = _WORDS[telling.language]
    ordered = order_incidents(incidents)
    chosen = ordered[-1 if ordinal == -1 else min(max(ordinal or 1, 1), len(ordered)) - 1]
    lines = [Line(_say_title(chosen, telling), (chosen.key,), role="verdict")]
    told = read_sections(chosen.hit["text"])
    shown = [evidence[key] for key in list_evidence(chosen) if key in evidence]
    for section in _TOLD:
        head = _HEADS[telling.language][section]
        keys = (chosen.key, *(one.key for one in shown[:1])) if section == "cause" else (chosen.key,)
        lines += [
            Line(f"{head}: {said.rstrip('.')}", keys, role="point")
            for part, said in told
            if part == section and said.rstrip(".") != chosen.hit["title"]
        ]
    lines += [quote_line(one, "point") for one in shown[:_SHOWN_EVIDENCE]]
    others = [one for one in ordered if one is not chosen][:_MOST_OTHERS]
    if others and ordinal is None:
        lines.append(Line(words["others"], (others[0].key,), role="verdict"))
        lines += [Line(one.hit["title"], (one.key,), role="point") for one in others]
    return make_reading(lines, list_hits([*ordered, *evidence.values()]))


def _say_title(incident: Seen, telling: Telling) -> str:
    words = _WORDS[telling.language]
    title = _SENTENCE_END.sub("; ", incident.hit["title"]).rstrip(".")
    since = telling.at(incident.began)
    if incident.labels.get("state") == "resolved":
        return words["over"].format(title=title, since=since, until=telling.at(incident.observed))
    return words["since"].format(title=title, since=since)


def tell_symptoms(
    trouble: Sequence[Seen],
    states: Sequence[Seen],
    changes: Sequence[Line],
    found: Sequence[Seen],
    language: Language,
) -> Reading:
    """Return what is wrong in a place of which no incident was made yet, and what changed there.

    Args:
        trouble: What is wrong, at least one.
        states: Of the very objects that are asked about.
        changes: Lines about what changed.
        found: What those lines cite.
        language: Of the question.
    """
    lines: list[Line] = []
    for group in group_trouble(trouble):
        lines.append(quote_line(group[0]))
        lines += [quote_line(one, "detail") for one in group[1 : 1 + _SHOWN_EVIDENCE]]
    told = {line.evidence for line in lines}
    lines += [quote_line(one, "point") for one in states[:1] if (one.key,) not in told]
    if changes:
        head = _HEADS[language]["changed"]
        lines.append(Line(f"{head}:", changes[0].evidence, role="verdict"))
        lines += [line._replace(role="point") for line in changes]
    return make_reading(lines, list_hits([*trouble, *states, *found]))
