"""An answer in the making: sources chosen, the model asked, what it cites numbered."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from serving.citations import number_citations
from serving.generation import Outcome, open_stream, quote_passages, read_stream
from serving.links import Reader, make_reader
from serving.metrics import ANSWERS, DEGRADED
from serving.prompt import build_messages, choose_sources
from serving.search import read_sections
from serving.timing import time_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from processors.retrieval.hybrid import Hit
    from processors.settings import Settings
    from serving.clients import Clients
    from serving.schemas import ChatRequest
    from serving.search import Findings, Question


@dataclass(frozen=True)
class Answer:
    """An answer whose text is still to be read; `cited` and `outcome` fill up while it is."""

    identity: str
    created: int
    model: str
    text: AsyncGenerator[str, None]
    cited: list[Hit]
    outcome: Outcome
    as_of: str | None
    findings: Findings
    degraded: tuple[str, ...]
    reader: Reader


async def write_answer(
    clients: Clients,
    settings: Settings,
    request: ChatRequest,
    question: Question,
    history: Sequence[dict[str, Any]],
    findings: Findings,
) -> Answer:
    """Ask the model about what was found, and return the answer ready to be read.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
        openai.BadRequestError: The model refuses the request.
    """
    sources = choose_sources(await read_sections(clients, findings.hits, question.groups))
    messages = build_messages(question.text, sources, history, findings.window)
    stream = await open_stream(clients, settings, request, messages)
    outcome = Outcome()
    pieces = time_text(read_stream(stream, outcome)) if stream is not None else quote_passages(sources)
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
        as_of=max((hit["observed_at"] for hit in sources if hit["observed_at"]), default=None),
        findings=findings,
        degraded=degraded,
        reader=make_reader(settings, question.groups),
    )
