"""What the service says itself, before an answer or in place of one."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.quoting import defuse_title
from processors.retrieval.readings.chat import suggest_questions
from serving.answering.phrases import OwnWords, choose_words
from serving.answering.prompt import compose_with, describe_window, title_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from processors.retrieval.hybrid import Hit
    from processors.retrieval.readings.reading import Reading
    from serving.retrieval.question import Findings, Question

_SHOWN_PASSAGES: Final = 3


def begin_from_memory(
    pieces: AsyncGenerator[str, None], own: OwnWords, versions: dict[str, str | None]
) -> AsyncGenerator[str, None]:
    """Return a text after a sentence that says from which version it is remembered.

    Args:
        pieces: The text as it comes.
        own: Our sentences, in the language of the question.
        versions: Of each pipeline the version, None if it has none.
    """
    named = ", ".join(version for version in versions.values() if version)
    return begin_with(own.from_memory.format(versions=named), pieces)


async def begin_with(sentence: str, pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Yield a text after a sentence of our own."""
    async with aclosing(pieces):
        # What fails before the first word is no answer at all.
        first = await anext(pieces, "")
        yield f"{sentence}\n\n"
        yield first
        async for piece in pieces:
            yield piece


def say_unknown(namespaces: Sequence[str], own: OwnWords) -> str:
    """Return the sentence that nothing is recorded of namespaces.

    Example:
        >>> say_unknown(["shop"], choose_words("en"))
        'Nothing is recorded of the namespace `shop`.'
    """
    return own.unknown_namespace.format(names=", ".join(f"`{name}`" for name in namespaces))


def say_nothing(question: Question, findings: Findings, nearest: Sequence[Hit]) -> str:
    """Return the answer that nothing is known: where was looked, what was nearest, and what can be asked.

    Args:
        question: The one that was searched for.
        findings: What came of it: versions, time, namespaces, a reading of the index.
        nearest: What was nearest, to be cited by its numbers from 1.
    """
    own = choose_words(question.understood.language)
    suggested = suggest_questions(question.understood.language)
    return f"{_say_where(own, findings, nearest)}\n\n{suggested}"


def _say_where(own: OwnWords, findings: Findings, nearest: Sequence[Hit]) -> str:
    unknown = say_unknown(findings.unknown_namespaces, own) if findings.unknown_namespaces else ""
    if findings.reading:
        unknown = compose_with(findings.reading, nearest)
        if not nearest:
            return unknown
    searched = [version for version in findings.versions.values() if version]
    if findings.window:
        searched.append(describe_window(findings.window))
    if not nearest:
        return f"{unknown or own.nothing_there} ({', '.join(searched)})"
    listed = "\n".join(
        f"- {defuse_markdown(defuse_title(title_of(hit)), is_quoted=True)} [{n}]"
        for n, hit in enumerate(nearest, start=1)
    )
    return f"{unknown or own.unknown}\n\n{own.looked_at.format(searched=', '.join(searched))}\n\n{listed}"


async def quote_passages(
    sources: Sequence[Hit], own: OwnWords, reading: Reading | None = None, *, withheld: bool = False
) -> AsyncGenerator[str, None]:
    """Yield a reading, or the best passages, as an answer that says what it is.

    Args:
        sources: As numbered in the answer, best first.
        own: Our sentences, in the language of the question.
        reading: What the index says by the reading of the question's kind.
        withheld: Whether they stand for what a model wrote, not for a model that is down.
    """
    composed = compose_with(reading, sources) if reading is not None else ""
    if composed and reading is not None and not reading.is_partial:
        yield composed
        return
    if not sources:
        yield own.nothing_there if withheld else own.nothing_found
        return
    yield own.withheld if withheld else own.passages_follow
    if composed:
        yield f"\n\n{composed}"
    for n, hit in enumerate(sources[:_SHOWN_PASSAGES], start=1):
        # Numbers in a passage are its own; they cite none of these.
        text = defuse_markdown(hit["text"], is_quoted=True)
        quoted = "\n".join(f"> {line}" for line in text.splitlines())
        title = defuse_markdown(title_of(hit), is_quoted=True)
        yield f"\n\n**{title}** [{n}]\n\n{quoted}"
