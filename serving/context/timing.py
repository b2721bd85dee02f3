"""Where the time of an answer goes: to the search, to the model, or to the service itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, Literal

from serving.schemas import Timings

Part = Literal["search", "model"]


@dataclass
class _Wait:
    """The time in which at least one of some requests was under way."""

    under_way: int = 0
    since: float = 0.0
    seconds: float = 0.0

    def begin(self, now: float) -> None:
        if not self.under_way:
            self.since = now
        self.under_way += 1

    def end(self, now: float) -> None:
        self.under_way -= 1
        if not self.under_way:
            self.seconds += now - self.since


@dataclass
class _Watch:
    began: float
    first_text: float | None = None
    waits: dict[str, _Wait] = field(
        default_factory=lambda: {"search": _Wait(), "model": _Wait(), "any": _Wait()}
    )


_WATCH: Final[ContextVar[_Watch | None]] = ContextVar("watch", default=None)


def start_watch() -> None:
    """Begin to measure the request being served."""
    _WATCH.set(_Watch(time.perf_counter()))


@contextmanager
def waiting(part: Part) -> Iterator[None]:
    """Count what happens meanwhile as waiting for a part."""
    watch = _WATCH.get()
    if watch is None:
        yield
        return
    waits = (watch.waits[part], watch.waits["any"])
    now = time.perf_counter()
    for wait in waits:
        wait.begin(now)
    try:
        yield
    finally:
        now = time.perf_counter()
        for wait in waits:
            wait.end(now)


def note_first_text() -> None:
    """Note that the first of the answer's text is on its way to the one who asked."""
    watch = _WATCH.get()
    if watch is not None and watch.first_text is None:
        watch.first_text = time.perf_counter()


def read_watch() -> Timings | None:
    """Return what was measured since the request came, None if nobody began to measure."""
    watch = _WATCH.get()
    if watch is None:
        return None
    total = time.perf_counter() - watch.began
    first = watch.first_text
    return Timings(
        total_ms=_to_ms(total),
        first_text_ms=None if first is None else _to_ms(first - watch.began),
        search_ms=_to_ms(watch.waits["search"].seconds),
        model_ms=_to_ms(watch.waits["model"].seconds),
        own_ms=_to_ms(total - watch.waits["any"].seconds),
    )


def _to_ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
