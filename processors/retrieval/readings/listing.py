"""A list of what a question names: which alerts fire, which services were restarted, which runs failed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from processors.retrieval.readings.counting import (
    PRESENT,
    Bound,
    asks_for_new_lines,
    name_subject,
    say_state,
    sum_up,
)
from processors.retrieval.readings.matching import KINDS, LISTED_PLACES, LOGGED, count_times, name_place
from processors.retrieval.readings.ordering import order_asked
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_line, quote_seen
from processors.retrieval.readings.subjects import Subject, asks_by, asks_for_most_often
from processors.retrieval.readings.survey import Survey, cite_survey, narrow_survey, say_looked_at
from processors.retrieval.readings.telling import Telling

_MOST_LISTED: Final = 10
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "none": "There are no {noun}{trouble}{where} {when}: looked at {looked}, as of {as_of}.",
        "where": " of {place}",
        "now": "now",
        "kept": "in the last 24 hours",
        "restarted": "{name}{lies}: restarted {count} times, the last time at {last}",
        "restarted_once": "{name}{lies}: restarted at {last}",
        "place": "{name}{lies}: {count} observations, the newest at {last}",
        "lies": " in namespace {namespace}",
        "more": "And {count} more of them.",
        "often_when": "Most often {when}{bound}:",
        "often": "{count} times, the newest:",
        "once": "Once:",
    },
    "ru": {
        "none": "{noun}{trouble}{where} {when} нет; просмотрено: {looked}; по состоянию на {as_of}.",
        "where": " ({place})",
        "now": "сейчас",
        "kept": "за последние 24 часа",
        "restarted": "{name}{lies}: перезапусков {count}, последний в {last}",
        "restarted_once": "{name}{lies}: перезапуск в {last}",
        "place": "{name}{lies}: наблюдений {count}, последнее в {last}",
        "lies": " в неймспейсе {namespace}",
        "more": "И ещё {count}.",
        "often_when": "Чаще всего {when}{bound}:",
        "often": "{count} раз, самое новое:",
        "once": "Один раз:",
    },
}
_BOUNDS: Final[dict[Language, dict[Bound, str]]] = {
    "en": {
        "exact": "",
        "most": ", hours that lie half in it counted whole",
        "least": ", among the newest windows",
        "about": ", among the newest windows",
    },
    "ru": {
        "exact": "",
        "most": ", неполные часы посчитаны целиком",
        "least": ", среди самых новых окон",
        "about": ", среди самых новых окон",
    },
}


def tell_list(
    subject: Subject,
    chosen: Sequence[Seen],
    survey: Survey,
    telling: Telling,
    *,
    question: str,
    bound: Bound,
) -> Reading:
    """Return what there is, each with its time: what is wrong first, then what is new.

    Args:
        subject: What is listed.
        chosen: From `choose_counted`.
        survey: What was looked at.
        telling: How it is worded.
        question: Its names veiled.
        bound: Whether numbers are exact.
    """
    words, language = _WORDS[telling.language], telling.language
    everything, survey = survey, narrow_survey(survey, KINDS.get(subject, survey.counts))
    if subject == "restarts" or subject in LISTED_PLACES:
        lines = [*_tell_services(subject, chosen, telling)]
    elif chosen and subject in LOGGED and asks_for_most_often(question):
        return _tell_most_often(subject, chosen, telling, question, bound)
    else:
        ordered = order_asked(question, chosen) if subject == "incidents" else _order(chosen)
        lines = [quote_line(one) for one in ordered]
    if lines:
        return make_reading(_cut_list(lines, telling), list_hits(chosen))
    told = words["none"].format(
        noun=name_subject(subject, language, is_new=asks_for_new_lines(subject, question)),
        trouble=say_state(subject, question, language),
        where=words["where"].format(place=telling.place) if telling.place else "",
        when=telling.when or (words["now"] if subject in PRESENT else words["kept"]),
        looked=say_looked_at(survey, language),
        as_of=telling.as_of(survey),
    )
    told = told[:1].upper() + told[1:]
    cited = cite_survey(survey) or cite_survey(everything)
    return make_reading([Line(told, cited, role="verdict")], list_hits(everything.newest))


def _cut_list(lines: Sequence[Line], telling: Telling) -> list[Line]:
    """Return the first lines of a list, and how many more there are."""
    shown, rest = lines[:_MOST_LISTED], lines[_MOST_LISTED:]
    if not rest:
        return list(shown)
    told = _WORDS[telling.language]["more"].format(count=len(rest))
    return [*shown, Line(told, rest[0].evidence, role="verdict")]


def _order(chosen: Iterable[Seen]) -> list[Seen]:
    """Return each thing once by its newest word, what is wrong first."""
    newest: dict[str, Seen] = {}
    for one in sorted(chosen, key=lambda one: (-one.observed.timestamp(), one.key)):
        newest.setdefault(one.hit["doc_id"], one)
    return sorted(newest.values(), key=lambda one: (not one.is_wrong, -one.observed.timestamp(), one.key))


def _tell_most_often(
    subject: Subject, chosen: Iterable[Seen], telling: Telling, question: str, bound: Bound
) -> Reading:
    """Return each message, or place, once, the most frequent first, with its newest window."""
    words, place = _WORDS[telling.language], asks_by(question)
    groups: dict[tuple[str, ...], list[Seen]] = {}
    for one in sorted(chosen, key=lambda one: (-one.observed.timestamp(), one.key)):
        name = getattr(one, place) if place else one.hit["title"]
        if name:
            of_place = () if place == "namespace" else (one.namespace,)
            groups.setdefault((name, one.cluster, *of_place), []).append(one)
    counted = [
        (sum(count_times(subject, one) for one in group), name, group[0])
        for (name, *_), group in groups.items()
    ]
    counted.sort(key=lambda each: (-each[0], -each[2].observed.timestamp(), each[2].key))
    lines = [
        Line(
            (f"{name}: " if place else "") + words["once" if count == 1 else "often"].format(count=count),
            (newest.key,),
            quote=quote_seen(newest),
        )
        for count, name, newest in counted
    ]
    heading = words["often_when"].format(
        bound=_BOUNDS[telling.language][bound], when=telling.when or words["kept"]
    )
    first = Line(heading, lines[0].evidence, role="verdict")
    return make_reading([first, *_cut_list(lines, telling)], [newest.hit for *_, newest in counted])


def _tell_services(subject: Subject, chosen: Iterable[Seen], telling: Telling) -> Iterable[Line]:
    words = _WORDS[telling.language]
    groups: dict[tuple[str, str], list[Seen]] = {}
    for one in chosen:
        name = name_place(subject, one) or ("" if subject in LISTED_PLACES else one.hit["title"])
        if name and (subject != "restarts" or count_times(subject, one)):
            groups.setdefault((name, "" if subject == "namespaces" else one.namespace), []).append(one)
    for (name, namespace), group in sorted(groups.items(), key=lambda pair: -_last(pair[1]).timestamp()):
        # How often a pod was restarted is told by the pod.
        counted = [one for one in group if one.kind == "k8s_state"] or group
        count = len(counted) if subject in LISTED_PLACES else sum_up(subject, counted)
        template = "place" if subject != "restarts" else "restarted" if count > 1 else "restarted_once"
        text = words[template].format(
            name=name,
            lies=words["lies"].format(namespace=namespace) if namespace else "",
            count=count,
            last=telling.at(_last(group)),
        )
        newest = sorted(counted, key=lambda one: -one.observed.timestamp())
        yield Line(text, tuple(one.key for one in newest[:2]))


def _last(group: Iterable[Seen]) -> datetime:
    return max(one.observed for one in group)
