"""From a conversation to an answer: retrieve, choose sources, ask the model, number what it cites."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from processors.redaction.masking import mask_secrets
from serving.access import resolve_groups
from serving.citations import cite_source, number_citations
from serving.correlation import correlation_id
from serving.errors import NoQuestionError, UnknownModelError
from serving.generation import Outcome, open_stream, quote_passages, read_stream
from serving.metrics import ANSWERS, DEGRADED
from serving.prompt import PROMPT_VERSION, build_messages, choose_sources
from serving.schemas import Provenance, show_window
from serving.search import Findings, Question, read_sections, retrieve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from processors.chunk import Pipeline
    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.clients import Clients
    from serving.schemas import ChatRequest, Message

PIPELINES_BY_MODEL: Final[dict[str, tuple[Pipeline, ...]]] = {
    "runlore": ("rag", "cag"),
    "runlore-rag": ("rag",),
    "runlore-cag": ("cag",),
}
# Four passages of each world when both are asked.
_RETRIEVED: Final = 8


@dataclass(frozen=True)
class Answer:
    """An answer whose text is still to be read; `cited` and `outcome` fill up while it is."""

    identity: str
    created: int
    model: str
    text: AsyncIterator[str]
    cited: list[Hit]
    outcome: Outcome
    sources: list[Hit]
    findings: Findings
    degraded: tuple[str, ...]
    ui_urls: dict[str, str]


async def prepare_answer(clients: Clients, settings: Settings, request: ChatRequest) -> Answer:
    """Do all that can fail before the first word, and return the answer ready to be read.

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
    pipelines = PIPELINES_BY_MODEL[request.model]
    question = Question(text, pipelines, _RETRIEVED, resolve_groups(), {})
    findings = await retrieve(clients, settings, question)
    sources = choose_sources(await read_sections(clients, findings.hits, question.groups))
    messages = build_messages(text, sources, history, findings.window)
    stream = await open_stream(clients, settings, request, messages)
    outcome = Outcome()
    pieces = read_stream(stream, outcome) if stream is not None else quote_passages(sources)
    degraded = findings.degraded if stream is not None else (*findings.degraded, "model")
    ANSWERS.labels(request.model, "passages" if stream is None else "model").inc()
    for part in degraded:
        DEGRADED.labels(part).inc()
    cited: list[Hit] = []
    return Answer(
        identity=f"chatcmpl-{uuid.uuid4().hex}",
        created=int(time.time()),
        model=request.model,
        text=number_citations(pieces, sources, cited),
        cited=cited,
        outcome=outcome,
        sources=sources,
        findings=findings,
        degraded=degraded,
        ui_urls=settings.ui_urls,
    )


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
        citations=[cite_source(n, hit, answer.ui_urls) for n, hit in enumerate(answer.cited, start=1)],
        as_of=max((hit["observed_at"] for hit in answer.sources if hit["observed_at"]), default=None),
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
