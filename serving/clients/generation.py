"""Text from the answering model, or, when there is no model, from the passages themselves."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, Final

import openai
import structlog

from serving.clients.openai_protocol import find_openai_model, write_by_openai
from serving.clients.v2_protocol import find_v2_model, write_by_v2
from serving.context.deadlines import limit_waits
from serving.context.metrics import BROKEN_ANSWERS, note_stage, time_stage
from serving.context.request_context import asking
from serving.context.timing import waiting
from serving.faults import BrokenAnswerError, PartError, RequestLateError, is_refusal

if TYPE_CHECKING:
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.context.outcome import Outcome
    from serving.schemas import ChatRequest

_WRITERS: Final = {"openai": write_by_openai, "v2": write_by_v2}
_FINDERS: Final = {"openai": find_openai_model, "v2": find_v2_model}


log = structlog.get_logger(__name__)


async def open_stream(
    clients: Clients, settings: Settings, request: ChatRequest, messages: list[dict[str, Any]]
) -> tuple[AsyncGenerator[str, None], Outcome] | None:
    """Ask the model, and return its text and how it ends once the first word is there; None if it is down.

    Until then nobody has read anything, so a model that fails may be asked again or done without. After that
    an error ends the text.

    Args:
        clients: The model's client and its guard among them.
        settings: Say which model, by which protocol, and how long it may be silent.
        request: What of it shapes the answer goes along.
        messages: The prompt.

    Raises:
        openai.APIStatusError: The model refuses the request; that is for the caller to hear.
        RequestLateError: The request's time is over.
    """
    asked = time.perf_counter()
    try:
        first, pieces, outcome = await clients.guards.model.call(
            lambda: _begin(clients, settings, request, messages)
        )
    except (openai.OpenAIError, PartError) as error:
        if is_refusal(error):
            raise
        log.warning("answering model is down, showing passages", error=str(error))
        return None
    note_stage("first_token", time.perf_counter() - asked)
    return _read_on(first, pieces, asked), outcome


async def _begin(
    clients: Clients, settings: Settings, request: ChatRequest, messages: list[dict[str, Any]]
) -> tuple[str | None, AsyncGenerator[str, None], Outcome]:
    write = _WRITERS[settings.answering.protocol]
    with asking(messages) as outcome, time_stage("model_open"):
        written = write(clients.model, settings.answering.model, request, messages, outcome)
        gap = find_gap(settings, request)
        pieces = limit_waits("model", written, settings.timeouts.model_first_seconds, gap)
        first = await anext(pieces, None)
        while first == "":
            first = await anext(pieces, None)
    return first, pieces, outcome


def find_gap(settings: Settings, request: ChatRequest) -> float:
    """Return the seconds that a model may be silent once it has begun.

    The V2 protocol sends a whole answer at once, when all of it is written: that may take as long as the
    request may.
    """
    comes_at_once = settings.answering.protocol == "v2" and not request.stream
    return settings.timeouts.request_seconds if comes_at_once else settings.timeouts.model_gap_seconds


async def _read_on(
    first: str | None, pieces: AsyncGenerator[str, None], asked: float
) -> AsyncGenerator[str, None]:
    """Yield the model's text as it comes, and count the waiting for each piece as the model's."""
    async with aclosing(pieces):
        if first is not None:
            yield first
        with breaking_off():
            while True:
                with waiting("model"):
                    piece = await anext(pieces, None)
                if piece is None:
                    break
                if piece:
                    yield piece
    note_stage("model", time.perf_counter() - asked)


@contextmanager
def breaking_off() -> Iterator[None]:
    """Turn what ends an answer that has begun into one error.

    Raises:
        BrokenAnswerError: The model failed, stood still, or the request's time is over.
    """
    try:
        yield
    except (openai.OpenAIError, PartError, RequestLateError) as error:
        BROKEN_ANSWERS.inc()
        raise BrokenAnswerError(str(error)) from error


async def find_model(clients: Clients, settings: Settings) -> bool:
    """Tell whether the answering model is there.

    Raises:
        openai.OpenAIError: Its server is down.
    """
    return await _FINDERS[settings.answering.protocol](clients.model, settings.answering.model)
