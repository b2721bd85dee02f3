"""An answer in the making: sources chosen, the model asked, citations numbered, the lack of them marked."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from opensearchpy.exceptions import ConnectionError as SearchDownError

from processors.knowledge.markdown.inert import defuse_stream
from processors.knowledge.markdown.quoting import defuse_title
from processors.knowledge.times import read_moment
from processors.retrieval.readings.chat import say_chat
from processors.retrieval.readings.composing import compose_reading
from serving.answering.answer import Answer
from serving.answering.claims import ClaimCheck, mark_claims
from serving.answering.conversation import list_tool_turns
from serving.answering.links import make_reader
from serving.answering.numbering import number_citations
from serving.answering.packing import choose_sources, open_counter
from serving.answering.phrases import choose_words
from serving.answering.prompt import build_messages, compose_with, title_of
from serving.answering.remarks import begin_from_memory, begin_with, quote_passages, say_nothing, say_unknown
from serving.clients.generation import open_stream
from serving.context.metrics import UNCITED
from serving.context.outcome import Outcome
from serving.retrieval.question import Findings
from serving.retrieval.search import read_sections

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from processors.retrieval.hybrid import Hit
    from processors.retrieval.readings.reading import Reading
    from processors.settings import Settings
    from serving.answering.phrases import OwnWords
    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question
    from serving.schemas import ChatRequest

QUOTING: Final = frozenset({"extractive"})
"""Answering models that quote, and write nothing themselves."""
_LOOKED_AT: Final = 3


async def answer_from(
    clients: Clients,
    settings: Settings,
    request: ChatRequest,
    question: Question,
    history: Sequence[dict[str, Any]],
    findings: Findings,
) -> Answer:
    """Return the answer ready to be read: the model's to what was found, or that nothing is known.

    Args:
        clients: What to ask.
        settings: Of the platform.
        request: The conversation, and what shapes the answer.
        question: The one that was searched for.
        history: Earlier messages, secrets masked.
        findings: The hits that may be cited, best first.

    Raises:
        opensearchpy.exceptions.OpenSearchException: OpenSearch can't be reached.
        openai.BadRequestError: The model refuses the request.
    """
    if findings.reading is not None and findings.reading.is_own and not request.tools:
        return _tell_own(settings, request, question, findings, findings.reading)
    if _has_nothing_to_say(settings, request, findings):
        return _abstain(settings, request, question, findings)
    found, down = await _grow(clients, findings.hits, question.groups)
    sources = choose_sources(
        found, settings.answering.source_tokens, open_counter(settings.embedding.tokenizer_file)
    )
    asked = question.understood
    own = choose_words(asked.language)
    reading = findings.reading
    is_answered = reading is not None and not reading.is_empty
    messages = build_messages(
        asked.asked,
        sources,
        history,
        findings.window,
        asked.rewritten,
        reading if is_answered else None,
    )
    messages += await list_tool_turns(request.messages)
    written = await open_stream(clients, settings, request, messages)
    outcome, check = Outcome(), ClaimCheck()
    cited: list[Hit] = []
    if written is None:
        text = number_citations(defuse_stream(quote_passages(sources, own, reading)), sources, cited)
    else:
        pieces, outcome = written
        text = _check_text(pieces, sources, cited, check, own, request.model)
    degraded = {*findings.degraded, *down, *(() if written is not None else ("model",))}
    if "search" in degraded:
        text = begin_from_memory(text, own, findings.versions)
    if findings.unknown_namespaces:
        text = begin_with(say_unknown(findings.unknown_namespaces, own), text)
    if reading is not None and not is_answered:
        # What documents say follows; no observation of the reading is cited by number here.
        text = begin_with(compose_reading(reading.lines, {}), text)
    if asked.kind == "write" and settings.answering.model in QUOTING:
        text = begin_with(own.only_quotes, text)
    return Answer(
        model=request.model,
        text=text,
        cited=cited,
        outcome=outcome,
        as_of=find_latest(sources, datetime.now(UTC)),
        findings=findings,
        degraded=tuple(sorted(degraded)),
        writer="passages" if written is None else "model",
        reader=make_reader(settings, question.groups),
        check=check,
    )


async def _grow(
    clients: Clients, hits: list[Hit], groups: Sequence[str]
) -> tuple[list[Hit], tuple[str, ...]]:
    """Return the hits with their whole sections, or as they are and the name of the search if it is down."""
    try:
        return await read_sections(clients, hits, groups), ()
    except SearchDownError:
        return hits, ("search",)


def find_latest(hits: Sequence[Hit], now: datetime) -> str | None:
    """Return the time of the newest of the hits; what a clock that runs ahead has said is not later than now.

    Example:
        >>> now = datetime(2026, 11, 21, tzinfo=UTC)
        >>> find_latest([{"observed_at": "2026-11-20T10:00:00Z"}, {"observed_at": ""}], now)
        '2026-11-20T10:00:00Z'
        >>> find_latest([{"observed_at": "2026-11-21T00:07:00Z"}], now)
        '2026-11-21T00:00:00+00:00'
    """
    told = [(moment, hit["observed_at"]) for hit in hits if (moment := read_moment(hit["observed_at"], now))]
    if not told:
        return None
    latest, as_told = max(told)
    return as_told if latest <= now else now.isoformat()


async def _check_text(
    pieces: AsyncGenerator[str, None],
    sources: Sequence[Hit],
    cited: list[Hit],
    check: ClaimCheck,
    own: OwnWords,
    model: str,
) -> AsyncGenerator[str, None]:
    """Yield a model's text as it comes: nothing in it acts, its sources are numbered, its claims marked."""
    numbered = number_citations(defuse_stream(pieces), sources, cited)
    async with aclosing(mark_claims(numbered, cited, check, own)) as marked:
        async for piece in marked:
            yield piece
    UNCITED.labels(model).inc(len(check.uncited))


