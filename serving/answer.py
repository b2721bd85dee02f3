"""From a conversation to an answer: find the question, recall or write the answer, say where it is from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from processors.redaction.masking import mask_secrets
from serving.citations import cite_source
from serving.correlation import correlation_id
from serving.errors import NoQuestionError, UnknownModelError
from serving.fixed_answers import is_fixed, recall_answer
from serving.links import link_source
from serving.prompt import PROMPT_VERSION
from serving.schemas import Provenance, show_window
from serving.search import Question, retrieve
from serving.shadow import begin_shadow_reads
from serving.writing import Answer, write_answer

if TYPE_CHECKING:
    from processors.chunk import Pipeline
    from processors.settings import Settings
    from serving.access import Caller
    from serving.clients import Clients
    from serving.schemas import ChatRequest, Message

PIPELINES_BY_MODEL: Final[dict[str, tuple[Pipeline, ...]]] = {
    "runlore": ("rag", "cag"),
    "runlore-rag": ("rag",),
    "runlore-cag": ("cag",),
}
# Four passages of each world when both are asked.
_RETRIEVED: Final = 8


async def prepare_answer(
    clients: Clients, settings: Settings, request: ChatRequest, caller: Caller, *, is_recorded: bool = True
) -> Answer:
    """Do all that can fail before the first word, and return the answer ready to be read.

    Args:
        clients: What to ask.
        settings: Of the platform.
        request: The conversation.
        caller: Who asks.
        is_recorded: Whether the question is written down, to be warmed in the next version.

    Raises:
        UnknownModelError: The request names none of our models.
        NoQuestionError: The conversation holds no question.
        NoKnowledgeError: No pipeline that the model reads has a live version.
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
        openai.BadRequestError: The model refuses the request.
    """
    if request.model not in PIPELINES_BY_MODEL:
        raise UnknownModelError(f"The model {request.model!r} does not exist; GET /v1/models lists them.")
    text, history = split_conversation(request.messages)
    question = Question(text, PIPELINES_BY_MODEL[request.model], _RETRIEVED, caller.groups, {})
    if is_recorded:
        clients.questions.record(text, question.groups, question.pipelines)
    if is_fixed(settings, request, question, history):
        answer = await recall_answer(clients, settings, request, question)
    else:
        findings = await retrieve(clients, settings, question)
        answer = await write_answer(clients, settings, request, question, history, findings)
    if is_recorded:
        begin_shadow_reads(clients, settings, question)
    return answer


def split_conversation(messages: list[Message]) -> tuple[str, list[dict[str, Any]]]:
    """Return the question, which is the user's last message, and what was said before it, secrets masked.

    Raises:
        NoQuestionError: There is no message of a user, or the last one is empty.
    """
    for position in range(len(messages) - 1, -1, -1):
        if messages[position].role == "user":
            question = mask_secrets(messages[position].as_text().strip())
            if question:
                return question, [mask_message(message) for message in messages[:position]]
            break
    raise NoQuestionError("The last message of the user is missing or empty: there is nothing to answer.")


def mask_message(message: Message) -> dict[str, Any]:
    """Return a message as it came, with the secrets in it masked."""
    masked: dict[str, Any] = json.loads(mask_secrets(message.model_dump_json(exclude_unset=True)))
    return masked


def describe_provenance(answer: Answer) -> Provenance:
    """Return where an answer comes from; complete once its text has been read."""
    provenance = Provenance(
        citations=[
            cite_source(n, hit, link_source(hit, answer.reader)) for n, hit in enumerate(answer.cited, 1)
        ],
        as_of=answer.as_of,
        versions=answer.findings.versions,
        route="+".join(pipeline for pipeline, index in answer.findings.versions.items() if index),
        correlation_id=correlation_id(),
        prompt=PROMPT_VERSION,
    )
    if answer.findings.window:
        provenance["window"] = show_window(answer.findings.window)
    if answer.degraded:
        provenance["degraded"] = list(answer.degraded)
    return provenance
