"""Markdown as blocks: the one reading of a page, of a chunk and of a source that a model is given."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it.token import Token

from processors.knowledge.blocks import Block, Cell, Span
from processors.knowledge.blocks.spans import settle_spans, to_words
from processors.knowledge.html.elements import Builder, Element, Text
from processors.knowledge.html.flow import is_block, read_flow
from processors.knowledge.html.line import read_line
from processors.knowledge.html.tables import make_table
from processors.knowledge.html.tags import feed_html
from processors.knowledge.markdown.inline import read_inline
from processors.knowledge.markdown.marked import make_marked
from processors.knowledge.markdown.markers import Mark
from processors.knowledge.markdown.parser import open_parser
from processors.knowledge.markdown.typed import is_typed

_TITLE: Final = re.compile(r"""\b(?:title|caption|filename)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_RAW: Final = frozenset(["pre", "listing", "xmp"])


class _Reader:
    """The tokens of a page with the place that is read next, and the page's lines."""

    def __init__(self, text: str, *, marked: bool) -> None:
        self.tokens: Sequence[Token] = open_parser(marked=marked).parse(text)
        self.lines = text.split("\n")
        self.at = 0
        # The line of the item that is read, once its first block is.
        self.item = 0

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def cover(self, token: Token) -> tuple[int, int]:
        """Return the first and last line of a token, without empty ones behind."""
        first, end = token.map or [0, 1]
        while end > first + 1 and not self.lines[end - 1].strip(" \t>"):
            end -= 1
        return first + 1, end


def read_markdown(text: str, *, marked: bool = False) -> list[Block]:
    """Return the blocks of Markdown; its lines end with a line feed, whatever else is in them is text.

    Args:
        text: Markdown.
        marked: Whether other dialects were rewritten to marks in it.

    Example:
        >>> (steps,) = read_markdown("1. Look:\\n\\n   ```sh\\n   ls\\n   ```")
        >>> [(block["kind"], block["first"]) for block in steps["children"][0]["children"]]
        [('paragraph', 1), ('code', 3)]
    """
    reader = _Reader(text, marked=marked)
    return _read_siblings(reader, len(reader.tokens))


def _read_siblings(reader: _Reader, end: int | None = None) -> list[Block]:
    """Read to the end of what is open; tags between blocks hold the blocks that stand between them."""
    builder, plain, blocks = Builder(), True, list[Block]()
    while reader.at < (len(reader.tokens) if end is None else end):
        token = reader.tokens[reader.at]
        if token.nesting < 0:
            break
        if token.type == "html_block":
            if plain:
                builder.add(blocks)
                plain = False
            # What was written apart stays apart.
            builder.open_tag("div", {}, 1, empty=True)
            feed_html(builder, reader.take().content, (token.map or [0])[0] + 1)
            continue
        read = _read_block(reader)
        if plain:
            blocks += read
        elif builder.open[-1].tag in _RAW or any(element.tag in _RAW for element in builder.open):
            # Within `<pre>` nothing is Markdown, even behind an empty line, where CommonMark thinks so.
            begin, stop = token.map or [0, 0]
            builder.add([Text("\n" + "\n".join(reader.lines[begin:stop]) + "\n", begin)])
        else:
            builder.add(read)
    if end is None:
        reader.take()
    return blocks if plain else read_flow(builder.finish(len(reader.lines)).children)


def _read_block(reader: _Reader) -> list[Block]:
    token = reader.take()
    first, last = reader.cover(token)
    kind = token.type
    if kind == "paragraph_open":
        inline = reader.take()
        reader.take()
        if reader.item and is_typed(reader.lines[first - 1 : last], reader.lines[reader.item - 1]):
            return [Block(kind="code", language="", text=inline.content, first=first, last=last)]
        return _read_text(inline, first, last)
    if kind == "heading_open":
        spans = _read_spans(reader.take(), first)
        reader.take()
        return [_read_heading(token, spans, first, last)]
    if kind in ("fence", "code_block"):
        return [_read_code(token, first, last)]
    if kind in ("bullet_list_open", "ordered_list_open"):
        return [_read_list(reader, token, first, last)]
    if kind == "blockquote_open":
        return [_read_quote(token, _read_within(reader), first, last)]
    if kind == "mark_open":
        mark: Mark = token.meta["mark"]
        label = read_line_of_markdown(mark.get("label", ""))
        return list(make_marked(mark, label, _read_within(reader), first, last))
    if kind == "table_open":
        rows = list(_read_rows(reader))
        return [make_table(rows[0], rows[1:], first, last)]
    return [Block(kind="rule", first=first, last=last)]


