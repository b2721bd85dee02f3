"""Whether there is more of something than before: two spans of one length, counted and held side by side."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from processors.retrieval.question.time_window import DAY, WEEK, TimeWindow
from processors.retrieval.readings.counting import name_subject, sum_up
from processors.retrieval.readings.reading import Language, Line, Reading, make_reading
from processors.retrieval.readings.seen import Seen, list_hits, quote_seen
from processors.retrieval.readings.subjects import Subject
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.times import say_window

# Behind "than" stands a time, which was left out, or nothing: what else is compared isn't told by counts.
_COMPARES: Final = re.compile(
    r"\b(?:more|fewer|less)\b[^?]{0,80}\bthan(?: (?:before|earlier|then))?\W*$|^\W*compare\b"
    r"|\b(?:increas|decreas|ris|grow|dropp|go|climb|spik)(?:ing|ed)\b"
    r"|(?<![а-я])(?:больше|меньше)(?:(?: ли)?[^?]{0,80}чем(?: (?:раньше|до этого))?)?\W*$"
    r"|(?<![а-я])(?:сравни|раст[её]т|растут|прибавля|становится)",
    re.IGNORECASE,
)
_MOST_SHOWN: Final = 3
_HOUR: Final = timedelta(hours=1)
# Less of a difference is chance.
_ALIKE: Final = 0.05
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "more": "More: ",
        "fewer": "Fewer: ",
        "same": "About as many: ",
        "told": "{count} {noun}{where} {now}, and {before} {then}.",
        "unknown": ("{count} {noun}{where} {now}; nothing is kept from before {since} to compare them with."),
        "where": " of {place}",
        "each": "{count}, {before} before:",
    },
    "ru": {
        "more": "Больше: ",
        "fewer": "Меньше: ",
        "same": "Примерно столько же: ",
        "told": "{noun}{where} {now}: {count}, а {then}: {before}.",
        "unknown": "{noun}{where} {now}: {count}; что было до {since}, не сохранилось, сравнить не с чем.",
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
    """Return the spans that a question compares: whole hours, of one length, without the hour that runs.

    Lines are counted by the hour, so of a part of one nothing is known. A time that is over, such as
    yesterday, is held against what came after it, until the same time: today. One that lasts is held against
    as long a day or a week before, if it begins with an hour, such as today; else against as long before.

    Args:
        window: The time asked about; None for a day back.
        now: The time of the question.

    Example:
        >>> from datetime import UTC
        >>> now = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
        >>> [moment.isoformat()[8:16] for span in choose_spans(None, now) for moment in span]
        ['20T12:00', '21T12:00', '19T12:00', '20T12:00']
    """
    end = _floor(now)
    if window is None:
        return _look_back(end - DAY, end, DAY)
    begin = _floor(window.begin)
    if window.end < now - _HOUR:
        over = _floor(window.end)
        return _look_back(over, end, over - begin)
    begin = min(begin, end - _HOUR)
    length = end - begin
    if begin != window.begin:
        return _look_back(begin, end, length)
    return _look_back(begin, end, DAY if length <= DAY else max(WEEK, length))


def _look_back(begin: datetime, end: datetime, shift: timedelta) -> Spans:
    begin = max(begin, end - shift)
    return Spans(TimeWindow(begin, end), TimeWindow(begin - shift, end - shift))


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def keep_begun(seen: Iterable[Seen], span: TimeWindow) -> list[Seen]:
    """Return what began in a span: each hour's windows are those of one."""
    return [one for one in seen if span.begin <= one.began < span.end]


def tell_comparison(
    subject: Subject,
    counted: tuple[Sequence[Seen], Sequence[Seen]],
    spans: Spans,
    kept_since: datetime | None,
    telling: Telling,
) -> Reading | None:
    """Return whether there is more than before, and of what; None if there was nothing in either span.

    Args:
        subject: What is counted.
        counted: Of the later and of the earlier span.
        spans: What is compared.
        kept_since: When the first line began that is kept.
        telling: How it is worded.
    """
    now, before = counted
    if not now and not before:
        return None
    words, language = _WORDS[telling.language], telling.language
    count, earlier = sum_up(subject, now), sum_up(subject, before)
    is_known = kept_since is not None and kept_since < spans.before.begin + _HOUR
    told = words["told" if is_known else "unknown"].format(
        count=count,
        before=earlier,
        noun=name_subject(subject, language, count),
        where=words["where"].format(place=telling.place) if telling.place else "",
        now=say_window(spans.now, telling.now, language),
        then=say_window(spans.before, telling.now, language),
        since=telling.at(kept_since) if kept_since else "",
    )
    each = words["each"] if is_known else "{count}:"
    points = [
        Line(each.format(count=many, before=few), (one.key,), quote=quote_seen(one), role="point")
        for one, many, few in _list_changes(subject, now, before)[:_MOST_SHOWN]
    ]
    verdict = words[_judge(count, earlier)] if is_known else ""
    evidence = tuple(line.evidence[0] for line in points)
    lines = [Line(f"{verdict}{told}", evidence, role="verdict"), *points]
    return make_reading(lines, list_hits([*now, *before]))


def _judge(count: int, earlier: int) -> str:
    if abs(count - earlier) <= _ALIKE * max(count, earlier):
        return "same"
    return "more" if count > earlier else "fewer"


def _list_changes(
    subject: Subject, now: Sequence[Seen], before: Sequence[Seen]
) -> list[tuple[Seen, int, int]]:
    """Return each message with its newest window and its number in both spans, the largest change first."""
    groups: dict[tuple[str, ...], tuple[list[Seen], list[Seen]]] = {}
    for at, span in enumerate((now, before)):
        for one in span:
            groups.setdefault((one.cluster, one.namespace, one.hit["title"]), ([], []))[at].append(one)
    changes = [
        (max([*many, *few], key=lambda one: one.observed), sum_up(subject, many), sum_up(subject, few))
        for many, few in groups.values()
    ]
    return sorted(changes, key=lambda each: (-abs(each[1] - each[2]), each[0].key))
