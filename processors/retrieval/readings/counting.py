"""How many: restarts, alerts, runs, or lines that were logged, counted within a window."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.question.veiling import veil_names
from processors.retrieval.readings.matching import (
    KINDS,
    LISTED_PLACES,
    LOGGED,
    belongs,
    count_times,
    name_place,
)
from processors.retrieval.readings.mentions import find_mentions
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_line
from processors.retrieval.readings.subjects import (
    Subject,
    asks_for_new,
    asks_for_over,
    asks_for_success,
    asks_for_trouble,
    asks_for_well,
    find_runs_of,
)
from processors.retrieval.readings.survey import Survey, cite_survey, narrow_survey, say_looked_at
from processors.retrieval.readings.telling import Telling

PRESENT: Final[tuple[Subject, ...]] = (
    "pods", "nodes", "deployments", "jobs", "claims", "models", "namespaces", "services", "incidents",
    "alerts", "replicas",
)  # fmt: skip
"""Subjects that are counted as they are now, if no time is asked about."""

Bound = Literal["exact", "most", "least", "about"]
"""What a number is: as it was counted, or the most, the least or about as many as there are."""

_MOST_SHOWN: Final = 4
_MOST_NAMED: Final = 20
_QUOTED: Final = re.compile(r"[\"'`«“]([^\"'`»”]{3,80})[\"'`»”]|\b([A-Z][a-z]+(?:[A-Z][a-z]*)+|OOM\w*)\b")
# How a pod ended: who asks for one of them doesn't mean the other.
_DEATHS: Final = (
    re.compile(r"\bevict|вытесн", re.IGNORECASE),
    re.compile(r"\boom|memory|памят|(?<![а-я])оом", re.IGNORECASE),
)
_NOUNS: Final[dict[Language, dict[Subject, str]]] = {
    "en": {
        "restarts": "restart|s", "alerts": "alert|s", "failed_runs": "failed run|s", "runs": "run|s",
        "models": "model|s", "pods": "pod|s", "nodes": "node|s", "deployments": "workload|s",
        "jobs": "job|s",
        "claims": "volume|s or claim|s", "services": "service|s", "namespaces": "namespace|s",
        "requests": "request|s", "errors": "error|s in the logs", "warnings": "warning|s",
        "lines": "log line|s", "events": "event|s", "incidents": "incident|s",
        "kills": "kill|s or eviction|s",
        "anomalies": "unusual metric|s", "replicas": "replica|s", "anything": "observation|s",
    },
    "ru": {
        "restarts": "перезапусков", "alerts": "алертов", "failed_runs": "упавших запусков",
        "runs": "запусков",
        "models": "моделей", "pods": "подов", "nodes": "узлов", "deployments": "деплойментов",
        "jobs": "джобов", "claims": "томов", "services": "сервисов", "namespaces": "неймспейсов",
        "requests": "запросов", "errors": "ошибок в логах", "warnings": "предупреждений",
        "lines": "строк логов", "events": "событий", "incidents": "инцидентов",
        "kills": "убитых и вытесненных", "anomalies": "необычных метрик", "replicas": "реплик",
        "anything": "наблюдений",
    },
}  # fmt: skip
_NEW: Final[dict[Language, str]] = {"en": "new", "ru": "новых"}
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "told": (
            "{bound}{count} {noun}{trouble}{where} {when}: counted in {entries} of {looked}, as of {as_of}."
        ),
        "places": "{count} {noun}{trouble}{where} {when}: {names}; looked at {looked}, as of {as_of}.",
        "none": "No {noun}{trouble}{where} {when}: looked at {looked}, as of {as_of}.",
        "most": "At most ",
        "least": "At least ",
        "about": "About ",
        "exact": "",
        "trouble": " in trouble",
        "well": " without trouble",
        "where": " of {place}",
        "now": "now",
        "kept": "in the last 24 hours",
    },
    "ru": {
        "told": (
            "{bound}{count} {noun}{trouble}{where} {when}; просмотрено: {looked}, из них об этом {entries}; "
            "по состоянию на {as_of}."
        ),
        "places": (
            "{count} {noun}{trouble}{where} {when}: {names}; просмотрено: {looked}; по состоянию на {as_of}."
        ),
        "none": "0 {noun}{trouble}{where} {when}; просмотрено: {looked}; по состоянию на {as_of}.",
        "most": "Не больше ",
        "least": "Не меньше ",
        "about": "Примерно ",
        "exact": "",
        "trouble": " с проблемами",
        "well": " без проблем",
        "where": " ({place})",
        "now": "сейчас",
        "kept": "за последние 24 часа",
    },
}


def name_subject(subject: Subject, language: Language, count: int = 0, *, is_new: bool = False) -> str:
    """Return what is counted or listed, in words.

    Args:
        subject: From `find_subject`.
        language: Of the sentence.
        count: How many there are.
        is_new: Whether only those that were never there before are meant.

    Example:
        >>> name_subject("pods", "en", 1), name_subject("errors", "en"), name_subject("pods", "ru", 1)
        ('pod', 'errors in the logs', 'подов')
    """
    noun = _NOUNS[language][subject].replace("|s", "" if count == 1 else "s")
    return f"{_NEW[language]} {noun}" if is_new else noun


def choose_counted(
    question: str, subject: Subject, found: Iterable[Seen], words: Sequence[Sequence[str]] = ()
) -> list[Seen]:
    """Return the observations that a question wants counted or listed.

    What it names in quotes, or by the name of an event, must stand in each. Of what has no name of its own
    those are meant that say most of its words.

    Args:
        question: Without its time.
        subject: From `find_subject`.
        found: Observations.
        words: That tell what it is about, each with its forms.
    """
    named = [(quoted or name).lower() for quoted, name in _QUOTED.findall(question)]
    wording = veil_names(question)
    chosen = [
        one
        for one in found
        if _is_asked(wording, subject, one)
        and all(name in f"{one.hit['title']} {one.hit['text']}".lower() for name in named)
    ]
    return find_mentions(words, chosen) if subject == "anything" and words else chosen


def _is_asked(wording: str, subject: Subject, seen: Seen) -> bool:
    if subject in ("alerts", "incidents") and asks_for_over(wording):
        return seen.kind in KINDS[subject] and not seen.is_wrong
    if not belongs(subject, seen):
        return False
    if subject == "kills":
        told = f"{seen.hit['title']} {seen.hit['text']}"
        asked = [done for done in _DEATHS if done.search(wording)]
        return not asked or any(done.search(told) for done in asked)
    if asks_for_new_lines(subject, wording):
        return seen.labels.get("new") == "true"
    if subject in ("runs", "failed_runs"):
        of_kind = find_runs_of(wording)
        return (not of_kind or seen.kind == of_kind) and not (asks_for_success(wording) and seen.is_wrong)
    if subject == "replicas":
        return True
    if subject in PRESENT and asks_for_trouble(wording):
        return seen.is_wrong
    return not (subject in PRESENT and asks_for_well(wording) and seen.is_wrong)


def asks_for_new_lines(subject: Subject, question: str) -> bool:
    """Tell whether only lines of logs that were never there before are asked for.

    Args:
        subject: From `find_subject`.
        question: Its names veiled.
    """
    return subject in LOGGED and asks_for_new(question)


def choose_bound(
    subject: Subject, chosen: Iterable[Seen], window: TimeWindow | None, *, is_all: bool
) -> Bound:
    """Return whether a number is exact, or what bounds it.

    Args:
        subject: What is counted.
        chosen: What is counted.
        window: The time asked about.
        is_all: Whether nothing more was observed than what was read, the newest.
    """
    # Lines are kept by the hour: of one that is half in the window it isn't known how many are.
    is_cut = window is not None and any(
        one.began < window.begin or one.observed > window.end
        for one in chosen
        if one.kind in ("log_pattern", "k8s_event") and count_times(subject, one)
    )
    if is_all:
        return "most" if is_cut else "exact"
    return "about" if is_cut else "least"


def sum_up(subject: Subject, chosen: Iterable[Seen]) -> int:
    """Return how often something happened; what several series of a service tell of counts once."""
    if subject in LISTED_PLACES:
        return len({name for one in chosen if (name := name_place(subject, one))})
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


def say_state(subject: Subject, question: str, language: Language) -> str:
    """Return how what is counted or listed is, in words; empty where the question doesn't say.

    Args:
        subject: From `find_subject`.
        question: Its names veiled.
        language: Of the sentence.
    """
    words = _WORDS[language]
    if subject not in PRESENT:
        return ""
    if asks_for_trouble(question):
        return words["trouble"]
    return words["well"] if asks_for_well(question) else ""


def tell_count(
    subject: Subject,
    chosen: Sequence[Seen],
    survey: Survey,
    telling: Telling,
    *,
    question: str,
    bound: Bound,
) -> Reading:
    """Return how many there are, what was counted, and what most of them are.

    Args:
        subject: What is counted.
        chosen: From `choose_counted`.
        survey: What was looked at.
        telling: How it is worded.
        question: Its names veiled.
        bound: Whether the number is exact.
    """
    words, language = _WORDS[telling.language], telling.language
    everything, survey = survey, narrow_survey(survey, KINDS.get(subject, survey.counts))
    chosen = [one for one in chosen if count_times(subject, one)]
    count = sum_up(subject, chosen)
    template = "places" if subject in LISTED_PLACES else "told"
    told = words[template if count else "none"].format(
        bound=words[bound],
        count=count,
        noun=name_subject(subject, language, count, is_new=asks_for_new_lines(subject, question)),
        trouble=say_state(subject, question, language),
        where=words["where"].format(place=telling.place) if telling.place else "",
        when=telling.when or (words["now"] if subject in PRESENT else words["kept"]),
        as_of=telling.as_of(survey),
        entries=len(chosen),
        looked=say_looked_at(survey, language),
        names=", ".join(sorted({name_place(subject, one) for one in chosen} - {""})[:_MOST_NAMED]),
    )
    if not count:
        cited = cite_survey(survey) or cite_survey(everything)
        return make_reading([Line(told, cited, role="verdict")], list_hits(everything.newest))
    ordered = sorted(chosen, key=lambda one: (-count_times(subject, one), -one.observed.timestamp(), one.key))
    verdict = Line(told, tuple(one.key for one in ordered[:_MOST_SHOWN]), role="verdict")
    return make_reading(
        [verdict, *(quote_line(one, "point") for one in ordered[:_MOST_SHOWN])], list_hits(ordered)
    )
