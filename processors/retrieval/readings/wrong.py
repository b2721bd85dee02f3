"""What is wrong: open incidents with their likely causes, then what is wrong besides, or that nothing is."""

from collections.abc import Mapping, Sequence
from typing import Final

from processors.retrieval.readings.incidents import list_evidence, list_told, read_sections
from processors.retrieval.readings.ordering import order_asked
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_line, quote_seen
from processors.retrieval.readings.survey import Survey, cite_survey, say_looked_at
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.trouble import group_trouble, split_warnings

MOST_INCIDENTS: Final = 5
_MOST_TITLED: Final = 5
_MOST_BESIDES: Final = 7
_MOST_WARNINGS: Final = 3
_SHOWN_EVIDENCE: Final = 1

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "since": "{title}, since {since}",
        "cause": "Likely cause: {cause}",
        "besides": "Wrong besides:",
        "more": "and {count} more",
        "warned": "Warnings that were logged for the first time, be it nothing or a beginning:",
        "nothing": "Nothing is wrong{where}{when}: looked at {looked}, as of {as_of}.",
        "looked": "Looked at {looked}, as of {as_of}.",
        "unseen": "Nothing at all was observed{where}{when}, so what is wrong can't be told; as of {as_of}.",
        "of": " with {place}",
    },
    "ru": {
        "since": "{title}, с {since}",
        "cause": "Вероятная причина: {cause}",
        "besides": "Кроме того, не в порядке:",
        "more": "и ещё {count}",
        "warned": "Предупреждения, которых в логах раньше не было, пустяк это или начало:",
        "nothing": "Ничего плохого нет{where}{when}: просмотрено {looked}; по состоянию на {as_of}.",
        "looked": "Просмотрено: {looked}; по состоянию на {as_of}.",
        "unseen": "Ничего не наблюдалось{where}{when}, так что судить не по чему; по состоянию на {as_of}.",
        "of": " ({place})",
    },
}


def tell_wrong(
    incidents: Sequence[Seen],
    trouble: Sequence[Seen],
    evidence: Mapping[str, Seen],
    survey: Survey,
    telling: Telling,
    *,
    states: Sequence[Seen] = (),
    first: str = "",
    question: str = "",
) -> Reading:
    """Return what is wrong, the faulty object of each first.

    Args:
        incidents: The open ones.
        trouble: What is wrong, be it part of an incident or not.
        evidence: Of the incidents, by ids.
        survey: What was looked at.
        telling: How it is worded.
        states: Of the very objects that are asked about.
        first: Kind of observation that is told before others.
        question: Its names veiled; it may say which incident is told first.
    """
    words = _WORDS[telling.language]
    ordered = order_asked(question, incidents)
    warnings: list[Seen] = []
    if not first and not telling.when:
        trouble, warnings = split_warnings(trouble)
    lines = [line for one in ordered[:MOST_INCIDENTS] for line in _tell_incident(one, evidence, telling)]
    titled = ordered[MOST_INCIDENTS : MOST_INCIDENTS + _MOST_TITLED]
    lines += [_say_title(one, (one.key,), telling) for one in titled]
    told_keys, told_places = list_told(ordered)
    groups = [
        group
        for group in group_trouble(trouble, first)
        if not any(one.key in told_keys or (one.namespace, one.service) in told_places for one in group)
    ]
    if lines and groups:
        lines.append(Line(words["besides"], (groups[0][0].key,), role="verdict"))
    for group in groups[:_MOST_BESIDES]:
        lines.append(quote_line(group[0]))
        lines += [quote_line(one, "detail") for one in group[1 : 1 + _SHOWN_EVIDENCE]]
    left = max(0, len(ordered) - MOST_INCIDENTS - _MOST_TITLED) + max(0, len(groups) - _MOST_BESIDES)
    if left:
        last = groups[-1][0] if len(groups) > _MOST_BESIDES else ordered[-1]
        lines.append(Line(words["more"].format(count=left), (last.key,), role="verdict"))
    if not lines:
        nothing = tell_nothing(survey, telling, states)
        told = [*nothing.lines, *tell_warnings(warnings, telling.language)]
        return make_reading(told, [*nothing.hits, *list_hits(warnings)]) if warnings else nothing
    looked = words["looked"].format(
        looked=say_looked_at(survey, telling.language), as_of=telling.as_of(survey)
    )
    lines.append(Line(looked, cite_survey(survey)[:2], role="verdict"))
    return make_reading(lines, list_hits([*ordered, *trouble, *evidence.values(), *survey.newest]))


def tell_warnings(warnings: Sequence[Seen], language: Language) -> list[Line]:
    """Return the lines about warnings where nothing is wrong, none if there are none.

    Args:
        warnings: From `split_warnings`.
        language: Of the question.
    """
    words, groups = _WORDS[language], group_trouble(warnings)
    if not groups:
        return []
    lines = [Line(words["warned"], (groups[0][0].key,), role="verdict")]
    lines += [quote_line(group[0], "point") for group in groups[:_MOST_WARNINGS]]
    left = len(groups) - _MOST_WARNINGS
    if left > 0:
        lines.append(Line(words["more"].format(count=left), (groups[-1][0].key,), role="verdict"))
    return lines


def _tell_incident(incident: Seen, evidence: Mapping[str, Seen], telling: Telling) -> list[Line]:
    words = _WORDS[telling.language]
    title = incident.hit["title"]
    shown = [evidence[key] for key in list_evidence(incident) if key in evidence]
    keys = (incident.key, *(one.key for one in shown[:_SHOWN_EVIDENCE]))
    lines = [_say_title(incident, keys, telling)]
    causes = [said for section, said in read_sections(incident.hit["text"]) if section == "cause"]
    lines += [
        Line(words["cause"].format(cause=cause.rstrip(".")), (incident.key,), role="detail")
        for cause in causes[:1]
        if cause.rstrip(".") not in title
    ]
    return lines + [
        quote_line(one, "detail")
        for one in shown[:_SHOWN_EVIDENCE]
        if quote_seen(one).rstrip(".") not in title
    ]


def _say_title(incident: Seen, keys: tuple[str, ...], telling: Telling) -> Line:
    said = _WORDS[telling.language]["since"].format(
        title=incident.hit["title"], since=telling.at(incident.began)
    )
    return Line(said, keys)


def tell_nothing(survey: Survey, telling: Telling, states: Sequence[Seen] = ()) -> Reading:
    """Return that nothing is wrong, with what was looked at.

    Args:
        survey: What was looked at.
        telling: How it is worded.
        states: Of the very objects that are asked about.
    """
    words = _WORDS[telling.language]
    told = words["nothing" if survey.total else "unseen"].format(
        where=words["of"].format(place=telling.place) if telling.place else "",
        when=f" {telling.when}" if telling.when else "",
        looked=say_looked_at(survey, telling.language),
        as_of=telling.as_of(survey),
    )
    shown = [quote_line(one, "point") for one in states[:_MOST_BESIDES]]
    verdict = Line(told, cite_survey(survey), role="verdict")
    return make_reading([verdict, *shown], list_hits([*survey.newest, *states]))
