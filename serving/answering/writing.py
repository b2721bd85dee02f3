"""An answer in the making: sources chosen, the model asked, citations numbered, the lack of them marked."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from opensearchpy.exceptions import ConnectionError as SearchDownError

from processors.knowledge.markdown.inert import defuse_stream
from processors.knowledge.markdown.quoting import defuse_title
from processors.knowledge.times import read_moment
from processors.retrieval.readings.chat import say_chat
from processors.retrieval.readings.composing import compose_reading
from serving.answering.answer import Answer, Writer
from serving.answering.claims import ClaimCheck, mark_claims
from serving.answering.conversation import list_tool_turns
from serving.answering.links import make_reader
from serving.answering.numbering import number_citations
from serving.answering.packing import choose_sources, open_counter
from serving.answering.phrases import choose_words
from serving.answering.prompt import build_messages, compose_with, title_of
from serving.answering.remarks import begin_from_memory, begin_with, quote_passages, say_nothing, say_unknown
from serving.answering.withholding import read_if_cited
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


class _Text(NamedTuple):
    """A text, who wrote it, and what is told of it once it has been read."""

    shown: AsyncGenerator[str, None]
    cited: list[Hit]
    outcome: Outcome
    check: ClaimCheck
    writer: Writer
    is_down: bool = False


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
    text = await _write(clients, settings, request, question, messages, sources, reading)
    shown = text.shown
    degraded = {*findings.degraded, *down, *(("model",) if text.is_down else ())}
    if "search" in degraded:
        shown = begin_from_memory(shown, own, findings.versions)
    if findings.unknown_namespaces:
        shown = begin_with(say_unknown(findings.unknown_namespaces, own), shown)
    if reading is not None and not is_answered:
        # What documents say follows; no observation of the reading is cited by number here.
        shown = begin_with(compose_reading(reading.lines, {}), shown)
    return Answer(
        model=request.model,
        text=_begin_as_asked(settings, question, shown),
        cited=text.cited,
        outcome=text.outcome,
        as_of=find_latest(sources, datetime.now(UTC)),
        findings=findings,
        degraded=tuple(sorted(degraded)),
        writer=text.writer,
        reader=make_reader(settings, question.groups),
        check=text.check,
    )


def _begin_as_asked(
    settings: Settings, question: Question, shown: AsyncGenerator[str, None]
) -> AsyncGenerator[str, None]:
    """Return a text behind the word that nothing is written anew, if that was asked of who only quotes."""
    asked = question.understood
    if asked.kind != "write" or settings.answering.model not in QUOTING:
        return shown
    return begin_with(choose_words(asked.language).only_quotes, shown)


async def _write(
    clients: Clients,
    settings: Settings,
    request: ChatRequest,
    question: Question,
    messages: list[dict[str, Any]],
    sources: Sequence[Hit],
    reading: Reading | None,
) -> _Text:
    """Return the model's text, or the passages if it is down or may not be shown."""
    own = choose_words(question.understood.language)
    written = await open_stream(clients, settings, request, messages)
    outcome = Outcome()
    if written is not None:
        pieces, outcome = written
        cited: list[Hit] = []
        check = ClaimCheck()
        shown = _check_text(pieces, sources, cited, check, own, request.model)
        if not settings.answering.withhold_uncited or request.tools:
            return _Text(shown, cited, outcome, check, "model")
        if kept := await read_if_cited(shown, question.understood.asked, cited, check, request.model):
            return _Text(kept, cited, outcome, check, "model")
        outcome.finish_reason = "stop"
    quoted: list[Hit] = []
    passages = quote_passages(sources, own, reading, withheld=written is not None)
    shown = number_citations(defuse_stream(passages), sources, quoted)
    return _Text(shown, quoted, outcome, ClaimCheck(), "passages", is_down=written is None)


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

    shown = number_citations(read(), nearest, cited)
    return Answer(
        model=request.model,
        text=_begin_as_asked(settings, question, shown),
        cited=cited,
        outcome=Outcome(),
        as_of=find_latest(findings.hits, datetime.now(UTC)),
        findings=findings,
        degraded=findings.degraded,
        writer="nobody",
        reader=make_reader(settings, question.groups),
        looked_at=titles,
    )
