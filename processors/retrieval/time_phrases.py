"""Time phrases of a question, in English and Russian: "yesterday between 10 and 11", "за последние 2 часа".

What people say about time is of a few kinds: how long back, a day or a part of it, and times of the clock.
Each has its patterns here. A phrase that may mean something else ("between 10 and 20 pods") is left alone: no
window is better than a wrong one.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple


class TimeWindow(NamedTuple):
    """A span of time in UTC."""

    begin: datetime
    end: datetime


class TimedQuestion(NamedTuple):
    """A question without its time phrase, and the window that the phrase means."""

    text: str
    window: TimeWindow | None


class _Found(NamedTuple):
    """A phrase's place in the question, and what it means in local time without a zone."""

    place: tuple[int, int]
    begin: datetime
    end: datetime
    # "This morning": a clock time is looked for in it, "this afternoon at 2" is 14:00.
    is_part: bool = False


_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)
# "At 9:15" and "at 9" are rarely meant to the minute.
_AROUND_MINUTE: Final = timedelta(minutes=10)
_AROUND_HOUR: Final = timedelta(minutes=30)

_NUMBERS: Final[dict[str, float]] = {
    **dict.fromkeys(("a", "an", "one", "один", "одну", "одного"), 1),
    **dict.fromkeys(("half an", "пол"), 0.5),
    **dict.fromkeys(("two", "couple of", "a couple of", "два", "две", "пару"), 2),
    **dict.fromkeys(("three", "три"), 3),
    **dict.fromkeys(("four", "четыре"), 4),
    **dict.fromkeys(("five", "few", "a few", "пять", "несколько"), 5),
    **dict.fromkeys(("six", "шесть"), 6),
    **dict.fromkeys(("ten", "десять"), 10),
    **dict.fromkeys(("fifteen", "пятнадцать"), 15),
    **dict.fromkeys(("twenty", "двадцать"), 20),
    **dict.fromkeys(("thirty", "тридцать"), 30),
}
_UNITS: Final = (
    (r"min(?:ute)?s?|минут[аыу]?|мин", timedelta(minutes=1)),
    (r"h(?:ou)?rs?|h|час(?:а|ов)?|ч", timedelta(hours=1)),
    (r"days?|день|дн(?:я|ей)|сут(?:ки|ок)", _DAY),
    (r"weeks?|недел[яиюь]", _WEEK),
)
_AMOUNT: Final = (
    rf"(?:(?P<number>\d{{1,4}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?:\s+|(?<=\d)|(?<=пол)))?"
    rf"(?P<unit>{'|'.join(pattern for pattern, _ in _UNITS)})\b"
)
_MONTHS: Final = (
    r"jan(?:uary)?|января", r"feb(?:ruary)?|февраля", r"mar(?:ch)?|марта", r"apr(?:il)?|апреля", r"may|мая",
    r"june?|июня", r"july?|июля", r"aug(?:ust)?|августа", r"sept?(?:ember)?|сентября",
    r"oct(?:ober)?|октября", r"nov(?:ember)?|ноября", r"dec(?:ember)?|декабря",
)  # fmt: skip
_WEEKDAYS: Final = (
    r"monday|понедельника?", r"tuesday|вторника?", r"wednesday|сред[ауы]", r"thursday|четверга?",
    r"friday|пятниц[ауы]", r"saturday|суббот[ауы]", r"sunday|воскресень[ея]",
)  # fmt: skip
_PARTS: Final = (
    (r"morning|утр(?:ом|а)", 5, 12),
    (r"afternoon|дн[её]м", 12, 18),
    (r"evening|вечер(?:ом|а)", 18, 24),
)
_NAMED_DAYS: Final = (
    (r"(?:the )?day before yesterday|позавчера(?:шнего дня)?", 2),
    (r"yesterday(?:'s)?|вчера(?:шнего дня)?", 1),
    (r"today(?:'s)?|сегодня(?:шнего дня)?", 0),
)
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})\b"
_YEAR: Final = r"(?:,?\s+(?P<year>20\d\d)\b)?"
_PART: Final = "|".join(pattern for pattern, _, _ in _PARTS)
_CLOCK: Final = (
    r"(?P<hour{n}>\d{{1,2}})(?::(?P<minute{n}>[0-5]\d)(?::[0-5]\d)?)?(?![:.]?\d)"
    r"(?:\s*(?P<half{n}>[ap]\.?m\b|утра|дня|вечера|ночи|час(?:а|ов)?\b))?"
)
_FIRST, _SECOND = _CLOCK.format(n=1), _CLOCK.format(n=2)
_ISO: Final = r"20\d\d-\d\d-\d\d[T ]+\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?Z?"
_UTC: Final = r"(?:\s*(?:utc|gmt)\b)?"


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_BACK: Final = _compile(
    r"\b(?:(?:in|over|during|within|for|за|в течение)\s+)?(?:the\s+)?"
    rf"(?:last|past|previous|последн(?:ий|ие|их|юю|его)|прошедши[йех])\s+{_AMOUNT}"
)
_AGO: Final = _compile(rf"(?:\b(?:about|around|примерно|около)\s+)?\b{_AMOUNT}\s+(?:ago|назад)\b")
_LAST_WEEK: Final = _compile(r"(?:\bна\s+)?(?<!the )\b(?:last week|прошлой неделе)\b")
_ISO_SPAN: Final = _compile(
    rf"(?:\b(?:between|from|с|между)\s+)?\b(?P<from>{_ISO}){_UTC}\s*(?:and|to|till|until|и|до|по|[-–])\s*(?P<to>{_ISO}){_UTC}"
)
_ISO_POINT: Final = _compile(
    rf"(?:\b(?P<since>since|с)\s+|\b(?:at|on|around|в|около)\s+)?\b(?P<from>{_ISO}){_UTC}"
)
_SINCE: Final = (
    r"(?:\b(?P<since>since|starting|начиная с|со?)\s+)?(?:\b(?:on|во?)\s+)?(?:\b(?:last|прошл\w+)\s+)?\b"
)
_DAYS: Final = _compile(
    *(rf"{_SINCE}(?P<named{ago}>{pattern})\b" for pattern, ago in _NAMED_DAYS),
    rf"{_SINCE}(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|-?го)?\s+(?:of\s+)?{_MONTH}{_YEAR}",
    rf"{_SINCE}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:){_YEAR}",
    rf"{_SINCE}(?P<iso>20\d\d-[01]\d-[0-3]\d)\b",
    rf"{_SINCE}(?P<day>\d{{1,2}})\.(?P<month_number>[01]\d)\.(?P<year>20\d\d)\b",
    r"(?:\b(?P<since>since|starting|начиная с|со?)\s+|\bon\s+|\bво?\s+|\blast\s+|\bпрошл\w+\s+)+"
    rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\b",
)
_NIGHTS: Final = _compile(
    r"(?:\b(?P<since>since|с)\s+)?\b(?:last night|tonight|(?:прошл\w+\s+)?ноч(?:ью|и))\b"
)
_DAY_PARTS: Final = _compile(
    r"(?:\b(?P<since>since)\s+)?(?:\b(?:in|during)\s+)?\b(?:this|the|last)\s+(?P<part>morning|afternoon|evening)\b",
    r"(?:\b(?P<since>со?)\s+|(?<![\w:])(?<!\d\s))\b(?P<part>утр(?:ом|а)|дн[её]м|вечером|вечера)\b",
)
_PART_OF_DAY: Final = re.compile(rf",?\s+(?:in the\s+)?(?P<part>{_PART})\b", re.IGNORECASE)
_RANGES: Final = _compile(
    rf"\bbetween\s+{_FIRST}{_UTC}\s+and\s+{_SECOND}{_UTC}",
    rf"\bfrom\s+{_FIRST}{_UTC}\s+(?:to|till|until)\s+{_SECOND}{_UTC}",
    rf"\bмежду\s+{_FIRST}{_UTC}\s+и\s+{_SECOND}{_UTC}",
    rf"\bсо?\s+{_FIRST}{_UTC}\s+(?:до|по)\s+{_SECOND}{_UTC}",
    rf"(?<![\w.:-]){_FIRST}\s*[-–—]\s*{_SECOND}{_UTC}",
)
_SINCES: Final = _compile(rf"\b(?:since|after|с|после)\s+{_FIRST}{_UTC}")
_POINTS: Final = _compile(rf"\b(?:at|around|about|в|около)\s+{_FIRST}{_UTC}")
# What may stand after numbers without minutes, so that they don't count it.
_COUNTS_NOTHING: Final = re.compile(
    r"\s*(?:$|[?!.,;:)]|(?:on|in|at|to|for|with|and|do|does|did|was|were|is|what|why|which|who|how"
    r"|в|на|у|с|со|по|для|к|и|что|почему|кто|как|был[аои]?)\b)",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(r"\w")
# Who pastes a whole log asks about the log.
_READ_CHARACTERS: Final = 1_000


def find_window(question: str, now: datetime, zone: tzinfo = UTC) -> TimedQuestion:
    """Find the time that a question asks about.

    A clock time without a day is the last such time, a day without a year the last such day. A window that
    would reach beyond now ends now; one that would begin later is none.

    Args:
        question: In English or Russian.
        now: The time of the question, with a time zone.
        zone: The zone of the one who asks; a time with `UTC` after it is in UTC all the same.

    Example:
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> text, window = find_window("What failed yesterday between 10 and 11?", now)
        >>> text, window.begin.isoformat(), window.end.isoformat()
        ('What failed?', '2026-11-20T10:00:00+00:00', '2026-11-20T11:00:00+00:00')
        >>> find_window("Какие ошибки были за последние 2 часа?", now).window.begin.hour
        10
    """
    zone = UTC if re.search(r"\d(?:z|\s*(?:utc|gmt))\b", question, re.IGNORECASE) else zone
    local = now.astimezone(zone).replace(tzinfo=None)
    read = question[:_READ_CHARACTERS]
    found = _find_back(read, local) or _find_iso(read, local) or _find_calendar(read, local)
    if not found:
        return TimedQuestion(question, None)
    begin, end = (moment.replace(tzinfo=zone).astimezone(UTC) for moment in found[0][1:3])
    text = question
    for start, stop in sorted({one.place for one in found}, reverse=True):
        text = f"{text[:start]} {text[stop:]}"
    text = re.sub(r"\s+(?=[?!.,;:)])", "", " ".join(text.split())).strip(" ,;:")
    if begin >= now:
        return TimedQuestion(question, None)
    return TimedQuestion(
        text if _WORDS.search(text) else question, TimeWindow(begin, min(end, now.astimezone(UTC)))
    )


def _search(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    matches = (match for pattern in patterns if (match := pattern.search(text)))
    return min(matches, key=lambda match: (match.start(), -match.end()), default=None)


def _find_back(text: str, now: datetime) -> list[_Found]:
    """Find "in the last 2 hours", "15 minutes ago" and "last week"."""
    if match := _search(_LAST_WEEK, text):
        monday = _midnight(now) - now.weekday() * _DAY
        return [_Found(match.span(), monday - _WEEK, monday)]
    if match := _search(_BACK, text):
        amount, _ = _read_amount(match)
        return [_Found(match.span(), now - amount, now)]
    if match := _search(_AGO, text):
        amount, unit = _read_amount(match)
        then = now - amount
        if unit == _DAY:
            return [_Found(match.span(), _midnight(then), _midnight(then) + _DAY)]
        # The further back, the less exactly it is meant.
        around = unit / 2 if unit == _WEEK else max(timedelta(minutes=5), min(amount / 3, timedelta(hours=1)))
        return [_Found(match.span(), then - around, then + around)]
    return []


def _read_amount(match: re.Match[str]) -> tuple[timedelta, timedelta]:
    number = (match["number"] or "one").lower()
    unit = next(length for pattern, length in _UNITS if re.fullmatch(pattern, match["unit"], re.IGNORECASE))
    return (float(number) if number.isdigit() else _NUMBERS[number]) * unit, unit


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _find_iso(text: str, now: datetime) -> list[_Found]:
    """Find times as logs write them, and spans of two of them."""
    try:
        if match := _search(_ISO_SPAN, text):
            return [_Found(match.span(), _read_iso(match["from"]), _read_iso(match["to"]))]
        if match := _search(_ISO_POINT, text):
            moment = _read_iso(match["from"])
            begin, end = (
                (moment, now) if match["since"] else (moment - _AROUND_MINUTE, moment + _AROUND_MINUTE)
            )
            return [_Found(match.span(), begin, end)]
    except ValueError:
        return []
    return []


def _read_iso(text: str) -> datetime:
    return datetime.fromisoformat(f"{text[:10]}T{text[10:].strip(' T')[:5]}")


def _find_calendar(text: str, now: datetime) -> list[_Found]:
    """Find a day, a part of it and times of the clock; the first of what is returned is what they mean."""
    days = _find_days(text, now)
    for day in days:
        # Its digits are no clock time; what stands behind it stays where it is.
        text = text[: day.place[0]] + " " * (day.place[1] - day.place[0]) + text[day.place[1] :]
    clock = _find_clock(text, days[0] if days else None, now)
    return [*([clock] if clock else []), *days]


def _find_days(text: str, now: datetime) -> list[_Found]:
    match = _search(_DAYS, text)
    begin = _read_day(match, now) if match else None
    if match is None or begin is None:
        return _find_part(text, now)
    night = _search(_NIGHTS, text[: match.start()] + " " * len(match[0]) + text[match.end() :])
    if night:
        evening = begin + timedelta(hours=21)
        evening -= _DAY if evening >= now else timedelta(0)
        day = _Found(match.span(), evening, evening + timedelta(hours=9), is_part=True)
        return [day, day._replace(place=night.span())]
    adjacent = _PART_OF_DAY.match(text, match.end())
    part = adjacent or _search(_DAY_PARTS, text)
    end = begin + _DAY
    if part:
        first, last = _read_part(part)
        begin, end = begin + first, begin + last
    day = _Found(match.span(), begin, now if match["since"] else end, is_part=part is not None)
    return [day, day._replace(place=part.span())] if part else [day]


def _read_day(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the midnight with which a day begins, or nothing if there is no such day."""
    groups, today = match.groupdict(), _midnight(now)
    for name, text in groups.items():
        if name.startswith("named") and text:
            return today - int(name.removeprefix("named")) * _DAY
    if groups.get("weekday"):
        wanted = _place_of(groups["weekday"], _WEEKDAYS)
        return today - ((today.weekday() - wanted) % 7 or 7 * ("last" in match[0].lower())) * _DAY
    if groups.get("iso"):
        year, month, day = map(int, groups["iso"].split("-"))
    else:
        month = int(groups.get("month_number") or 0) or _place_of(groups["month"], _MONTHS) + 1
        year, day = int(groups["year"] or 0), int(groups["day"])
    # Eight years hold a 29 February in any case.
    years = [year] if year else range(now.year, now.year - 9, -1)
    days = (
        datetime(year, month, day)
        for year in years
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    )
    return next((day for day in days if day <= now or year), None)


def _place_of(word: str, patterns: tuple[str, ...]) -> int:
    return next(n for n, pattern in enumerate(patterns) if re.fullmatch(pattern, word, re.IGNORECASE))


def _find_part(text: str, now: datetime) -> list[_Found]:
    """Find a night or a part of today, or of yesterday if it hasn't begun today."""
    if match := _search(_NIGHTS, text):
        is_this = "tonight" in match[0].lower() and now.hour >= 6
        begin = _midnight(now) + (timedelta(hours=18) if is_this else timedelta(hours=-3))
        end = now if match["since"] else begin + timedelta(hours=12 if is_this else 9)
        return [_Found(match.span(), begin, end, is_part=True)]
    if match := _search(_DAY_PARTS, text):
        first, last = _read_part(match)
        begin, end = _midnight(now) + first, _midnight(now) + last
        if begin >= now:
            begin, end = begin - _DAY, end - _DAY
        return [_Found(match.span(), begin, now if match["since"] else end, is_part=True)]
    return []


def _read_part(match: re.Match[str]) -> tuple[timedelta, timedelta]:
    hours = next((a, b) for pattern, a, b in _PARTS if re.fullmatch(pattern, match["part"], re.IGNORECASE))
    return timedelta(hours=hours[0]), timedelta(hours=hours[1])


def _find_clock(text: str, day: _Found | None, now: datetime) -> _Found | None:
    """Find "between 10 and 11", "since 9:15" and "at 22:30", within a day if one is known."""
    if match := _search(_RANGES, text):
        first, second = _read_clock(match, 1), _read_clock(match, 2)
        if first is None or second is None or not _is_clock(match, text, day):
            return None
        if match["half2"] and not match["half1"] and first + _DAY / 2 < second:
            first += _DAY / 2
        begin = _place_clock(first, match["half1"] or match["half2"], day, now)
        ends = [_midnight(begin) + hours + second for hours in (timedelta(0), _DAY / 2, _DAY)]
        if day is None or not day.is_part or match["half2"]:
            del ends[1]
        return _Found(match.span(), begin, next(end for end in ends if end > begin))
    match = _search(_SINCES, text) or _search(_POINTS, text)
    time = _read_clock(match, 1) if match else None
    if match is None or time is None or not _is_clock(match, text, day):
        return None
    begin = _place_clock(time, match["half1"], day, now)
    if match.re in _SINCES:
        return _Found(match.span(), begin, now)
    around = _AROUND_MINUTE if match["minute1"] else _AROUND_HOUR
    return _Found(match.span(), begin - around, begin + around)


def _read_clock(match: re.Match[str], n: int) -> timedelta | None:
    hour, half = int(match[f"hour{n}"]), (match[f"half{n}"] or "").lower().replace(".", "")
    if half in ("pm", "дня", "вечера") and hour < 12:
        hour += 12
    elif half in ("am", "ночи", "утра") and hour == 12:
        hour = 0
    time = timedelta(hours=hour, minutes=int(match[f"minute{n}"] or 0))
    return time if time <= _DAY else None


def _is_clock(match: re.Match[str], text: str, day: _Found | None) -> bool:
    """Tell whether numbers are times: they say so, or they count nothing and a word leaves no doubt."""
    groups = match.groupdict()
    if any(groups.get(name) for name in ("minute1", "minute2", "half1", "half2")):
        return True
    leaves_no_doubt = day is not None or re.match(r"between|между|since", match[0], re.IGNORECASE)
    return bool(leaves_no_doubt and _COUNTS_NOTHING.match(text, match.end()))


def _place_clock(time: timedelta, half: str | None, day: _Found | None, now: datetime) -> datetime:
    """Return the moment that a clock time means: on the day asked about, or the last such moment."""
    if day is None:
        moment = _midnight(now) + time
        return moment - _DAY if moment > now else moment
    midnight = _midnight(day.begin)
    later = (_DAY,) if half or time >= _DAY / 2 else (_DAY / 2, _DAY)
    moments = [midnight + time, *(midnight + time + more for more in later)]
    inside = (moment for moment in moments if day.is_part and day.begin <= moment <= day.end)
    return next(inside, moments[0])
