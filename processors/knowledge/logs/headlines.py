"""The line of an entry that says what happened, without what every logger writes before it."""

import re
from typing import Final

from processors.knowledge.logs.masks import strip_time
from processors.knowledge.logs.plain_pairs import lead_with_message

TRACEBACK: Final = "Traceback (most recent call last):"
"""The first line of a Python traceback; what happened stands in its last one."""

_PYTHON_FRAME: Final = '  File "'
# First lines that name only where something happened: of .NET's console, of Erlang.
_PLACE_ALONE: Final = re.compile(
    r"(?:trce|dbug|info|warn|fail|crit): [\w.`+<>*]{1,200}\[(?:-?\d{1,10}|<NUM>|<\*>)\]\s*\Z"
    r"|=[A-Z]{4,12} REPORT====[^=]{0,60}===\s*\Z"
)
# java.util.logging writes class and method in the first line, the level before the message in the second.
_JAVA_UTIL: Final = re.compile(
    r"[A-Z][a-z]{2} \d\d?, \d{4},? [\d:]{7,8}(?:[ \u202f][AP]M)? [\w.$]{1,200} \S{1,100}\s*\Z"
)
_PRIORITY: Final = re.compile(r"<\d{1,3}>")
_SEQUENCE: Final = re.compile(r"\d{1,10}: (?:[\w.-]{1,100}: )?[*.]?(?=[A-Z][a-z]{2} [ \d]\d )")
_UPTIME: Final = re.compile(r"\[ {0,6}\d{1,9}\.\d{3,6}\] ")
_VERSION: Final = re.compile(r"<\d{1,3}>1 ")
# RFC 5424: host, program, process, kind and structured data.
_SYSLOG_5424: Final = re.compile(
    r"(?P<host>\S{1,255}) (?P<app>\S{1,48}) (?P<process>\S{1,128}) \S{1,32} "
    r"(?:-|(?:\[[^\]]{0,1000}\]){1,10}) ?\ufeff?"
)
_RUBY: Final = re.compile(r"[DIWEFA], \[[^\]]{10,60}\] {1,3}[A-Z]{3,7} -- (?P<program>[^:]{0,60}): ")
_NUMBERS: Final = re.compile(r"(?:\d{1,7} {1,6}){1,2}(?=(?:[VDIWEF]|[A-Z]{4,7}) )")


def find_headline(message: str, clock_ms: int) -> str:
    r"""Return what an entry is about in one line, without its time and its logger's head.

    Args:
        message: The entry; one line or several.
        clock_ms: The broker's time of it.

    Example:
        >>> find_headline("fail: Shop.Orders[0]\n      no stock for 17", 1_795_244_400_000)
        'no stock for 17'
        >>> find_headline('time="2026-11-21T07:00:00Z" level=error msg="no stock" id=17', 1_795_244_400_000)
        'no stock id=17'
    """
    line = choose_headline(message)
    if "\n" in message and _is_time_alone(line, clock_ms):
        line = _second_line(message) or line
    return _strip_head(line, clock_ms)


def choose_headline(message: str) -> str:
    """Return the line of an entry that says what happened, as it stands: the first one, if it says anything.

    Example:
        >>> choose_headline("Traceback (most recent call last):\\n  File \\"a.py\\", line 1\\nKeyError: 'a'")
        "KeyError: 'a'"
    """
    if "\n" not in message:
        return message
    lines = message.strip().splitlines() or [""]
    if lines[0].startswith(TRACEBACK):
        return find_raised(lines) or lines[0]
    if _PLACE_ALONE.match(lines[0]) or _JAVA_UTIL.match(lines[0]):
        return _second_line(message) or lines[0]
    return lines[0]


def says_nothing(headline: str) -> bool:
    """Tell whether a headline or its template names only where something happened; what did follows later.

    Example:
        >>> says_nothing("fail: Shop.Orders[<NUM>]"), says_nothing("fail: no stock")
        (True, False)
    """
    return headline == TRACEBACK or bool(_PLACE_ALONE.match(headline))


def find_raised(lines: list[str]) -> str:
    r"""Return the exception behind the last frame of a Python traceback, the last one of chained ones.

    Example:
        >>> find_raised([TRACEBACK, '  File "a.py", line 1', "    f()", "a.Lost: x", "SQL: y"])
        'a.Lost: x'
    """
    frame = max((at for at, line in enumerate(lines) if line.startswith(_PYTHON_FRAME)), default=len(lines))
    return next((line for line in lines[frame:] if line.strip() and not line[0].isspace()), "")


def _second_line(message: str) -> str:
    rest = message.strip().partition("\n")[2]
    return next((line.strip() for line in rest.splitlines() if line.strip()), "")


def _is_time_alone(line: str, clock_ms: int) -> bool:
    """Tell whether a line holds nothing but a time, as Oracle writes it before each entry."""
    end = "."
    return strip_time(f"{line} {end}", clock_ms) == end


def _strip_head(line: str, clock_ms: int) -> str:
    if ruby := _RUBY.match(line):
        return f"{ruby['program'].strip()}: {line[ruby.end() :]}".removeprefix(": ")
    is_5424 = bool(_VERSION.match(line))
    if not is_5424 and (priority := _PRIORITY.match(line)):
        line = line[priority.end() :]
        if sequence := _SEQUENCE.match(line):
            line = line[sequence.end() :]
    if uptime := _UPTIME.match(line):
        line = line[uptime.end() :]
    bare = strip_time(line, clock_ms)
    if is_5424 and (head := _SYSLOG_5424.match(bare)):
        process = "" if head["process"] == "-" else f"[{head['process']}]"
        bare = f"{head['host']} {head['app']}{process}: {bare[head.end() :]}"
    if bare != line and (numbers := _NUMBERS.match(bare)):
        bare = bare[numbers.end() :]
    return lead_with_message(bare)