def _has_nothing_to_say(settings: Settings, request: ChatRequest, findings: Findings) -> bool:
    """Tell whether the right answer is that nothing is known; a client's tools may know what we don't."""
    if not settings.answering.abstain or request.tools or "search" in findings.degraded:
        return False
    return findings.answerable is False or not findings.hits


def answer_chat(settings: Settings, request: ChatRequest, question: Question) -> Answer:
    """Return the fixed answer to who greets, thanks, or asks what can be asked; nothing is searched.

    Args:
        settings: Of the platform.
        request: The conversation.
        question: One that asks for nothing.
    """

    async def read() -> AsyncGenerator[str, None]:
        yield say_chat(question.text, question.understood.language)

    return Answer(
        model=request.model,
        text=read(),
        cited=[],
        outcome=Outcome(),
        as_of=None,
        findings=Findings([], {}, ()),
        degraded=(),
        writer="nobody",
        reader=make_reader(settings, question.groups),
    )


def _tell_own(
    settings: Settings, request: ChatRequest, question: Question, findings: Findings, reading: Reading
) -> Answer:
    """Return the answer that a reading is by itself, since it tells of the platform; no model is asked."""
    cited: list[Hit] = []

    async def read() -> AsyncGenerator[str, None]:
        yield compose_with(reading, reading.hits)

    return Answer(
        model=request.model,
        text=number_citations(read(), reading.hits, cited),
        cited=cited,
        outcome=Outcome(),
        as_of=find_latest(reading.hits, datetime.now(UTC)),
        findings=findings,
        degraded=findings.degraded,
        writer="nobody",
        reader=make_reader(settings, question.groups),
    )


def _abstain(settings: Settings, request: ChatRequest, question: Question, findings: Findings) -> Answer:
    """Return the answer that nothing is known, and what was nearest; no model is asked."""
    near = {defuse_title(title_of(hit)): hit for hit in reversed(findings.hits)}
    titles = tuple(dict.fromkeys(defuse_title(title_of(hit)) for hit in findings.hits))[:_LOOKED_AT]
    nearest = [near[title] for title in titles]
    cited: list[Hit] = []

    async def read() -> AsyncGenerator[str, None]:
        yield say_nothing(question, findings, nearest)

    return Answer(
        model=request.model,
        text=number_citations(read(), nearest, cited),
        cited=cited,
        outcome=Outcome(),
        as_of=find_latest(findings.hits, datetime.now(UTC)),
        findings=findings,
        degraded=findings.degraded,
        writer="nobody",
        reader=make_reader(settings, question.groups),
        looked_at=titles,
    )
