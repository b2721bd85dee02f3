"""The variables of a line: times, addresses, identifiers and numbers, and which of them can be looked for."""

import re
from typing import Final

from processors.knowledge.logs.mining import VARIABLE
from processors.knowledge.times import match_moment, read_clock

_ADDRESS: Final = r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d++)?\b"
_UUID: Final = r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
_HEX: Final = r"\b0x[0-9a-fA-F]++\b|\b(?=[0-9a-f]*\d)[0-9a-f]{12,64}\b"
_IDENTIFIERS: Final = re.compile(rf"(?=\b[\da-fA-F])(?:{_UUID}|{_ADDRESS}|{_HEX})")
_MASKS: Final = re.compile(
    # What can begin none of them is passed over at once.
    r"(?=[\d+-]|\b[a-fA-F])(?:"
    r"(?P<TIME>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:[.,]\d++)?(?:Z|z\b|[+-]\d\d:?\d\d)?|\d{4}[-/]\d\d[-/]\d\d(?![\w-])"
    r"|\d\d?/[A-Z][a-z]{2}/\d{4}(?::\d\d:\d\d:\d\d)?(?:[.,]\d++)?"
    r"|(?<![\d:])\d\d:\d\d:\d\d(?:[.,]\d++)?(?:Z|[+-]\d\d:?\d\d)?|(?<= )[+-]\d{4}(?=\]))"
    rf"|(?P<ADDRESS>{_ADDRESS})|(?P<UUID>{_UUID})|(?P<HEX>{_HEX})"
    r"|(?P<NUM>(?<![\w.])-?\d++(?:\.\d++)?(?![\w.])))"
)
# A status of HTTP, an exit code of 0 and no errors say how something ended; other numbers say how much.
_ENDINGS: Final = re.compile(
    # What can begin none of them is passed over at once.
    r"(?<![\w.,-])(?=[sSrRhHgaeEfF0])(?:"
    r"(?P<status>(?i:(?:(?:http[ _-]?)?status|response)(?:[ _-]?code)?"
    r"|HTTP(?:/\d(?:\.\d)?)?)[\"']?[ =:]{1,3})"
    r"(?P<first>[1-5])\d\d(?![\w.%])"
    r"|(?P<said>(?:returned|responded(?: with)?|got|answered(?: with)?) )(?P<class>[45])\d\d"
    r"(?=$|[,;:)]| (?:for|from|on|after|by)\b)"
    r"|(?P<exit>(?i:exit(?:ed)?(?: with)?[ _-](?:status|code)|exit_?code|errors?|failures?|failed)"
    r"[\"']?[ =:]{1,3})0(?![\w.%])"
    r"|0(?= (?:errors?|failures?|failed|fails|ошибок)\b))"
)
_ENDING_MARKS: Final = (
    "tatus",
    "HTTP",
    "code",
    "STATUS",
    "rror",
    "fail",
    "Fail",
    "шибок",
    "ed ",
    "got ",
    "with ",
)
_WORDS: Final = re.compile(r"[^\s\"'`,;=()\[\]{}<>|]+")
# A duration, a size, a small number, a time of day: true of the line, but nobody asks for it.
_MEASURE: Final = re.compile(
    r"[-+]?\d{1,3}|[-+]?\d+\.\d+|[-+]?\d+(?:\.\d+)?[a-zA-Zµ%]{1,3}"
    r"|(?:\d{4}-\d\d-\d\d)?T?(?:\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_LONGEST_VALUE: Final = 200
# Where a line may begin with a time: a digit, klog's letter before it, or the name of a day or month.
_BEFORE_TIME: Final = re.compile(
    r"(?:<\d{1,3}>(?:1 )?)?[\[(<]?(?:[IWEF](?=(?:\d\d){2,4} )|(?<=\[)[CDEIW] (?=\d{6} ))?"
    r"(?=\d\d|[A-Z][a-z]{2},? )"
)
_LONGEST_TIME: Final = 60
_AFTER_TIME: Final = " ])>,|-\t"


def strip_time(line: str, clock_ms: int) -> str:
    """Return a line without the time that it begins with.

    Args:
        line: The line.
        clock_ms: The broker's time of it.

    Example:
        >>> strip_time("[21/Nov/2026:07:00:00 +0300] slow", 1_795_244_400_000)
        'slow'
    """
    before = _BEFORE_TIME.match(line)
    if not before:
        return line
    found = match_moment(line[before.end() : before.end() + _LONGEST_TIME], read_clock(clock_ms))
    if not found:
        return line
    rest = line[before.end() + found[1] :]
    if "[" in before[0] and not rest.startswith("]") and "]" in rest.partition("[")[0]:
        # Celery and others write more than the time within the brackets.
        rest = rest.lstrip(":").replace("]", "", 1)
    return rest.removeprefix(": ").lstrip(_AFTER_TIME) or line


def mask_variables(message: str) -> str:
    """Return a line with its times, addresses, identifiers and numbers replaced by what they are.

    A line keeps its number of words. Of a status of HTTP the class stays, of an exit code whether it is 0.

    Example:
        >>> mask_variables("GET /orders/17 from 10.0.0.7 took 12.5 ms")
        'GET /orders/<NUM> from <ADDRESS> took <NUM> ms'
        >>> mask_variables("upstream said HTTP 503, helper ended with exit code 0")
        'upstream said HTTP <5xx>, helper ended with exit code <ZERO>'
    """
    if any(map(message.__contains__, _ENDING_MARKS)):
        message = _ENDINGS.sub(_mask_ending, message)
    return _MASKS.sub(lambda match: f"<{match.lastgroup}>", message)


def _mask_ending(match: re.Match[str]) -> str:
    if match["status"]:
        return f"{match['status']}<{match['first']}xx>"
    return f"{match['said']}<{match['class']}xx>" if match["said"] else f"{match['exit'] or ''}<ZERO>"


def find_values(message: str, masked: str, template: str) -> list[str]:
    """Return the words of a line that vary within its pattern and that somebody might look for.

    Args:
        message: The line.
        masked: The same line with its variables masked; it has the same number of words.
        template: The template of its pattern.

    Example:
        >>> line = "user bob-17 bought order 100042 in 12 ms at 2026-11-21T07:00:00Z"
        >>> find_values(line, mask_variables(line), "user <*> bought order <NUM> in <NUM> ms at <TIME>")
        ['bob-17', '100042']
    """
    values: list[str] = []
    for word, kind, held in zip(message.split(), masked.split(), template.split(), strict=False):
        if (word != kind or held == VARIABLE) and "<TIME>" not in kind:
            values += [piece.strip(".:") for piece in _WORDS.findall(word)]
    return [value for value in values if 2 < len(value) <= _LONGEST_VALUE and not _MEASURE.fullmatch(value)]


def find_identifiers(message: str) -> list[str]:
    """Return the addresses and identifiers of a line.

    Example:
        >>> find_identifiers('10.3.0.7 - - [21/Nov/2026:07:00:00 +0000] "GET / HTTP/1.1" 200 881234')
        ['10.3.0.7']
    """
    return _IDENTIFIERS.findall(message)
