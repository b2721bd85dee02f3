"""Writes the answer: quotes with their numbers, and the few words of the model itself."""

from collections.abc import Sequence
from typing import Final

from processors.knowledge.markdown.quoting import quote_span
from processors.retrieval.language import Phrases
from serving.model_server.extractive.quote import quote_code, quote_prose
from serving.model_server.extractive.score import ScoredUnit, is_observation
from serving.model_server.extractive.select import Selection

_LONGEST_LINE: Final = 500


def compose_answer(selection: Selection, phrases: Phrases, asked: str = "") -> str:
    """Write the answer as Markdown.

    Args:
        selection: What to quote.
        phrases: The model's own words in the question's language.
        asked: The time asked about, if the prompt names one.

    Returns:
        The quotes, each with the number of its source, and last the line that says what they are.
    """
    blocks: list[str] = []
    if selection.steps:
        blocks.append(_compose_steps(selection.steps, phrases))
    if selection.observations:
        observed = phrases.observed.format(time=f" ({asked})" if asked else "")
        blocks += [observed, _compose_items(selection.observations)]
    if selection.statements:
        blocks += [phrases.advice] if selection.observations else []
        blocks.append(_compose_items(selection.statements))
    return "\n\n".join([*(block.rstrip() for block in blocks), phrases.extractive])


def _compose_steps(steps: Sequence[ScoredUnit], phrases: Phrases) -> str:
    title = steps[0].source.title
    head = [f"{phrases.steps} {quote_prose(title.replace(' > ', ' › '))}:", ""] if title else []
    first = steps[0].unit.number
    marks = [f"{first + place}." if first else "-" for place in range(len(steps))]
    return "\n".join([*head, *(_compose_unit(step, mark) for step, mark in zip(steps, marks, strict=True))])


def _compose_items(units: Sequence[ScoredUnit]) -> str:
    return "\n".join(_compose_unit(unit, "-") for unit in units)


def _compose_unit(one: ScoredUnit, mark: str) -> str:
    """Write one list item: text and citation, nested lines, then code, all indented to stay inside it."""
    indent = " " * (len(mark) + 1)
    first, *nested = one.unit.text.split("\n")
    quoted = quote_span(_shorten(first)) if is_observation(one.source) else quote_prose(first)
    lines = [" ".join(part for part in (mark, quoted, f"[{one.source.n}]") if part)]
    lines += [f"{indent}- {quote_prose(line.lstrip('-*+• '))}" for line in nested]
    for code in one.unit.codes:
        lines += ["", quote_code(code, indent)]
    return "\n".join(lines) + ("\n" if one.unit.codes else "")


def _shorten(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"
