"""How many: restarts, alerts, runs, or lines that were logged, counted within a window."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings.matching import KINDS, belongs, count_times
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_line
from processors.retrieval.readings.subjects import Subject, asks_for_trouble
from processors.retrieval.readings.survey import Survey, cite_survey, narrow_survey, say_looked_at
from processors.retrieval.readings.times import say_moment

PRESENT: Final[tuple[Subject, ...]] = (
    "pods", "nodes", "deployments", "jobs", "claims", "models", "namespaces", "services", "incidents",
    "alerts",
)  # fmt: skip
"""Subjects that are counted as they are now, if no time is asked about."""

_MOST_SHOWN: Final = 4
_QUOTED: Final = re.compile(r"[\"'`«“]([^\"'`»”]{3,80})[\"'`»”]|\b([A-Z][a-z]+(?:[A-Z][a-z]*)+|OOM\w*)\b")
_NOUNS: Final[dict[Language, dict[Subject, str]]] = {
    "en": {
        "restarts": "restart|s", "alerts": "alert|s", "failed_runs": "failed run|s", "runs": "run|s",
        "models": "model|s", "pods": "pod|s", "nodes": "node|s", "deployments": "workload|s",
        "jobs": "job|s",
        "claims": "volume|s or claim|s", "services": "service|s", "namespaces": "namespace|s",
        "requests": "request|s", "errors": "error|s in the logs", "warnings": "warning|s",
        "lines": "log line|s", "events": "event|s", "incidents": "incident|s",
        "kills": "kill|s or eviction|s",
        "anomalies": "unusual metric|s", "anything": "observation|s",
    },
    "ru": {
        "restarts": "перезапусков", "alerts": "алертов", "failed_runs": "упавших запусков",
        "runs": "запусков",
        "models": "моделей", "pods": "подов", "nodes": "узлов", "deployments": "деплойментов",
        "jobs": "джобов", "claims": "томов", "services": "сервисов", "namespaces": "неймспейсов",
        "requests": "запросов", "errors": "ошибок в логах", "warnings": "предупреждений",
        "lines": "строк логов", "events": "событий", "incidents": "инцидентов",
        "kills": "убитых и вытесненных", "anomalies": "необычных метрик", "anything": "наблюдений",
    },
}  # fmt: skip
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "told": (
            "{most}{count} {noun}{trouble}{where} {when}: counted in {entries} of {looked}, as of {as_of}."
        ),
        "none": "No {noun}{trouble}{where} {when}: looked at {looked}, as of {as_of}.",
        "most": "At most ",
        "trouble": " in trouble",
        "where": " of {place}",
        "now": "now",
        "kept": "in the last 24 hours",
    },
    "ru": {
        "told": (
            "{most}{count} {noun}{trouble}{where} {when}; просмотрено: {looked}, из них об этом {entries}; "
            "по состоянию на {as_of}."
        ),
        "none": "0 {noun}{trouble}{where} {when}; просмотрено: {looked}; по состоянию на {as_of}.",
        "most": "Не больше ",
        "trouble": " с проблемами",
        "where": " ({place})",
        "now": "сейчас",
        "kept": "за последние 24 часа",
    },
}


def name_subject(subject: Subject, language: Language, count: int = 0) -> str:
    """Return what is counted or listed, in words.

    Args:
        subject: From `find_subject`.
        language: Of the sentence.
        count: How many there are.

    Example:
        >>> name_subject("pods", "en", 1), name_subject("errors", "en"), name_subject("pods", "ru", 1)
        ('pod', 'errors in the logs', 'подов')
    """
    return _NOUNS[language][subject].replace("|s", "" if count == 1 else "s")


def choose_counted(question: str, subject: Subject, found: Iterable[Seen]) -> list[Seen]:
    """Return the observations that a question wants counted or listed.

    What it names in quotes, or by the name of an event, must stand in each.

    Args:
        question: Without its places and time.
        subject: From `find_subject`.
        found: Observations.
    """
    named = [(quoted or name).lower() for quoted, name in _QUOTED.findall(question)]
    only_wrong = subject in PRESENT and asks_for_trouble(question)
    return [
        one
        for one in found
        if belongs(subject, one)
        and (one.is_wrong or not only_wrong)
        and all(name in f"{one.hit['title']} {one.hit['text']}".lower() for name in named)
    ]


def sum_up(subject: Subject, chosen: Iterable[Seen]) -> int:
    """Return how often something happened; what several series of a service tell of counts once."""
    series: dict[tuple[str, str], dict[str, int]] = {}
    total = 0
    for one in chosen:
        times = count_times(subject, one)
        if one.kind != "metric_window":
            total += times
        else:
            of_service = series.setdefault((one.namespace, one.service), {})
            name = one.hit["doc_id"]
            of_service[name] = max(times, of_service.get(name, 0))
    return total + sum(max(times.values()) for times in series.values())


def tell_count(
    subject: Subject,
    chosen: Sequence[Seen],
    survey: Survey,
    *,
    question: str,
    window: TimeWindow | None,
    place: str,
    when: str,
    language: Language,
    now: datetime,
) -> Reading:
    """Return how many there are, what was counted, and what most of them are.

    Args:
        subject: What is counted.
        chosen: From `choose_counted`.
        survey: What was looked at.
        question: As it was asked.
        window: The time asked about.
        place: The place asked about, in words; empty for everything.
        when: The window in words; empty for none.
        language: Of the question.
        now: The time of the question.
    """
    words = _WORDS[language]
    everything, survey = survey, narrow_survey(survey, KINDS.get(subject, survey.counts))
    chosen = [one for one in chosen if count_times(subject, one)]
    count = sum_up(subject, chosen)
    # Lines are kept by the hour: of one that is half in the window it isn't known how many are.
    is_bound = window is not None and any(
        one.began < window.begin or one.observed > window.end
        for one in chosen
        if one.kind in ("log_pattern", "k8s_event")
    )
    told = words["told" if count else "none"].format(
        most=words["most"] if is_bound else "",
        count=count,
        noun=name_subject(subject, language, count),
        trouble=words["trouble"] if subject in PRESENT and asks_for_trouble(question) else "",
        where=words["where"].format(place=place) if place else "",
        when=when or (words["now"] if subject in PRESENT else words["kept"]),
        as_of=say_moment(survey.as_of or now, now),
        entries=len(chosen),
        looked=say_looked_at(survey, language),
    )
    if not count:
        cited = cite_survey(survey) or cite_survey(everything)
        return make_reading([Line(told, cited, role="verdict")], list_hits(everything.newest))
    ordered = sorted(chosen, key=lambda one: (-count_times(subject, one), -one.observed.timestamp(), one.key))
    verdict = Line(told, tuple(one.key for one in ordered[:_MOST_SHOWN]), role="verdict")
    return make_reading(
        [verdict, *(quote_line(one, "point") for one in ordered[:_MOST_SHOWN])], list_hits(ordered)
    )
