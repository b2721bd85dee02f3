"""What is told of the lines of one pattern, of one place, severity and hour."""

import re
from functools import lru_cache
from typing import Final, TypedDict

from processors.knowledge.chunk import make_id
from processors.knowledge.logs.parsing import LogLine

_LONGEST_NAME: Final = 1_000
_SEPARATOR: Final = "\x1f"
# Paths of containers' logs hold a pod's and a container's id; what stays is the container's name.
_CONTAINER_FILE: Final = re.compile(
    r".*/containers/[^/]*_([^/_]+)-[0-9a-f]{64}\.log$|.*/pods/[^/]+/([^/]+)/\d+\.log[^/]*$"
)
_FILE_NUMBERS: Final = re.compile(r"[0-9a-f]{8,}|\d+")


class Window(TypedDict):
    """What is told of the entries of one pattern, or route, of a service in an hour.

    `start` names it: the offset of its first line, and how many lines of that message came before. `route`
    is the route and class of status of an access log, else empty. `offsets` are the first and last offset of
    each unbroken run of lines. `severities` and `statuses` count entries, `values` those that hold a value.
    `samples` are entries with their severity, or status, the newest last. `is_woven`: a frame may be under
    another exception than its own. `touched_ms` is the broker's time.
    """

    topic: str
    partition: int
    start: list[int]
    service: str
    cluster: str
    namespace: str
    severity: str
    pattern: int
    template: str
    route: str
    is_new: bool
    offsets: list[list[int]]
    count: int
    severities: dict[str, int]
    statuses: dict[str, int]
    begin: str
    end: str
    samples: dict[str, str]
    values: dict[str, int]
    file: str
    is_woven: bool
    touched_ms: int


def name_window(line: LogLine, severity: str, pattern: int, route: str) -> str:
    """Return what names the window that an entry belongs to, of a length that nothing sent can change.

    Args:
        line: The entry's first line.
        severity: Of the entry, as far as its first line tells.
        pattern: Number of its pattern.
        route: Its route and class of status, if it is of an access log.
    """
    place = (line["service"], line["cluster"], line["namespace"], _name_source(line["file"]))
    name = _SEPARATOR.join((line["observed_at"][:13], severity, str(pattern), route, *place))
    return name if len(name) < _LONGEST_NAME else make_id(name)


def open_window(line: LogLine, start: list[int], pattern: int, route: str) -> Window:
    """Return a window without entries.

    Args:
        line: Its first line.
        start: Offset of that line, and how many lines of its message came before.
        pattern: Number of its pattern.
        route: Route and class of status, if it is of an access log.
    """
    return Window(
        topic=line["topic"],
        partition=line["partition"],
        start=start,
        service=line["service"][:_LONGEST_NAME],
        cluster=line["cluster"][:_LONGEST_NAME],
        namespace=line["namespace"][:_LONGEST_NAME],
        severity="debug",
        pattern=pattern,
        template="",
        route=route,
        is_new=False,
        offsets=[],
        count=0,
        severities={},
        statuses={},
        begin=line["observed_at"],
        end=line["observed_at"],
        samples={},
        values={},
        file=line["file"][:_LONGEST_NAME],
        is_woven=False,
        touched_ms=line["clock_ms"],
    )


@lru_cache(maxsize=1_000)
def _name_source(file: str) -> str:
    if found := _CONTAINER_FILE.match(file):
        return found[1] or found[2]
    return _FILE_NUMBERS.sub("*", file)
