"""What is known of the request being served: each part adds what it learns, for what is told at the end."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from serving.context.outcome import Outcome, estimate_tokens
from serving.schemas import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.retrieval.hybrid import Hit
    from serving.context.caller import Caller


@dataclass
class RequestContext:
    """What one request, or one question on a socket, has come to so far."""

    caller: Caller | None = None
    model: str = ""
    question: str = ""
    """With its secrets masked."""
    versions: Mapping[str, str | None] = field(default_factory=dict)
    """Those that were asked."""
    chunks: Sequence[str] = ()
    """The ids of those that were shown as they are."""
    cited: Sequence[Hit] = ()
    """By the answer; fills up while that is read, so what was shown is asked at the end."""
    answer_outcome: Outcome | None = None
    """Of the answer, from a model that was asked for this request or for one whose work it shares."""
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
        return [*self.chunks, *(hit["chunk_id"] for hit in self.cited)]

    @property
    def tokens(self) -> int:
        """How many tokens models have read and written, for this request or for the one that it shared."""
        shared = [self.answer_outcome] if self.answer_outcome else []
        return sum(int(one.describe_usage().get("total_tokens", 0)) for one in self.outcomes or shared)


_CONTEXT: Final[ContextVar[RequestContext | None]] = ContextVar("request_context", default=None)


def begin_context(caller: Caller | None = None) -> RequestContext:
    """Return the context of what is served from here on."""
    context = RequestContext(caller)
    _CONTEXT.set(context)
    return context


def current_context() -> RequestContext:
    """Return the context of what is being served; outside of a request, one that nobody reads."""
    return _CONTEXT.get() or RequestContext()


@contextmanager
def asking(messages: Sequence[Mapping[str, Any]]) -> Iterator[Outcome]:
    """Give the outcome of asking a model, for which the request being served pays unless the model fails.

    Who hangs up while the model reads or writes pays for what was read and written until then.

    Args:
        messages: What the model is sent.
    """
    outcome = Outcome(prompt_tokens=sum(estimate_tokens(read_text(message)) for message in messages))
    paid = current_context().outcomes
    paid.append(outcome)
    try:
        yield outcome
    except Exception:
        paid.remove(outcome)
        raise
