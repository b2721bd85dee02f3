"""The severity that an event's fields state, by word or by number, whichever logger wrote them."""

from typing import Any, Final

from processors.knowledge.flat_fields import Fields, Names, has_any, order_names
from processors.knowledge.logs.level_names import (
    CLOUD_LOGGING,
    JAVA_UTIL,
    LOG4J,
    LOGBACK,
    MONOLOG,
    OPENTELEMETRY,
    PINO,
    PYTHON,
    SYSLOG,
    WINDOWS,
    Scale,
    name_level,
    number_level,
)

_WORDS: Final = (
    "loglevel", "severitytext", "severitynumber", "winloglevel", "severity", "level", "levelname",
    "lvl", "@l", "@level", "leveltext", "levelstandardlevel", "leveldisplayname", "severitylevel",
    "logseverity", "errorseverity", "syslogseveritytext", "syslogseverityname", "syslogseverity",
    "logsyslogseverityname", "priority",
)  # fmt: skip
# Names that say which scale their number is of.
_NUMBERS: Final[tuple[tuple[str, Scale], ...]] = (
    ("severitynumber", OPENTELEMETRY), ("levelno", PYTHON), ("levelvalue", LOGBACK),
    ("levelintlevel", LOG4J), ("intlevel", LOG4J), ("syslogseverity", SYSLOG),
    ("syslogseveritycode", SYSLOG), ("logsyslogseveritycode", SYSLOG), ("winloglevel", WINDOWS),
    ("eventsystemlevel", WINDOWS),
)  # fmt: skip
_JOURNALD: Final = order_names("realtimetimestamp", "systemdunit", "syslogidentifier", "transport", "bootid")
_PYTHON_NAMES: Final = order_names("asctime", "funcname", "lineno", "threadname")
_DATADOG_NAMES: Final = order_names("ddsource", "ddtags")
_WINDOWS_NAMES: Final = order_names("winlog", "providername", "eventid", "channel")
# Whatever states a level stands under one of these.
_STATING: Final = order_names(*_WORDS, *(name for name, _ in _NUMBERS), "status", "eventtype", "s")


def find_level(fields: Fields) -> str:
    """Return the severity that fields state, or nothing.

    Args:
        fields: As `flatten_fields` gives them.

    Example:
        >>> find_level({"level": 50}), find_level({"level": 3}), find_level({"level": "?"})
        ('error', 'error', '')
    """
    if not has_any(fields, _STATING):
        return ""
    for name in _WORDS:
        value = fields.get(name)
        if isinstance(value, str) and (level := name_level(value)):
            return level
    for name, scale in _NUMBERS:
        if level := number_level(fields.get(name), scale):
            return level
    return (
        number_level(fields.get("severity"), SYSLOG)
        or number_level(fields.get("severity"), CLOUD_LOGGING)
        or _guess_scale(fields, fields.get("level"))
        or _read_priority(fields)
        or _read_beside(fields, "status", _DATADOG_NAMES)
        or _read_beside(fields, "eventtype", _WINDOWS_NAMES)
        or _read_mongo(fields)
    )


def _guess_scale(fields: Fields, number: Any) -> str:
    """Tell a bare number by its size; where two scales overlap, by the fields beside it."""
    if "shortmessage" in fields and _names_stream(fields, number):
        return ""
    small = WINDOWS if has_any(fields, _WINDOWS_NAMES) else SYSLOG
    tens = PYTHON if has_any(fields, _PYTHON_NAMES) else PINO
    scales = (small, tens, MONOLOG, JAVA_UTIL, LOGBACK)
    return next((level for scale in scales if (level := number_level(number, scale))), "")


def _read_priority(fields: Fields) -> str:
    """Read journald's priority, unless it only tells which stream was written to."""
    priority = fields.get("priority")
    if not has_any(fields, _JOURNALD) or _names_stream(fields, priority):
        return ""
    return number_level(priority, SYSLOG)


def _names_stream(fields: Fields, number: Any) -> bool:
    """Tell whether a number says only that a container wrote to stdout or stderr, or a unit to stdout."""
    of_unit = fields.get("transport") == "stdout" and str(number) == "6"
    return of_unit or ("containerid" in fields and str(number) in ("3", "6"))


def _read_beside(fields: Fields, name: str, others: Names) -> str:
    """Read a word that is a level only beside certain fields; elsewhere it is of something else."""
    word = fields.get(name)
    return name_level(word) if isinstance(word, str) and has_any(fields, others) else ""


def _read_mongo(fields: Fields) -> str:
    letter = fields.get("s")
    is_mongo = isinstance(letter, str) and "msg" in fields and "c" in fields
    return name_level(str(letter)[:1]) if is_mongo else ""
