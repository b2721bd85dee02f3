"""One question asked for a program, and its whole answer: nothing that it says begins an action."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple

from serving.answering.prepare import answer_question
from serving.answering.provenance import describe_provenance
from serving.context.masking import mask_text
from serving.schemas import ChatRequest, Message, Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.settings import Settings
    from serving.answering.answer import Answer
    from serving.clients.lifespan import Clients
    from serving.context.caller import Caller


class Answered(NamedTuple):
    """An answer that was read to its end."""

    answer: Answer
    text: str
    provenance: Provenance


async def ask_question(
    clients: Clients,
    settings: Settings,
    caller: Caller,
    model: str,
    question: str,
    filters: Mapping[str, Any],
    *,
    is_recorded: bool = False,
) -> Answered:
    """Return the whole answer to a question.

    Args:
        clients: What to ask.
        settings: Of the platform.
        caller: Who asks.
        model: One of ours: what is read.
        question: Its secrets are masked here.
        filters: As of `POST /v1/retrieve`.
        is_recorded: Whether it is written down, to be warmed in the next version: not what no person asked.

    Raises:
        NoKnowledgeError: No pipeline that the model reads has a live version.
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
        openai.OpenAIError: The model refuses the request, or breaks off.
    """
    request = ChatRequest(model=model, messages=[Message(role="user", content=question)])
    answer = await answer_question(
        clients,
        settings,
        request,
        caller,
        await mask_text(question),
        [],
        is_recorded=is_recorded,
        filters=filters,
    )
    async with aclosing(answer.text) as pieces:
        text = "".join([piece async for piece in pieces])
    return Answered(answer, text.strip(), describe_provenance(answer))
