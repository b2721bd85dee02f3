"""Since when something is wrong: each line begins with the moment."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from processors.retrieval.readings.incidents import list_evidence, order_incidents
from processors.retrieval.readings.reading import Language, Line, Reading, Role, make_reading
from processors.retrieval.readings.recurring import History
from processors.retrieval.readings.seen import Seen, list_hits, quote_seen
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.trouble import group_trouble

_MOST: Final = 5
# An incident is seen some moments after the first line that shows it.
_BEGIN: Final = timedelta(minutes=5)
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "since": "{at}, in {windows} windows of log lines, the newest:",
        "again": "{at}, and before, the first time at {first}; in {windows} windows, the newest:",
        "before": "Such lines were logged before, the first at {first}; in {windows} windows, the newest:",
    },
    "ru": {
        "since": "{at}; окон логов: {windows}, последнее:",
        "again": "{at}; такие строки были и раньше, первая в {first}; окон логов: {windows}, последнее:",
        "before": "Такие строки были и раньше: первая в {first}; окон логов: {windows}, последнее:",
    },
}
_SINCE_WHEN: Final = re.compile(
    r"^\W*(?:(?:and|so|but|ok|и|а|ну|так)\W+)*"
    r"(?:when\b|since (?:when|what)\b|(?:for )?how long\b|когда\b|с (?:каких пор|какого (?:времени|момента))"
    r"|(?:как )?давно\b"
    r"|сколько (?:уже|времени)\b)",
    re.IGNORECASE,
)
# Of what began they say nothing: "when did it start to fail?"
_BEGINNING: Final = re.compile(
    r"(?:(?:start|beg[aiu]n|fail|br[eo]ak|broke|happen|occur|problem|trouble|incident|outage)(?:s|ed|en|ing|ning)?$"
    r"|(?:issue|error|failure|exception|warning)s?$|ошиб"
    r"|(?:down|wrong|bad)$|нача|слом|упа|пада|лежи|проблем|случ|произош|происход|работа|инцидент|плохо)",
    re.IGNORECASE,
)


def list_begun(words: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Return the words that tell what began, without those that say that it did.

    Args:
        words: Of a question that asks since when, each with its forms.

    Example:
        >>> list_begun([("smtp",), ("started",), ("failing",)])
        [('smtp',)]
    """
    return [forms for forms in words if not _BEGINNING.match(forms[0])]


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
    incidents: Sequence[Seen],
    trouble: Sequence[Seen],
    evidence: Mapping[str, Seen],
    histories: Mapping[str, History],
    telling: Telling,
) -> Reading:
    """Return since when something is wrong; of lines that were logged before, since when they are.

    Args:
        incidents: The open ones.
        trouble: What is wrong; it is told if there is no incident.
        evidence: Of the incidents, by ids.
        histories: Of patterns of log lines, by the ids of their documents.
        telling: How it is worded.
    """
    ordered = order_incidents(incidents)[:_MOST]
    symptoms = [] if ordered else [group[0] for group in group_trouble(trouble)[:_MOST]]
    role: Role = "verdict" if len(ordered) + len(symptoms) == 1 else "item"
    lines: list[Line] = []
    for one in ordered:
        lines.append(Line(f"{telling.at(one.began)}: {one.hit['title']}", _cite(one, evidence), role=role))
        lines += _tell_before(one, evidence, histories, telling, "point" if role == "verdict" else "detail")
    lines += [_tell_symptom(one, histories, telling, role) for one in symptoms]
    return make_reading(lines, list_hits([*ordered, *symptoms, *evidence.values()]))


def _tell_before(
    incident: Seen,
    evidence: Mapping[str, Seen],
    histories: Mapping[str, History],
    telling: Telling,
    role: Role,
) -> list[Line]:
    """Return that the lines which show an incident were logged before it, if they were."""
    shown = [evidence[key] for key in list_evidence(incident) if key in evidence]
    for one in shown:
        history = histories.get(one.hit["doc_id"])
        if history is not None and history.windows > 1 and history.first < incident.began - _BEGIN:
            text = _WORDS[telling.language]["before"].format(
                first=telling.at(history.first), windows=history.windows
            )
            return [Line(text, (one.key,), quote=quote_seen(one), role=role)]
    return []


def _tell_symptom(one: Seen, histories: Mapping[str, History], telling: Telling, role: Role) -> Line:
    history = histories.get(one.hit["doc_id"])
    if history is None or history.windows == 1:
        return Line(f"{telling.at(one.began)}:", (one.key,), quote=quote_seen(one), role=role)
    text = _WORDS[telling.language]["since" if history.since == history.first else "again"].format(
        at=telling.at(history.since), first=telling.at(history.first), windows=history.windows
    )
    return Line(text, (one.key,), quote=quote_seen(one), role=role)


def _cite(incident: Seen, evidence: Mapping[str, Seen]) -> tuple[str, ...]:
    return (incident.key, *[key for key in list_evidence(incident) if key in evidence][:1])
