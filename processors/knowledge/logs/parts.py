"""Lines that a container runtime cut into parts: containerd and CRI-O by a tag, Docker by a field.

A runtime writes at most some 16 KB at once. All but the last part of a longer line are marked.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from processors.knowledge.flat_fields import has_any, order_names

_CRI: Final = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:?\d\d)? "
    r"(?P<stream>stdout|stderr) (?P<tag>[PF])(?::\S+)?(?: |$)"
)
# The tag of the CRI format as Fluent Bit and Fluentd name it; what Docker's drivers say.
_TAGS: Final = ("logtag", "_p")
_DOCKER: Final = "partial_message"
_DOCKER_LAST: Final = "partial_last"
_SAYING: Final = order_names(*_TAGS, _DOCKER, "stream")


def read_part(body: Mapping[str, Any], message: str) -> tuple[str, str, bool]:
    """Return a line without the head that a container runtime wrote before it.

    Args:
        body: The record's fields.
        message: Its text.

    Returns:
        The text, the name of the stream that it was written to if a head says so, and whether the stream's
        next line goes on in its midst.

    Example:
        >>> read_part({}, "2026-11-21T07:00:00.123456789Z stdout P begin of a li")
        ('begin of a li', 'stdout', True)
        >>> read_part({"logtag": "F", "stream": "stderr"}, "ne")
        ('ne', 'stderr', False)
    """
    if head := _CRI.match(message):
        return message[head.end() :], head["stream"], head["tag"] == "P"
    if not has_any(body, _SAYING):
        return message, "", False
    stream = body.get("stream")
    name = stream if stream in ("stdout", "stderr") else ""
    return message, name, _goes_on(body)


def _goes_on(body: Mapping[str, Any]) -> bool:
    if any(body.get(name) == "P" for name in _TAGS):
        return True
    return _is_true(body.get(_DOCKER)) and not _is_true(body.get(_DOCKER_LAST))


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
