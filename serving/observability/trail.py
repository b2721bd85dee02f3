"""What is known of the request being served: each part adds what it learns, for what is told at the end."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from serving.access.callers import Caller
    from serving.answering.writing import Answer
    from serving.model_client.outcome import Outcome


@dataclass
class Trail:
    """What one request, or one question on a socket, has come to so far."""

    caller: Caller | None = None
    model: str = ""
    question: str = ""
    """With its secrets masked."""
    answer: Answer | None = None
    """Fills up while it is read, so what it has shown is asked at the end."""
    versions: Mapping[str, str | None] = field(default_factory=dict)
    chunks: Sequence[str] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    """What asking models has come to; each fills up while it is read."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """For the response: what is left of the caller's limits."""
    recalled: bool = False
    """Whether the answer was written before, so that no model had to read or write for it."""
    broke_off: bool = False

    @property
    def shown(self) -> list[str]:
        """The ids of the chunks that were shown."""
        cited = [hit["chunk_id"] for hit in self.answer.cited] if self.answer else []
        return [*self.chunks, *cited]

    @property
    def asked(self) -> Mapping[str, str | None]:
        """The versions that were asked."""
        return self.answer.findings.versions if self.answer else self.versions

    @property
    def tokens(self) -> int:
        """How many tokens models have read and written, for this request or for the one that it shared."""
        shared = [self.answer.outcome] if self.answer else []
        return sum(int(one.describe_usage().get("total_tokens", 0)) for one in self.outcomes or shared)


_TRAIL: Final[ContextVar[Trail | None]] = ContextVar("trail", default=None)


def begin_trail(caller: Caller | None = None) -> Trail:
    """Return the trail of what is served from here on."""
    trail = Trail(caller)
    _TRAIL.set(trail)
    return trail


def current_trail() -> Trail:
    """Return the trail of what is being served; outside of a request, one that nobody reads."""
    return _TRAIL.get() or Trail()
