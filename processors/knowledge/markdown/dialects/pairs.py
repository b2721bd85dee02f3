"""Pairs of tags, rewritten to the containers that they are, or to words where they stand in a sentence."""

from collections.abc import Sequence
from typing import Final

from processors.knowledge.blocks.escaping import escape_words
from processors.knowledge.markdown.dialects.branches import New
from processors.knowledge.markdown.dialects.colons import write_meaning
from processors.knowledge.markdown.dialects.components import DIALECT as COMPONENT
from processors.knowledge.markdown.dialects.components import list_choices
from processors.knowledge.markdown.dialects.liquid import DIALECT as LIQUID
from processors.knowledge.markdown.dialects.meanings import Meaning, is_group, read_meaning
from processors.knowledge.markdown.dialects.placing import Place
from processors.knowledge.markdown.dialects.source import Source
from processors.knowledge.markdown.dialects.tags import Pair, Tag
from processors.knowledge.markdown.markers import Mark, read_mark, write_mark

_LINKS: Final = ("link", "navlink", "a")
_FENCES: Final = ("```", "~~~")


def read_meanings(tags: Sequence[Tag], pairs: Sequence[Pair]) -> list[Meaning]:
    """Return what each pair means; a tab may have its label from its group, by its value or its turn."""
    groups = [pair for pair in pairs if is_group(tags[pair.opening].name)]
    turns: dict[Pair, int] = {}
    meanings = []
    for pair in pairs:
        tag = tags[pair.opening]
        meaning = read_meaning(tag.name, tag.arguments)
        around = next(
            (group for group in reversed(groups) if group.opening < pair.opening < group.closing), None
        )
        if meaning.kind == "tab" and around:
            turn = turns[around] = turns.get(around, -1) + 1
            meaning = _name_tab(meaning, tag, tags[around.opening], turn)
        elif meaning.kind == "tab":
            meaning = meaning._replace(name="")
        meanings.append(meaning)
    return meanings


def _name_tab(meaning: Meaning, tag: Tag, group: Tag, turn: int) -> Meaning:
    given = group.arguments
    by_value = dict(list_choices(given.get("values", "")))
    items = [item.strip("'\"[] ") for item in given.get("items", "").split(",") if item.strip("'\"[] ")]
    items = items or [value for name, value in given.items() if name.isdigit()]
    label = meaning.label or (items[turn] if turn < len(items) else "")
    if tag.dialect == LIQUID and given.get("") and tag.arguments[""].startswith(f"{given['']} "):
        # Jekyll's tabs name their group first.
        label = tag.arguments[""].removeprefix(given[""]).strip(" '\"")
    if "label" not in tag.arguments:
        label = by_value.get(tag.arguments.get("value", ""), label)
    # Docsy's panes are code, unless they say that they are text.
    is_code = group.name.lower() == "tabpane" and given.get("text") != "true"
    language = (meaning.name or given.get("lang", "") or "text") if is_code else ""
    language = tag.arguments.get("codelang", language)
    return meaning._replace(label=label, name="" if tag.arguments.get("text") == "true" else language)


def write_pair(
    source: Source, tags: Sequence[Tag], places: Sequence[Place], pair: Pair, meaning: Meaning
) -> dict[int, New]:
    """Return what takes the place of two tags.

    Args:
        source: The page.
        tags: Of the page.
        places: Of the tags.
        pair: Which two.
        meaning: Theirs.
    """
    tag, opening, closing = tags[pair.opening], places[pair.opening], places[pair.closing]
    apart = closing.leads and closing.ends and closing.first > opening.first
    closed: New = ("", apart)
    if meaning.kind == "group":
        return _write_group(tag, opening, closing, pair, meaning, closed)
    in_line = opening.first == closing.first
    if meaning.kind == "code" and (in_line or not opening.heads):
        ticks = "`" if in_line else ""
        return {pair.opening: (ticks, False), pair.closing: (ticks, False)}
    if not opening.heads:
        words = meaning.name.capitalize() if meaning.kind == "quote" else meaning.label
        return {pair.opening: (f"{escape_words(words)}: " if words else "", False), pair.closing: closed}
    below = source.lines[opening.last + 1 : closing.first + (0 if apart else 1)]
    count = len(below) + opening.last - opening.first
    begins = next(filter(str.strip, below), "").strip()
    if meaning.kind == "code" and begins.startswith(_FENCES):
        # It only frames a block of code.
        return {pair.opening: (escape_words(meaning.label), True), pair.closing: closed}
    if meaning.kind == "tab":
        mark = write_meaning("tab", "", meaning.label, count, tag.raw)
        if meaning.name and not begins.startswith(_FENCES):
            mark += write_meaning("code", meaning.name, "", count, "")
    else:
        mark = write_meaning(meaning.kind, meaning.name, meaning.label, count, tag.raw)
    if tag.dialect == COMPONENT:
        mark = _indent(mark, below, source.lines[opening.first])
    return {pair.opening: (mark, True), pair.closing: closed}


def _write_group(
    tag: Tag, opening: Place, closing: Place, pair: Pair, meaning: Meaning, closed: New
) -> dict[int, New]:
    href = tag.arguments.get("to") or tag.arguments.get("href", "")
    if tag.name.lower() in _LINKS and href and opening.first == closing.first:
        return {pair.opening: ("[", False), pair.closing: (f"](<{href}>)", False)}
    alone = opening.leads and opening.ends
    return {pair.opening: (escape_words(meaning.label) if alone else "", alone), pair.closing: closed}


def _indent(mark: str, below: Sequence[str], line: str) -> str:
    """Let what a component holds be as far in as it is: in MDX that makes no code of it."""
    read = read_mark(mark, 0)
    own = _measure(line)
    least = min((_measure(other) for other in below if other.strip()), default=own)
    if read is None or least <= own:
        return mark
    held: Mark = {**read[0], "indent": least - own}
    return write_mark(held) + mark[read[1] :]


def _measure(line: str) -> int:
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip(" "))
