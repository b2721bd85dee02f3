"""Writes the answer: quotes with their numbers, and the few words of the model itself."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from processors.knowledge.blocks import Block, Span
from processors.knowledge.blocks.walking import walk
from processors.knowledge.markdown.quoting import quote_span
from processors.knowledge.steps.fitting import Room, fit_blocks
from processors.retrieval.language import Phrases
from serving.model_server.extractive.observations import is_observation
from serving.model_server.extractive.pages import Page, Procedure
from serving.model_server.extractive.quote import quote_prose
from serving.model_server.extractive.quote_blocks import Quoting, quote_blocks, quote_item
from serving.model_server.extractive.score import ScoredUnit
from serving.model_server.extractive.select import Selection
from serving.model_server.extractive.trimming import (
    MAX_CHARACTERS,
    MAX_STEPS,
    choose_tabs,
    drop_lead,
    replace_diagrams,
)

_LONGEST_LINE: Final = 500


def compose_answer(
    selection: Selection, phrases: Phrases, asked_words: Collection[str] = (), asked: str = ""
) -> str:
    """Write the answer as Markdown.

    Args:
        selection: What to quote.
        phrases: The model's own words in the question's language.
        asked_words: Words of the question, by which one of several tabs is chosen.
        asked: The time asked about, if the prompt names one.

    Returns:
        The quotes, each with the number of its source, and last the line that says what they are.
    """
    parts: list[str] = []
    if selection.procedures:
        parts.append("\n".join(_compose_procedures(selection, phrases, asked_words)))
    if selection.observations:
        observed = phrases.observed.format(time=f" ({asked})" if asked else "")
        parts += [observed, _compose_items(selection.observations, phrases)]
    if selection.statements:
        parts += [phrases.advice] if selection.observations else []
        parts.append(_compose_items(selection.statements, phrases))
    if selection.also:
        parts.append(_compose_also(selection.also, phrases))
    return "\n\n".join([*(part.rstrip() for part in parts), phrases.extractive])


def _compose_also(pages: Sequence[Page], phrases: Phrases) -> str:
    named = [f"{quote_prose(page.name)} [{page.source.n}]" for page in pages]
    return f"{phrases.also} {', '.join(named)}"


def _compose_procedures(
    selection: Selection, phrases: Phrases, asked_words: Collection[str]
) -> Iterator[str]:
    """Yield the lines of procedures, each part of the answer behind an empty one."""
    first = selection.procedures[0]
    # Commands alone would stand there without their source.
    citation = f" [{first.source}]" if all(block["kind"] == "code" for block in first.blocks) else ""
    if any(first.path):
        yield f"{phrases.steps} {quote_prose(' › '.join(first.path))}:{citation}"
    for source, block in selection.warnings:
        yield ""
        yield from quote_blocks([block], Quoting(f"[{source}]", phrases))
    room = Room(MAX_STEPS, MAX_CHARACTERS)
    for procedure in selection.procedures:
        blocks = fit_blocks(_trim(procedure, asked_words), room)
        levels = [block["level"] for block in walk(blocks) if block["kind"] == "heading"]
        yield ""
        yield from quote_blocks(blocks, Quoting(f"[{procedure.source}]", phrases, min(levels, default=1)))
    for source, block in selection.others:
        yield ""
        yield from quote_blocks([block], Quoting(f"[{source}]", phrases))


def _trim(procedure: Procedure, asked_words: Collection[str]) -> list[Block]:
    return drop_lead(replace_diagrams(choose_tabs(procedure.blocks, asked_words)))


def _compose_items(units: Sequence[ScoredUnit], phrases: Phrases) -> str:
    items = [_compose_item(unit, phrases) for unit in units]
    return "\n".join(f"{item}\n" if "\n\n" in item else item for item in items)


def _compose_item(one: ScoredUnit, phrases: Phrases) -> str:
    """Write a unit as an item of a list."""
    citation = f"[{one.source.n}]"
    if is_observation(one.source):
        return f"- {quote_span(_shorten(one.unit.text))} {citation}"
    children = replace_diagrams([child for block in one.unit.blocks for child in _open(block)])
    return "\n".join(quote_item(children, "-", Quoting(citation, phrases)))


def _open(block: Block) -> list[Block]:
    """Return what stands in an item or a row, as blocks of an item of the answer."""
    if block["kind"] == "list":
        return block["children"][0]["children"]
    if block["kind"] == "heading":
        return [{**block, "kind": "paragraph"}]
    if block["kind"] != "table":
        return [block]
    (row,) = block["rows"]
    spans = [span for cell in filter(None, row) for span in (Span(kind="text", text=" · "), *cell)]
    return [{**block, "kind": "paragraph", "spans": spans[1:]}]


def _shorten(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"
