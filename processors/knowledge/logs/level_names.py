"""The four severities, and what others call them: in words, in letters and in numbers of several scales."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Final

from processors.knowledge.logs.plain_lines import strip_colours

_WORDS: Final[Mapping[str, str]] = {
    word: severity
    for severity, words in {
        "critical": "fault critical crit crt fatal ftl emergency emerg emrg panic pnc dpanic alert f c a"
        " важно паника",
        "error": "error err erro eror severe fail failure e ошибка fehler erreur",
        "warning": "warning warn wrn w warnung предупреждение",
        "info": "info information informational inf notice note ntc system config log statement detail hint"
        " context query success audit i n замечание сообщение оператор подробности подсказка",
        "debug": "debug debg dbug dbg trace trac trce trc verbose vrb blat fine finer finest silly d v t",
    }.items()
    for word in words.split()
}  # fmt: skip
# Protobuf's JSON writes OpenTelemetry's numbers by their names.
_ENUM: Final = "severity_number_"
Scale = tuple[tuple[float, ...], tuple[str, ...]]
"""Numbers, and the severity below the first, from the first on, from the second on …; "" is none."""

SYSLOG: Final[Scale] = ((0, 3, 4, 5, 7, 8), ("", "critical", "error", "warning", "info", "debug", ""))
OPENTELEMETRY: Final[Scale] = (
    (1, 9, 13, 17, 21, 25),
    ("", "debug", "info", "warning", "error", "critical", ""),
)
PINO: Final[Scale] = ((10, 30, 40, 50, 60, 70), ("", "debug", "info", "warning", "error", "critical", ""))
PYTHON: Final[Scale] = ((1, 20, 30, 40, 50, 61), ("", "debug", "info", "warning", "error", "critical", ""))
WINDOWS: Final[Scale] = (
    (0, 1, 2, 3, 4, 5, 6),
    ("", "info", "critical", "error", "warning", "info", "debug", ""),
)
LOG4J: Final[Scale] = ((1, 101, 201, 301, 401), ("", "critical", "error", "warning", "info", "debug"))
CLOUD_LOGGING: Final[Scale] = (
    (100, 200, 400, 500, 600, 801), ("", "debug", "info", "warning", "error", "critical", ""),
)  # fmt: skip
MONOLOG: Final[Scale] = (
    (100, 200, 300, 400, 500, 601),
    ("", "debug", "info", "warning", "error", "critical", ""),
)
JAVA_UTIL: Final[Scale] = ((601, 700, 900, 1000, 1001), ("", "debug", "info", "warning", "error", ""))
LOGBACK: Final[Scale] = (
    (5_000, 20_000, 30_000, 40_000, 50_000), ("", "debug", "info", "warning", "error", "critical"),
)  # fmt: skip


def name_level(word: str) -> str:
    """Return the severity that a word means, or nothing.

    Example:
        >>> name_level("WARN"), name_level("Eror"), name_level("E"), name_level("high")
        ('warning', 'error', 'error', '')
    """
    plain = strip_colours(word).strip(" \t[]<>:!").partition("+")[0].rstrip("0123456789").lower()
    # .NET and Python may name the type before its value: LogLevel.Error.
    bare = plain.rpartition(".")[2]
    return _WORDS.get(bare.removeprefix(_ENUM), "")


def number_level(number: Any, scale: Scale) -> str:
    """Return the severity that a number means on a scale, or nothing; the number may be text.

    Example:
        >>> number_level(3, SYSLOG), number_level("17", OPENTELEMETRY), number_level(40, PINO)
        ('error', 'error', 'warning')
    """
    if isinstance(number, bool) or not isinstance(number, int | float | str):
        return ""
    if isinstance(number, str):
        number = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else -1
    return scale[1][bisect_right(scale[0], number)] if 0 <= number < _TOO_LARGE else ""


_TOO_LARGE: Final = 1_000_000