def _read_within(reader: _Reader) -> list[Block]:
    """Read what is in a quote or the like, which is beside no item's line."""
    above, reader.item = reader.item, 0
    children = _read_siblings(reader)
    reader.item = above
    return children


def _read_text(inline: Token, first: int, last: int) -> list[Block]:
    """Read a paragraph; one with tags of blocks in it is read as the blocks that it shows."""
    spans = _read_words(inline)
    if spans is None:
        content = read_inline(inline, first)
        if any(isinstance(child, Element) and is_block(child) for child in content.children):
            return read_flow(content.children)
        spans = settle_spans(read_line(content.children))
    return [Block(kind="paragraph", spans=spans, first=first, last=last)] if spans else []


def _read_words(inline: Token) -> list[Span] | None:
    """Return the spans of words and nothing else, as most cells have them, or None."""
    children = inline.children or ()
    if any(child.type not in ("text", "softbreak") for child in children):
        return None
    words = " ".join("".join(child.content or " " for child in children).split())
    return [Span(kind="text", text=words)] if words else []


def _read_heading(token: Token, spans: list[Span], first: int, last: int) -> Block:
    joined = settle_spans(
        {"kind": "text", "text": " "} if span["kind"] == "break" else span for span in spans
    )
    block = Block(kind="heading", level=int(token.tag[1:]), spans=joined, first=first, last=last)
    if anchor := token.meta.get("anchor"):
        block["anchor"] = str(anchor)
    return block


def _read_code(token: Token, first: int, last: int) -> Block:
    words = token.info.split()
    block = Block(
        kind="code",
        language=words[0] if words and "=" not in words[0] else "",
        text=token.content.removesuffix("\n"),
        first=first,
        last=last,
    )
    if found := _TITLE.search(token.info):
        block["title"] = found[1] or found[2] or ""
    return block


def _read_list(reader: _Reader, opening: Token, first: int, last: int) -> Block:
    ordered = opening.type == "ordered_list_open"
    number = int(opening.attrs.get("start", 1))
    items: list[Block] = []
    while (token := reader.take()).nesting > 0:
        begin, end = reader.cover(token)
        named = str(token.meta.get("number", number if ordered else ""))
        children = _read_item(reader, begin)
        items.append(
            Block(
                kind="item",
                number=named,
                done=token.meta.get("done"),
                children=children,
                first=begin,
                last=end,
            )
        )
        number += 1
    ordered = ordered or bool(items[0]["number"])
    return Block(kind="list", ordered=ordered, children=items, first=first, last=last)


def _read_item(reader: _Reader, line: int) -> list[Block]:
    """Read what is in an item; what stands in its own line is never taken for code below it."""
    above, reader.item = reader.item, 0
    first: list[Block] = []
    if reader.tokens[reader.at].type == "paragraph_open":
        first = _read_block(reader)
    reader.item = line
    rest = _read_siblings(reader)
    reader.item = above
    return [*first, *rest]


def _read_quote(token: Token, children: list[Block], first: int, last: int) -> Block:
    label, words = token.meta.get("alert", ("", ""))
    title = to_words(read_line_of_markdown(words)) if words else ""
    if label == "TAB":
        return Block(kind="tab", label=title, children=children, first=first, last=last)
    if label == "DETAILS":
        return Block(kind="details", label=title, children=children, first=first, last=last)
    if label == "OMITTED":
        target = " ".join(to_words(child["spans"]) for child in children if "spans" in child)
        return Block(kind="omitted", what=title, target=target, first=first, last=last)
    block = Block(kind="quote", label=label, children=children, first=first, last=last)
    if title:
        block["title"] = title
    return block


def read_line_of_markdown(text: str) -> list[Span]:
    """Return the spans of one line of Markdown, such as a title.

    Example:
        >>> read_line_of_markdown("The *red* `pod`")
        [{'kind': 'text', 'text': 'The red '}, {'kind': 'code', 'text': 'pod'}]
    """
    return [span for token in open_parser().parseInline(text) for span in _read_spans(token, 1)]


def _read_spans(token: Token, line: int) -> list[Span]:
    words = _read_words(token)
    return settle_spans(read_line(read_inline(token, line).children)) if words is None else words


def _read_rows(reader: _Reader) -> Iterator[list[Cell]]:
    row: list[Cell] = []
    while (token := reader.take()).type != "table_close":
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(_read_spans(token, (token.map or [0])[0] + 1))
        elif token.type == "tr_close":
            yield row
