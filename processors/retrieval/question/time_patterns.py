"""Patterns of time phrases, in English and Russian: numbers, units, days and times of the clock."""

import re
from datetime import timedelta
from typing import Final

from processors.retrieval.question.time_window import DAY, WEEK

NUMBERS: Final[dict[str, float]] = {
    **dict.fromkeys(("a", "an", "one", "один", "одну", "одного"), 1),
    **dict.fromkeys(("half an", "half a", "half", "пол", "полу"), 0.5),
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
UNITS: Final = (
    (r"min(?:ute)?s?|m|минут[аыу]?|мин", timedelta(minutes=1)),
    (r"h(?:ou)?rs?|h|час(?:а|ов)?|ч", timedelta(hours=1)),
    (r"days?|день|дн(?:я|ей)|сут(?:ки|ок)", DAY),
    (r"weeks?|недел[яиюь]", WEEK),
)
_AMOUNT: Final = (
    rf"(?:(?P<number>\d{{1,4}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
    r"(?:\s+|(?<=\d)|(?<=пол)|(?<=полу)))?"
    rf"(?P<unit>{'|'.join(pattern for pattern, _ in UNITS)})\b"
)
MONTHS: Final = (
    r"jan(?:uary)?|января", r"feb(?:ruary)?|февраля", r"mar(?:ch)?|марта", r"apr(?:il)?|апреля", r"may|мая",
    r"june?|июня", r"july?|июля", r"aug(?:ust)?|августа", r"sept?(?:ember)?|сентября",
    r"oct(?:ober)?|октября", r"nov(?:ember)?|ноября", r"dec(?:ember)?|декабря",
)  # fmt: skip
_HOURS: Final = (
    "one час часу", "two два двух", "three три трех трёх", "four четыре четырех четырёх", "five пять пяти",
    "six шесть шести", "seven семь семи", "eight восемь восьми", "nine девять девяти", "ten десять десяти",
    "eleven одиннадцать одиннадцати", "twelve двенадцать двенадцати",
)  # fmt: skip
HOURS: Final = {word: hour for hour, words in enumerate(_HOURS, 1) for word in words.split()}
"""Hours of the clock in words."""
WEEKDAYS: Final = (
    r"mon(?:day)?|понедельника?|(?-i:[Пп]н)", r"tue(?:s(?:day)?)?|вторника?|(?-i:[Вв]т)",
    # «В ср.» is on average, and «СБ» who keeps secrets.
    r"wed(?:nesday)?|сред[ауы]|(?-i:[Сс]р)(?!\.)", r"thu(?:rs(?:day)?)?|четверга?|чт",
    r"fri(?:day)?|пятниц[ауы]|пт", r"sat(?:urday)?|суббот[ауы]|(?-i:[Сс]б)",
    r"sun(?:day)?|воскресень[ея]|(?-i:[Вв]с)",
)  # fmt: skip
PARTS: Final = (
    (r"morning|утр(?:ом|а)", 5, 12),
    (r"afternoon|дн[её]м", 12, 18),
    (r"evening|вечер(?:ом|а)", 18, 24),
)
_NAMED_DAYS: Final = (
    (r"(?:the )?day before yesterday|позавчера(?:шнего дня)?", 2),
    (r"yesterday(?:'s)?|вчера(?:шн(?:его дня|ий день|им|ей))?", 1),
    (
        r"today(?:'s)?|сегодня(?:шн(?:его дня|ий день|им|ей))?"
        r"|(?:the )?(?:start|beginning) of (?:the |this )?day|начала (?:этого )?дня",
        0,
    ),
)
_MONTH: Final = rf"(?P<month>{'|'.join(MONTHS)})\b"
_YEAR: Final = r"(?:,?\s+(?P<year>20\d\d)\b(?:\s+года?\b)?)?"
_PART: Final = "|".join(pattern for pattern, _, _ in PARTS)
_CLOCK: Final = (
    r"(?:(?P<named{n}>midnight|noon|midday|полуноч[иь]|полночь|полудня|полдень)\b"
    # "Errors an hour" are no time: one o'clock says the part of the day.
    r"|(?P<hour{n}>\d{{1,2}}|(?!часу?\b(?!\s+дня\b))(?:" + "|".join(HOURS) + r")\b)"
    r"(?::(?P<minute{n}>[0-5]\d)(?::[0-5]\d)?)?(?![:.]?\d)"
    r"(?:\s*(?P<half{n}>[ap]\.?m\b|(?:час(?:а|ов)?\s+)?(?:утра|дня|вечера|ночи)\b"
    r"|час(?:а|ов|ами)?\b))?)"
)
# "In two of them": the clock says «в два».
_GENITIVE: Final = r"(?:двух|тр[её]х|четыр[её]х|пяти|шести|семи|восьми|девяти|десяти|\w+надцати)"
# Behind these a day is one to come, or no day: "every Monday", "black Friday", "what's wrong with friday".
_NO_PAST_DAY: Final = (
    *("with", "of", "in", "for", "is", "to", "it", "every", "each", "next", "until", "till", "by", "before"),
    *("after", "only", "not", "black", "cyber", "good", "and", "or"),
)
_FIRST, _SECOND = _CLOCK.format(n=1), _CLOCK.format(n=2)
_ISO: Final = r"20\d\d-\d\d-\d\d[T ]+\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?Z?"
_UTC: Final = r"(?:\s*(?:utc|gmt)\b)?"


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


BACK: Final = _compile(
    r"\b(?:(?:in|over|during|within|for|за|в течение|в)\s+)?(?:the\s+)?"
    rf"(?:last|past|previous|последн(?:ий|ие|их|юю|его)|прошедши[йех])\s+{_AMOUNT}",
    # In a hurry: "down since 2h".
    rf"\bsince\s+(?=\d){_AMOUNT}(?!\s+ago\b)",
)
# "За час" is the last one, unless it is told how much there may be in one.
BACK_SHORTLY: Final = _compile(rf"\b(?:за|в течение)\s+{_AMOUNT}")
ANY_HOUR: Final = re.compile(
    r"\bесли\b|\bкак (?:\S+ )?\S+(?:ть|ти|чь)(?:ся)?\b"
    r"|допуст|можно|мо(?:жет|гут)\b|нужно|надо|максим|миним|долж|успе|обычно|в среднем",
    re.IGNORECASE,
)
AGO: Final = _compile(
    rf"(?:\b(?P<since>since|starting|начиная с)\s+)?(?:\b(?:about|around|примерно|около)\s+)?"
    rf"\b{_AMOUNT}\s+(?:ago|назад)\b"
)
LAST_WEEK: Final = _compile(
    r"(?:\b(?:during|на|за)\s+)?(?<!the )\b(?:last week|прошл(?:ой|ую|ая) недел[еюя])\b"
)
THIS_WEEK: Final = _compile(r"\bthis week\b|\b(?:на|за)\s+эт(?:ой|у)\s+недел[еюи]\b")
ISO_SPAN: Final = _compile(
    rf"(?:\b(?:between|from|с|между)\s+)?\b(?P<from>{_ISO}){_UTC}\s*(?:and|to|till|until|и|до|по|[-–])\s*(?P<to>{_ISO}){_UTC}"
)
ISO_POINT: Final = _compile(
    rf"(?:\b(?P<since>since|с)\s+|\b(?:at|on|around|в|около)\s+)?\b(?P<from>{_ISO}){_UTC}"
)
_SINCE: Final = (
    r"(?:\b(?P<since>since|starting|начиная с|со?)\s+)?(?:\b(?:all day|so far)\s+)?"
    r"(?:\b(?:on|during|for|за|во?)\s+)?(?:\b(?:last|прошл\w+)\s+)?\b"
)
DAYS: Final = _compile(
    *(rf"{_SINCE}(?P<named{ago}>{pattern})\b(?:\s+so far\b)?" for pattern, ago in _NAMED_DAYS),
    rf"{_SINCE}(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|-?го)?\s+(?:of\s+)?{_MONTH}{_YEAR}",
    rf"{_SINCE}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:){_YEAR}",
    rf"{_SINCE}(?P<iso>20\d\d(?P<dash>[-/])[01]\d(?P=dash)[0-3]\d)\b",
    rf"{_SINCE}(?P<day>\d{{1,2}})\.(?P<month_number>[01]\d)\.(?P<year>20\d\d)\b",
    r"(?:\b(?P<since>since|starting|начиная с|со?)\s+|\bon\s+|\bво?\s+|\blast\s+|\bпрошл\w+\s+)+"
    rf"(?P<weekday>{'|'.join(WEEKDAYS)})\b",
    # Alone only where it can be no name: at the end, behind no preposition.
    "".join(rf"(?<!\b{word} )" for word in _NO_PAST_DAY) + r"(?:\b(?:this|this past|the other)\s+)?"
    r"\b(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?=\W*$)",
)
NIGHTS: Final = _compile(
    r"(?:\b(?P<since>since|с)\s+)?\b(?:last night|tonight|(?:during|over|in|at)\s+the\s+night|overnight"
    r"|(?:(?:прошл\w+|этой)\s+)?ноч(?:ью|и)|за\s+(?:(?:прошл\w+|эту)\s+)?ночь)\b"
)
DAY_PARTS: Final = _compile(
    r"(?:\b(?P<since>since)\s+)?(?:\b(?:in|during)\s+)?\b(?:this|the|last)\s+(?P<part>morning|afternoon|evening)\b",
    r"(?:\b(?P<since>со?)\s+|(?<![\w:])(?<!\d\s))\b(?:этим\s+)?(?P<part>утр(?:ом|а)|дн[её]м|вечером|вечера)\b",
)
PART_OF_DAY: Final = re.compile(rf",?\s+(?:in the\s+)?(?P<part>{_PART})\b", re.IGNORECASE)
RANGES: Final = _compile(
    rf"\bbetween\s+{_FIRST}{_UTC}\s+and\s+{_SECOND}{_UTC}",
    rf"\bfrom\s+{_FIRST}{_UTC}\s+(?:to|till|until)\s+{_SECOND}{_UTC}",
    rf"\bмежду\s+{_FIRST}{_UTC}\s+и\s+{_SECOND}{_UTC}",
    rf"\b(?:[сc]о?|от)\s+{_FIRST}{_UTC}\s+(?:до|по)\s+{_SECOND}{_UTC}",
    rf"(?<![\w.:-]){_FIRST}\s*[-–—]\s*{_SECOND}{_UTC}",
)
SINCES: Final = _compile(
    rf"\b(?:since|after|starting\s+(?:at|from)|начиная\s+с|[сc]|после)\s+{_FIRST}{_UTC}",
    rf"\bfrom\s+{_FIRST}{_UTC}\s+on(?:wards?)?\b",
)
POINTS: Final = _compile(
    r"(?:\b(?:(?:at\s+)?(?:about|around)|at|circa|около"
    rf"|(?:(?:примерно|приблизительно|где-то|часа)\s+)?в(?:\s+районе|(?!\s+{_GENITIVE}\b)))\s+|~\s*){_FIRST}{_UTC}",
    # Alone it is one as well, if nothing is joined to it.
    rf"(?<![\w.:/@\"'=-])(?<!\d\s)(?=\d{{1,2}}(?::\d\d(?![:.\w\"'-])|\s*[ap]\.?m\b)){_FIRST}{_UTC}",
)


BEFORE: Final = re.compile(
    r"(?<!just )(?<!right )(?<!shortly )(?<!day )\b(?:before|prior to|earlier than)\s+$"
    r"|(?<![а-яё])(?:раньше|до)\s+$",
    re.IGNORECASE,
)
# Who says that all was well before asks about what came after.
WAS_WELL: Final = re.compile(
    r"\b(?:work(?:s|ed|ing)|fine|ok(?:ay)?|healthy)\b|работал|нормальн|было хорошо", re.IGNORECASE
)


def search_first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    """Return the match of any of the patterns that begins first, of those the longest."""
    matches = (match for pattern in patterns if (match := pattern.search(text)))
    return min(matches, key=lambda match: (match.start(), -match.end()), default=None)
