"""Lines of names and values, as logfmt has them: what is said of them leads."""

import re
from typing import Final

_PAIR: Final = re.compile(
    r"(?P<name>[\w@.-]{1,100}+)=(?P<value>\"(?:[^\"\\]|\\.){0,8000}+\"|[^\s\"]{0,8000}+)(?: |\Z)"
)
# Such lines often come through syslog.
_SYSLOG: Final = re.compile(r"(?:[\w.-]{1,100}+ )?[\w./-]{1,100}+(?:\[\d{1,10}\])?: (?=[\w@.-]{1,100}=)")
_SAID: Final = ("msg", "message", "event")
_UNTOLD: Final = ("ts", "time", "timestamp", "t", "level", "lvl", "severity")
_MOST_PAIRS: Final = 60


def lead_with_message(line: str) -> str:
    r"""Return a line of logfmt with its message first and without its time and level, any other as it is.

    Example:
        >>> lead_with_message('level=info msg="paid \\"17\\"" user=bob'), lead_with_message("a=1 is true")
        ('paid "17" user=bob', 'a=1 is true')
    """
    head = _SYSLOG.match(line)
    at = head.end() if head else 0
    said = ""
    others: list[str] = []
    while len(others) < _MOST_PAIRS and (pair := _PAIR.match(line, at)):
        at = pair.end()
        if pair["name"] in _SAID and not said:
            said = pair["value"].removeprefix('"').removesuffix('"').replace('\\"', '"')
        elif pair["name"] not in _UNTOLD:
            others.append(pair[0].strip())
    # Only what is a message and pairs throughout is logfmt.
    is_whole = at >= len(line) or len(others) == _MOST_PAIRS
    return " ".join([f"{head[0] if head else ''}{said}", *others]) if said and is_whole else line
