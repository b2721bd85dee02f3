"""Plain text of a message as its entries: each line one, but for what belongs to the line before it."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from processors.knowledge.logs.headlines import TRACEBACK
from processors.knowledge.logs.trace_lines import goes_on, is_text_exception, is_text_frame, is_text_panic

# Codes of colours and of links, and characters that turn the direction of what follows.
_COLOUR: Final = re.compile(
    r"(?:\x1b|#033)\[[0-9;?]{0,20}[A-Za-z]|\x1b\][^\x07\x1b]{0,2000}+(?:\x07|\x1b\\)|[\u202a-\u202e\u2066-\u2069]"
)
# The same colours where the escape before them was lost on the way.
_BARE_COLOUR: Final = re.compile(r"\[(?:[0-4]|[349]\d)(?:;\d{1,3}){0,4}m")
_BARE_ENDS: Final = ("[0m", "[39m")
_BEGINS_WITH_TIME: Final = re.compile(
    r"(?:<\d{1,3}>(?:1 )?)?[\[(\"']?(?:\d{2,4}[-/.:]\d\d|\d\d[-/ ]?[A-Z][a-z]{2}[-/ ]"
    r"|[A-Z][a-z]{2} [ \d]\d[, ]|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[, ]|[IWEF](?:\d\d){2,4} |\d{6} \d{6} "
    r"|\d{10}[. ])|=[A-Z]{4,12} REPORT===="
)


def strip_colours(text: str) -> str:
    r"""Return a text without what changes how a terminal shows it: colours, links, turned directions.

    Rsyslog's writing of colours is known, and the one that is left where escape characters were dropped.

    Example:
        >>> strip_colours("\x1b[31mERROR\x1b[0m lost")
        'ERROR lost'
    """
    has_codes = "\x1b" in text or "#033" in text or not text.isascii()
    bare = _COLOUR.sub("", text) if has_codes else text
    return _BARE_COLOUR.sub("", bare) if any(map(bare.__contains__, _BARE_ENDS)) else bare


def split_lines(text: str) -> list[str]:
    r"""Return the entries of a text: its lines, and with each what goes on with it.

    After a line that begins with a time all goes on with it up to the next one that does; otherwise only a
    stack trace does.

    Example:
        >>> split_lines("ready\nERROR no stock\njava.lang.X: y\n\tat shop.Order.run(Order.java:7)\nready")
        ['ready', 'ERROR no stock\njava.lang.X: y\n\tat shop.Order.run(Order.java:7)', 'ready']
        >>> split_lines("2026-11-21 07:00:00 query failed:\nSELECT 1\n2026-11-21 07:00:01 ready")
        ['2026-11-21 07:00:00 query failed:\nSELECT 1', '2026-11-21 07:00:01 ready']
        >>> split_lines("")
        ['']
    """
    lines = [line for line in strip_colours(text).splitlines() if line.strip()]
    if len(lines) < 2:
        return [text.strip("\r\n")]
    return ["\n".join(entry) for entry in _group(lines)]


def _group(lines: list[str]) -> Iterator[list[str]]:
    entry = [lines[0]]
    has_trace = _is_trace(lines[0])
    for line, following in pairwise([*lines[1:], ""]):
        if _belongs(entry, has_trace, line, following):
            entry.append(line)
            has_trace = has_trace or _is_trace(line)
        else:
            yield entry
            entry, has_trace = [line], _is_trace(line)
    yield entry


def _is_trace(line: str) -> bool:
    return is_text_frame(line) or is_text_exception(line) or is_text_panic(line) or line == TRACEBACK


def _belongs(entry: list[str], has_trace: bool, line: str, following: str) -> bool:
    if _BEGINS_WITH_TIME.match(line):
        return False
    if goes_on(line) or _BEGINS_WITH_TIME.match(entry[0]) or is_text_panic(entry[0]):
        return True
    if not is_text_exception(line):
        return False
    # A Python traceback ends with its exception; Java's and Node's begins its frames, and belongs to the
    # line before it unless that is a trace already.
    ends_traceback = has_trace and entry[-1].startswith(" ") and TRACEBACK in entry
    return ends_traceback or (not has_trace and is_text_frame(following))
