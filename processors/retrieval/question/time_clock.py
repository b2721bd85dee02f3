"""Times of the clock that a question names: "between 10 and 11", "since 9:15", "в 10 вечера"."""

import re
from datetime import datetime, timedelta
from typing import Final

from processors.retrieval.question import time_patterns as patterns
from processors.retrieval.question.time_patterns import search_first
from processors.retrieval.question.time_window import AROUND_MINUTE, DAY, TimePhrase, start_of_day

# "At 9" is meant less exactly than "at 9:15".
_AROUND_HOUR: Final = timedelta(minutes=30)
# What may stand after numbers without minutes, so that they don't count it.
_COUNTS_NOTHING: Final = re.compile(
    r"\s*(?:$|[?!.,;:)]|(?:on|in|at|to|for|with|and|do|does|did|was|were|is|what|why|which|who|how"
    r"|в|на|у|с|со|по|для|к|и|что|почему|кто|как|был[аои]?)\b)",
    re.IGNORECASE,
)
# Behind what happened, the number at the end of a question is a time.
_PAST: Final = re.compile(
    r"\b(?:happened|broke|failed|crashed|died|restarted|changed|deployed|started|fired)\b"
    r"|случил|произош|упал|сломал|менял|измени|перезапус|\bбыло\b|началось",
    re.IGNORECASE,
)
# "Since one is down": one of them.
_ONE: Final = re.compile(r"\b(?:one|two)$", re.IGNORECASE)
_IS: Final = re.compile(r"\s+(?:is|was|are|were)\b", re.IGNORECASE)
_COUNTS: Final = re.compile(r"\b(?:replicas?|limits?)\b|реплик|лимит|(?<![а-я])числ|количеств", re.IGNORECASE)
# "It takes about two hours" in Russian.
_LASTS: Final = re.compile(r"(?:около|после)\s+\S+\s+час(?:а|ов)?$", re.IGNORECASE)


def find_clock(text: str, day: TimePhrase | None, now: datetime) -> TimePhrase | None:
    """Find "between 10 and 11", "since 9:15" and "at 22:30".

    Args:
        text: A question, without the digits of days.
        day: The day that it names, or the part of one.
        now: Local time without a zone.
    """
    if match := search_first(patterns.RANGES, text):
        first, second = _read_clock(match, 1), _read_clock(match, 2)
        if first is None or second is None or not _is_clock(match, text, day):
            return None
        if match["half2"] and not match["half1"] and first + DAY / 2 < second:
            first += DAY / 2
        begin = _place_clock(first, match["half1"] or match["half2"], day, now)
        ends = [start_of_day(begin) + hours + second for hours in (timedelta(0), DAY / 2, DAY)]
        if day is None or not day.is_part or match["half2"]:
            del ends[1]
        return TimePhrase(match.span(), begin, next(end for end in ends if end > begin))
    match = search_first(patterns.SINCES, text) or search_first(patterns.POINTS, text)
    time = _read_clock(match, 1) if match else None
    if match is None or time is None or not _is_clock(match, text, day):
        return None
    begin = _place_clock(time, match["half1"], day, now)
    if match.re in patterns.SINCES:
        return TimePhrase(match.span(), begin, now)
    around = AROUND_MINUTE if match["minute1"] or match["named1"] else _AROUND_HOUR
    return TimePhrase(match.span(), begin - around, begin + around)


def _read_clock(match: re.Match[str], n: int) -> timedelta | None:
    if named := match[f"named{n}"]:
        return timedelta(0) if re.match(r"midnight|пол(?:у)?ноч", named, re.IGNORECASE) else DAY / 2
    told, half = match[f"hour{n}"].lower(), (match[f"half{n}"] or "").lower().replace(".", "")
    hour, half = patterns.HOURS.get(told) or int(told), half.split()[-1] if half else ""
    if half in ("pm", "дня", "вечера") and hour < 12:
        hour += 12
    elif half in ("am", "ночи", "утра") and hour == 12:
        hour = 0
    time = timedelta(hours=hour, minutes=int(match[f"minute{n}"] or 0))
    return time if time <= DAY else None


def _is_clock(match: re.Match[str], text: str, day: TimePhrase | None) -> bool:
    """Tell whether numbers are times: they say so, or they count nothing and a word leaves no doubt."""
    groups = match.groupdict()
    if any(groups.get(name) for name in ("minute1", "minute2", "half1", "half2", "named1", "named2")):
        return not _LASTS.match(match[0])
    if _COUNTS.search(text, 0, match.start()) or (_ONE.search(match[0]) and _IS.match(text, match.end())):
        return False
    leaves_no_doubt = day is not None or re.match(
        r"between|между|since|starting|начиная|from(?=.*\bon)", match[0], re.IGNORECASE
    )
    if leaves_no_doubt and _COUNTS_NOTHING.match(text, match.end()):
        return True
    return bool(_PAST.search(text, 0, match.start()) and re.match(r"\W*$", text[match.end() :]))


def _place_clock(time: timedelta, half: str | None, day: TimePhrase | None, now: datetime) -> datetime:
    """Return the moment that a clock time means: on the day asked about, or the last such moment."""
    if day is None:
        moment = start_of_day(now) + time
        return moment - DAY if moment > now else moment
    midnight = start_of_day(day.begin)
    later = (DAY,) if half or time >= DAY / 2 else (DAY / 2, DAY)
    moments = [midnight + time, *(midnight + time + more for more in later)]
    inside = (moment for moment in moments if day.is_part and day.begin <= moment <= day.end)
    return next(inside, moments[0])
