"""Quotes blocks in their order: words, code, lists with their numbers, quotes, tabs, tables, each inert.

Every claim of an answer has the number of its source: a sentence of prose at its end, an item of a list with
all that is in it once.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from processors.knowledge.blocks import Block, Cell, Span
from processors.knowledge.blocks.escaping import escape_closing, escape_start
from processors.knowledge.blocks.walking import walk
from processors.retrieval.language import ABBREVIATED, Phrases
from serving.model_server.extractive.quote import quote_code, quote_inline, quote_line, quote_prose

_CLAIM_END: Final = re.compile(
    rf"(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))|(?<=[.!]){ABBREVIATED}(?=\s+[^\s\[])", re.DOTALL
)
_COUNTED: Final = re.compile(r"^(\d+) (\w+)$")
_ASIDE: Final = ("list", "table", "tab", "details")
_HIGHEST: Final = 3


class Quoting(NamedTuple):
    """How blocks are quoted: with which citation, in whose words, and the level of the highest heading."""

    citation: str
    phrases: Phrases
    highest: int = 1


def quote_blocks(blocks: Sequence[Block], how: Quoting, *, is_inside: bool = False) -> Iterator[str]:
    """Yield the lines of quoted blocks.

    Args:
        blocks: Of a source, in their order.
        how: Citation and words.
        is_inside: Whether they stand in an item, which is cited already.

    Example:
        >>> from processors.knowledge.markdown.reading import read_markdown
        >>> from processors.retrieval.language import PHRASES
        >>> blocks = read_markdown("If it is red:\\n\\n1. Look. Wait.\\n   1. Act.")
        >>> print(*quote_blocks(blocks, Quoting("[2]", PHRASES["en"])), sep="\\n")
        If it is red: [2]
        <BLANKLINE>
        1. Look. Wait. [2]
           1. Act.
    """
    before: Block | None = None
    other = False
    for block in blocks:
        # Two lists one after the other would be one.
        other = block["kind"] == "list" and before is not None and before["kind"] == "list" and not other
        lines = list(_quote(block, how, is_inside=is_inside, other=other))
        if not lines:
            continue
        if before and not (is_inside and before["kind"] == "paragraph" and block["kind"] == "list"):
            yield ""
        yield from lines
        before = block


def _quote(block: Block, how: Quoting, *, is_inside: bool, other: bool) -> Iterator[str]:
    kind = block["kind"]
    if kind == "paragraph":
        quoted = quote_line(block["spans"], how.phrases)
        yield from (quoted if is_inside else _cite(quoted, how.citation)).split("\n")
    elif kind == "heading":
        level = min(6, _HIGHEST + max(0, block["level"] - how.highest))
        yield _join("#" * level, escape_closing(quote_inline(block["spans"], how.phrases)), how.citation)
    elif kind == "code":
        yield from quote_code(block["text"], block["language"])
    elif kind == "list":
        yield from _quote_list(block, how, other=other)
    elif kind == "table":
        yield from _quote_table(block, how)
    elif kind == "omitted":
        yield _join(f"{say_left_out(block, how.phrases)}", how.citation)
    elif kind != "rule":
        yield from _quote_apart(block, how, is_inside=is_inside)


def _join(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _cite(quoted: str, citation: str) -> str:
    """Put the citation behind each sentence."""
    if not citation:
        return quoted
    return f"{_CLAIM_END.sub(lambda found: found['code'] or f' {citation}', quoted)} {citation}"


def _quote_list(block: Block, how: Quoting, *, other: bool) -> Iterator[str]:
    before = None
    was_long = False
    for item in block["children"]:
        number = item["number"] if block["ordered"] else ""
        counted = int(number) if number.isdecimal() and len(number) < 10 else None
        if before is not None and counted != before + 1:
            # Markdown counts by ones, so what goes on elsewhere is a list of its own.
            other = not other
            yield ""
        elif was_long:
            yield ""
        mark = "*" if other else "-"
        if counted is not None:
            mark = f"{counted}{')' if other else '.'}"
        done = item.get("done")
        heads = ["" if done is None else f"[{'x' if done else ' '}]", "" if counted is not None else number]
        lines = quote_item(item["children"], mark, how, _join(heads[0], f"{heads[1]}." if heads[1] else ""))
        yield from lines
        before, was_long = counted, len(item["children"]) > 1


def quote_item(children: Sequence[Block], mark: str, how: Quoting, head: str = "") -> list[str]:
    """Return the lines of an item: the citation stands behind its first paragraph.

    Args:
        children: What is in it.
        mark: Such as `-` or `2.`.
        how: Citation and words.
        head: What stands before its words: the box of a task, or a number that Markdown doesn't know.
    """
    first, rest = (children[0], children[1:]) if children else (None, [])
    if first is None or first["kind"] not in ("paragraph", "omitted"):
        first, rest = None, children
    said = _quote_first(first, how) if first else ""
    lines = _join(head, said, how.citation).split("\n")
    below = list(quote_blocks(rest, how._replace(citation=""), is_inside=True))
    if below and not (first and rest[0]["kind"] == "list"):
        lines.append("")
    indent = " " * (len(mark) + 1)
    first_line, *others = [*lines, *below]
    return [f"{mark} {first_line}".rstrip(), *(f"{indent}{line}" if line else "" for line in others)]


def _quote_first(block: Block, how: Quoting) -> str:
    if block["kind"] == "omitted":
        return say_left_out(block, how.phrases)
    return quote_line(block["spans"], how.phrases)


def _quote_table(block: Block, how: Quoting) -> Iterator[str]:
    """Yield rows as items below the names of the columns, numbered where the first column counts them."""
    counts = _counts_rows(block)
    header = _quote_cells(block["header"][counts:], how)
    if header:
        yield f"{header}:"
        yield ""
    for row in block["rows"]:
        mark = "-"
        if counts:
            mark = f"{_read_number(row)}."
        yield _join(mark, _quote_cells(row[counts:], how), how.citation)


def _counts_rows(block: Block) -> bool:
    numbers = [_read_number(row) for row in block["rows"] if row]
    return bool(numbers) and all(
        number.isdecimal() and len(number) < 4 and int(number) == int(numbers[0]) + at
        for at, number in enumerate(numbers)
    )


def _read_number(row: Sequence[Cell]) -> str:
    return "".join(span["text"] for span in row[0]).strip(" .)")


def _quote_cells(cells: Sequence[Cell], how: Quoting) -> str:
    """Return cells in one line."""
    quoted = [quote_inline(list(_join_lines(cell)), how.phrases) for cell in cells]
    return escape_start(" · ".join(filter(None, quoted)))


def _join_lines(cell: Cell) -> Iterator[Span]:
    """Yield what a cell says; the lines in it are parted by a sign."""
    for at, span in enumerate(cell):
        if span["kind"] != "break":
            yield span
        elif at:
            is_parted = cell[at - 1]["text"].rstrip().endswith(tuple(".,:;!?"))
            yield Span(kind="text", text=" " if is_parted else "; ")


def _quote_apart(block: Block, how: Quoting, *, is_inside: bool) -> Iterator[str]:
    """Yield a quote, a tab or folded text below its label; a quote that holds steps is shown as they are."""
    is_quote = block["kind"] == "quote"
    label = _name_quote(block["label"], how.phrases) if is_quote else quote_prose(block["label"])
    head = f"{label.rstrip(':')}:" if label and not label.endswith("?") else label
    if title := block.get("title", ""):
        head = _join(head, quote_prose(title), "" if is_inside else how.citation)
    body = list(quote_blocks(block["children"], how, is_inside=is_inside))
    lines = [*([head] if head else []), *([""] if head and body else []), *body]
    if is_quote and not any(inner["kind"] in _ASIDE for inner in walk(block["children"])):
        lines = [f"> {line}".rstrip() for line in lines]
    yield from lines


def _name_quote(label: str, phrases: Phrases) -> str:
    return phrases.labels.get(label, quote_prose(label.capitalize()))


def say_left_out(block: Block, phrases: Phrases) -> str:
    """Say what a source has and the answer hasn't.

    Example:
        >>> from processors.retrieval.language import PHRASES
        >>> block = {"kind": "omitted", "what": "7 steps", "target": "", "first": 1, "last": 1}
        >>> [say_left_out(block, phrases) for phrases in PHRASES.values()]
        ['Not shown here: 7 more steps', 'Здесь не показано: ещё шагов: 7']
    """
    what = block["what"]
    counted = _COUNTED.match(what)
    name = counted[2] if counted else what
    named = phrases.kinds.get(name, quote_prose(what))
    named = named.format(count=counted[1]) if counted and name in phrases.kinds else named
    target = quote_line([{"kind": "code", "text": block["target"]}]) if block["target"] else ""
    return phrases.left_out.format(what=_join(named, target))
