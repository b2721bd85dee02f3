"""Whether there is more of something than before: two spans of one length, counted and held side by side."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from processors.retrieval.question.time_window import DAY, TimeWindow
from processors.retrieval.readings.counting import name_subject, sum_up
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_seen
from processors.retrieval.readings.subjects import Subject
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.times import say_window

_COMPARES: Final = re.compile(
    r"\b(?:more|fewer|less)\b[^?]*\bthan\b|\bcompar(?:e|ed|ing)\b"
    r"|\b(?:increas|decreas|ris|grow|declin|dropp)ing\b|\bgoing (?:up|down)\b"
    r"|(?<![а-я])(?:больше|меньше)(?![а-я])[^?]*(?<![а-я])чем(?![а-я])|(?<![а-я])сравни"
    r"|(?<![а-я])(?:раст[её]т|растут|прибавля|становится|стало (?:больше|меньше)|увелич|уменьш)",
    re.IGNORECASE,
)
_MOST_SHOWN: Final = 3
_SLACK: Final = timedelta(minutes=1)
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "more": "More: ",
        "fewer": "Fewer: ",
        "same": "As many: ",
        "told": "{count} {noun}{where} {now}, and {before} {then}.",
        "where": " of {place}",
        "each": "{count}, {before} before:",
    },
    "ru": {
        "more": "Больше: ",
        "fewer": "Меньше: ",
        "same": "Столько же: ",
        "told": "{noun}{where} {now}: {count}, а {then}: {before}.",
        "where": " ({place})",
        "each": "{count}, было {before}:",
    },
}


class Spans(NamedTuple):
    """What is compared: the later and the earlier span."""

    now: TimeWindow
    before: TimeWindow


def asks_to_compare(question: str) -> bool:
    """Tell whether it is asked if there is more of something than there was.

    Args:
        question: Its names veiled, without its time.

    Example:
        >>> asks_to_compare("Are there more errors than?"), asks_to_compare("ошибок больше, чем?")
        (True, True)
        >>> asks_to_compare("How many errors are there?")
        False
    """
    return bool(_COMPARES.search(question))


def choose_spans(window: TimeWindow | None, now: datetime) -> Spans:
    """Return the spans that a question compares, of one length.

    A time that is over, such as yesterday, is the earlier one, beside as long until now. One that lasts, or
    none, is the later one: today until now beside yesterday until then, an hour beside the one before.

    Args:
        window: The time asked about.
        now: The time of the question.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> [moment.isoformat()[8:16] for span in choose_spans(None, now) for moment in span]
        ['20T12:00', '21T12:00', '19T12:00', '20T12:00']
    """
    if window is None:
        window = TimeWindow(now - DAY, now)
    length = window.end - window.begin
    if window.end < now - _SLACK:
        return Spans(TimeWindow(now - length, now), window)
    is_today = length < DAY and window.begin.time() == datetime.min.time()
    shift = DAY if is_today else length
    return Spans(window, TimeWindow(window.begin - shift, window.end - shift))


def keep_begun(seen: Iterable[Seen], span: TimeWindow) -> list[Seen]:
    """Return what began in a span, so that an hour which lies in two is counted once."""
    return [one for one in seen if span.begin <= one.began < span.end]


def tell_comparison(
    subject: Subject, now: Sequence[Seen], before: Sequence[Seen], spans: Spans, telling: Telling
) -> Reading | None:
    """Return whether there is more than before, and of what; None if there was nothing in either span.

    Args:
        subject: What is counted.
        now: Of the later span.
        before: Of the earlier one.
        spans: What is compared.
        telling: How it is worded.
    """
    if not now and not before:
        return None
    words, language = _WORDS[telling.language], telling.language
    count, earlier = sum_up(subject, now), sum_up(subject, before)
    told = words["told"].format(
        count=count,
        before=earlier,
        noun=name_subject(subject, language, count),
        where=words["where"].format(place=telling.place) if telling.place else "",
        now=say_window(spans.now, telling.now, language),
        then=say_window(spans.before, telling.now, language),
    )
    verdict = words["more" if count > earlier else "fewer" if count < earlier else "same"]
    changes = _list_changes(subject, now, before)[:_MOST_SHOWN]
    points = [
        Line(words["each"].format(count=many, before=few), (one.key,), quote=quote_seen(one), role="point")
        for one, many, few in changes
    ]
    evidence = tuple(line.evidence[0] for line in points)
    lines = [Line(f"{verdict}{told}", evidence, role="verdict"), *points]
    return make_reading(lines, list_hits([*now, *before]))


def _list_changes(
    subject: Subject, now: Sequence[Seen], before: Sequence[Seen]
) -> list[tuple[Seen, int, int]]:
    """Return each message with its newest window and its number in both spans, the largest change first."""
    groups: dict[tuple[str, str], tuple[list[Seen], list[Seen]]] = {}
    for at, span in enumerate((now, before)):
        for one in span:
            groups.setdefault((one.namespace, one.hit["title"]), ([], []))[at].append(one)
    changes = [
        (max([*many, *few], key=lambda one: one.observed), sum_up(subject, many), sum_up(subject, few))
        for many, few in groups.values()
    ]
    return sorted(changes, key=lambda each: (-abs(each[1] - each[2]), each[0].key))
