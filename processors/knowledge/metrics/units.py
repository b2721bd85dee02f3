"""Values of metrics as people write them: 78 GiB, 250 ms, 93 %."""

from collections.abc import Mapping
from typing import Final

_BYTES: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_SECONDS: Final = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
# Ends of metric names, as Prometheus recommends them.
_SUFFIXES: Final[Mapping[str, str]] = {
    "bytes": "bytes",
    "seconds": "seconds",
    "ratio": "ratio",
    "percent": "percent",
    "celsius": "celsius",
    "watts": "watts",
    "volts": "volts",
    "hertz": "hertz",
}
_SIGNS: Final[Mapping[str, str]] = {
    "percent": "%", "celsius": "°C", "watts": "W", "volts": "V", "hertz": "Hz",
}  # fmt: skip


def find_unit(metric: str) -> str:
    """Return the unit that a metric's name ends with, or nothing.

    Example:
        >>> find_unit("redis_memory_used_bytes"), find_unit("process_cpu_seconds_total"), find_unit("up")
        ('bytes', 'seconds', '')
    """
    words = metric.removesuffix("_total").split("_")
    return next((_SUFFIXES[word] for word in reversed(words) if word in _SUFFIXES), "")


def format_value(value: float, unit: str) -> str:
    """Return a value with its unit, three digits of it.

    Args:
        value: The figure.
        unit: `bytes`, `mebibytes`, `seconds`, `ratio`, `percent`, `celsius` and the like; another word is
            written behind the figure as it is.

    Example:
        >>> [format_value(*pair) for pair in ((83_751_862_272, "bytes"), (0.25, "seconds"), (0.931, "ratio"))]
        ['78 GiB', '250 ms', '93.1 %']
        >>> format_value(12.0, "requests/s"), format_value(0.0, "seconds"), format_value(1.0, "")
        ('12 requests/s', '0 s', '1')
    """
    if unit == "mebibytes":
        return format_value(value * 2**20, "bytes")
    if unit == "bytes":
        power = next((p for p in range(len(_BYTES)) if abs(value) < 999.5 * 1024**p), len(_BYTES) - 1)
        return f"{_shorten(value / 1024**power)} {_BYTES[power]}"
    if unit == "seconds":
        size, sign = next(((s, n) for s, n in _SECONDS if abs(value) >= s), _SECONDS[-1])
        return f"{_shorten(value / size)} {sign}" if value else "0 s"
    if unit == "ratio":
        return f"{_shorten(value * 100)} %"
    return f"{_shorten(value)} {_SIGNS.get(unit, unit)}".rstrip()


def _shorten(value: float) -> str:
    return f"{value:.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"
