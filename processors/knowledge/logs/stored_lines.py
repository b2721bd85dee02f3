"""A line of a log file of the stack as a document of the log store: who wrote it, when, for which request.

Our own programs and Airflow write JSON, whose fields are taken over; of everybody else's lines level and time
are found as in any other log. What comes from outside is masked before anything is read in it.
"""

import re
from datetime import datetime
from pathlib import PurePath
from typing import Any, Final, NamedTuple

from processors.correlation import FORM
from processors.knowledge.chunk import make_id
from processors.knowledge.flat_fields import Fields
from processors.knowledge.logs.field_levels import find_level
from processors.knowledge.logs.line_times import TIME_FIELDS, find_moment
from processors.knowledge.logs.opening import TEXT_FIELDS, open_event
from processors.knowledge.logs.rendering import MAX_MESSAGE, render_event
from processors.knowledge.logs.severity import find_severity
from processors.knowledge.redaction.masking import mask_secrets
from processors.knowledge.topics import OWN_DATASET
from processors.knowledge.untrusted import decode_text

LONGEST: Final = 64_000
"""Bytes of a line that are kept. Whoever reads the file cuts there."""

_CORRELATED: Final = re.compile(rf'"correlation_id": ?"({FORM})"', re.ASCII)
_TAKEN: Final = frozenset(
    (*TIME_FIELDS, *TEXT_FIELDS, "level", "loglevel", "logger", "service", "correlationid", "dagid", "runid",
     "taskid", "trynumber")
)  # fmt: skip


class FileLine(NamedTuple):
    """A line as it stands in a file.

    Attributes:
        file: Path of the file, named after the program that writes it.
        offset: Byte at which the line begins.
        read_at: When it was read.
        data: The line without its end.
    """

    file: str
    offset: int
    read_at: datetime
    data: bytes


class StoredLine(NamedTuple):
    """A document of the log store, its id and its day: the same line is always the same document."""

    document_id: str
    day: str
    document: dict[str, Any]


def make_document(line: FileLine, commit: str) -> StoredLine:
    """Return what is stored of a line.

    Args:
        line: Whatever its bytes are.
        commit: Of the stack; what a line says of its own build counts more.

    Example:
        >>> now = datetime.fromisoformat("2026-11-21T07:00:00+00:00")
        >>> data = b'{"level": "error", "message": "no answer", "correlation_id": "abc-1", "part": 3}'
        >>> stored = make_document(FileLine("/logs/serving.log", 0, now, data), "c0ffee")
        >>> stored.day, stored.document["message"], stored.document["correlation_id"]
        ('2026.11.21', 'no answer', 'abc-1')
        >>> stored.document["service"]["name"], stored.document["fields"]
        ('serving', {'part': 3})
    """
    # Half of a secret that stands before the cut is in no message: that ends long before.
    text = mask_secrets(decode_text(line.data[:LONGEST]))
    opened = open_event({"message": text})
    fields, body = opened.layers[-1], opened.bodies[-1] if len(opened.bodies) > 1 else {}
    message = render_event(opened).rstrip() or text
    is_cut = len(line.data) >= LONGEST or len(message) >= MAX_MESSAGE
    moment = find_moment(opened.layers, opened.head or message, line.read_at)
    run = {name: fields[name.replace("_", "")] for name in ("dag_id", "run_id", "task_id") if name in body}
    document: dict[str, Any] = {
        "@timestamp": moment.isoformat(),
        "message": f"{message}…" if is_cut else message,
        "log": {
            "level": find_level(fields) or find_severity(message),
            "logger": str(fields.get("logger", "")),
            "file": {"path": line.file},
            "offset": line.offset,
        },
        "service": {
            "name": str(fields.get("servicename") or PurePath(line.file).stem),
            "version": str(fields.get("serviceversion") or commit),
        },
        "event": {"dataset": OWN_DATASET},
        "correlation_id": _find_correlation_id(fields, text),
        **{name: str(value) for name, value in run.items()},
        "fields": {name: value for name, value in body.items() if _is_free(name)},
    }
    held = {name: value for name, value in document.items() if value not in ("", {})}
    return StoredLine(make_id(line.file, line.offset, text), f"{moment:%Y.%m.%d}", held)


def _find_correlation_id(fields: Fields, text: str) -> str:
    """Return the id of the request, else of the run of a DAG; also of a line whose JSON was cut."""
    found = _CORRELATED.search(text) if not fields.get("correlationid") else None
    return str(fields.get("correlationid") or (found[1] if found else "") or fields.get("runid") or "")


def _is_free(name: str) -> bool:
    return name.replace("_", "").lower() not in _TAKEN
