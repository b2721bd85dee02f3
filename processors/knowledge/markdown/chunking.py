"""Sections in, chunks out: along the structure of Markdown, each small enough for the embedding model."""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from markdown_it.tree import SyntaxTreeNode
from semantic_text_splitter import MarkdownSplitter
from tokenizers import Tokenizer

from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.chunk_factory import Batch, Description, make_page_chunk
from processors.knowledge.markdown import CHUNKER
from processors.knowledge.markdown.front_matter import to_text
from processors.knowledge.markdown.parsing import Document, Section, open_parser

_DASHES: Final = re.compile(r"-{4,}")


class Splitter(NamedTuple):
    """How large a chunk may be: `count` measures a text, `prose` cuts what has no structure."""

    count: Callable[[str], int]
    limit: int
    prose: MarkdownSplitter


class Piece(NamedTuple):
    """A text and the lines that it came from, both counted from the section's first, which is 0."""

    text: str
    first: int
    last: int


def open_splitter(tokenizer_file: Path, chunk_tokens: int) -> Splitter:
    """Return a splitter whose pieces have at most `chunk_tokens` tokens of the embedding model."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return make_splitter(lambda text: len(tokenizer.encode(text, add_special_tokens=False)), chunk_tokens)


def make_splitter(count: Callable[[str], int], limit: int) -> Splitter:
    """Return a splitter of any measure, such as `len`."""
    return Splitter(count, limit, MarkdownSplitter.from_callback(count, limit))


def hash_chunker(chunk_tokens: int, embedding_model: str) -> str:
    """Return the hash of all settings that decide how pages are cut: equal hashes, equal chunks.

    Args:
        chunk_tokens: Of the settings.
        embedding_model: Its tokenizer measures.
    """
    return make_id(CHUNKER, chunk_tokens, embedding_model)[:12]


def split_section(section: Section, splitter: Splitter) -> list[Section]:
    """Cut a section into pieces that fit the embedding model, along the blocks of Markdown.

    A code block and a row of a table stay whole. Only one that is too large by itself is cut, by lines, and
    then every part has the fence, or the table's head.

    Example:
        >>> section = Section(heading_path=[], start_line=5, end_line=7, text="One.\\n\\nTwo.")
        >>> pieces = split_section(section, make_splitter(len, 6))
        >>> [(piece["text"], piece["start_line"], piece["end_line"]) for piece in pieces]
        [('One.', 5, 5), ('Two.', 7, 7)]
    """
    text, start = section["text"], section["start_line"]
    if splitter.count(text) <= splitter.limit:
        return [section]
    lines = text.split("\n")
    root = SyntaxTreeNode(open_parser().parse(text))
    pieces = _trim(_pack(root, 0, len(lines), lines, splitter))
    return [
        Section(
            heading_path=section["heading_path"],
            start_line=start + piece.first,
            end_line=start + piece.last,
            text=piece.text,
        )
        for piece in pieces
    ]


def _trim(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for text, first, last in pieces:
        filled = text.strip("\n")
        if filled.strip():
            first += len(text) - len(text.lstrip("\n"))
            # A fence that is indented as deep as its list item was would be no fence by itself.
            yield Piece(
                textwrap.dedent(filled).rstrip(),
                first,
                max(first, last - (len(text) - len(text.rstrip("\n")))),
            )


def _pack(
    node: SyntaxTreeNode, begin: int, end: int, lines: list[str], splitter: Splitter
) -> Iterator[Piece]:
    """Join neighbouring blocks while they fit; a block that doesn't fit alone is cut into its own."""
    children = [child for child in node.children if child.map and child.type != "inline"]
    if not children:
        yield from _cut_block(node, begin, end, lines, splitter)
        return
    # What stands between two blocks belongs to the first.
    starts = sorted({max(begin, child.map[0]) for child in children if child.map})
    starts[0] = begin
    by_start = {child.map[0]: child for child in reversed(children) if child.map}
    held = begin
    for first, last in zip(starts, [*starts[1:], end], strict=True):
        if _fits(lines[held:last], splitter):
            continue
        if held < first:
            yield _take(lines, held, first)
        held = first
        if not _fits(lines[first:last], splitter):
            child = by_start.get(first, children[0])
            inside = _cut_block if child.type in ("fence", "code_block", "table") else _pack
            yield from inside(child, first, last, lines, splitter)
            held = last
    if held < end:
        yield _take(lines, held, end)


def _take(lines: list[str], first: int, end: int) -> Piece:
    return Piece("\n".join(lines[first:end]), first, end - 1)


def _fits(lines: list[str], splitter: Splitter) -> bool:
    return splitter.count("\n".join(lines).strip()) <= splitter.limit


def _cut_block(
    node: SyntaxTreeNode, begin: int, end: int, lines: list[str], splitter: Splitter
) -> Iterator[Piece]:
    """Cut one block that is too large by itself."""
    first, last = node.map or (begin, end)
    if node.type == "fence":
        closed = lines[last - 1].strip(" \t>").startswith(node.markup) and last - first > 1
        head, tail = lines[first : first + 1], [lines[first][: _indent(lines[first])] + node.markup]
        yield from _cut_lines(first + 1, last - closed, head, tail, lines, splitter)
    elif node.type == "table":
        # However wide the source draws its columns, three dashes say the same in fewer tokens.
        head = [lines[first], _DASHES.sub("---", lines[first + 1])]
        # Under a head that fills most of every part, the parts would say nothing but the head.
        is_wide = splitter.count("\n".join(head)) > splitter.limit // 2
        begin_rows, head = (first, []) if is_wide else (first + 2, head)
        yield from _cut_lines(begin_rows, last, head, [], lines, splitter)
    elif node.type == "code_block":
        yield from _cut_lines(first, last, [], [], lines, splitter)
    else:
        yield from _cut_prose("\n".join(lines[begin:end]), begin, splitter)
        return
    if any(line.strip() for line in lines[last:end]):
        yield from _cut_prose("\n".join(lines[last:end]), last, splitter)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _cut_lines(
    begin: int, end: int, head: list[str], tail: list[str], lines: list[str], splitter: Splitter
) -> Iterator[Piece]:
    """Cut a block between lines, each part within head and tail; a line too long by itself is cut as well."""
    if head and not _fits([*head, *tail], splitter):
        head, tail = [], []
    held = begin
    for number in range(begin, end):
        if _fits([*head, *lines[held : number + 1], *tail], splitter):
            continue
        if held < number:
            yield Piece("\n".join([*head, *lines[held:number], *tail]), held, number - 1)
        held = number
        if not _fits([*head, lines[number], *tail], splitter):
            room = splitter.limit - splitter.count("\n".join([*head, *tail]))
            for part in MarkdownSplitter.from_callback(splitter.count, max(1, room - 2)).chunks(
                lines[number]
            ):
                yield Piece("\n".join([*head, part, *tail]), number, number)
            held = number + 1
    if held < end:
        yield Piece("\n".join([*head, *lines[held:end], *tail]), held, end - 1)


def _cut_prose(text: str, begin: int, splitter: Splitter) -> Iterator[Piece]:
    position, line = 0, begin
    for offset, piece in splitter.prose.chunk_indices(text):
        line += text.count("\n", position, offset)
        position = offset
        yield Piece(piece, line, line + piece.rstrip("\n").count("\n"))


def build_document_chunks(
    document: Document,
    cite: dict[str, Any],
    groups: list[str],
    splitter: Splitter,
    batch_id: str,
    ingested_at: str,
    changed_at: str | None = None,
) -> list[Chunk]:
    """Return the chunks of a page.

    Args:
        document: The parsed page.
        cite: Where it came from: repository, commit and path.
        groups: Who may see it.
        splitter: Cuts sections to size.
        batch_id: The run that read it.
        ingested_at: When it read it, ISO 8601.
        changed_at: When the page was changed last, ISO 8601; if nobody knows, it is when it was read.
    """
    pieces = [piece for section in document["sections"] for piece in split_section(section, splitter)]
    meta = document["front_matter"]
    doc_id = make_id(cite["repository"], cite["path"])
    batch = Batch(batch_id, ingested_at)
    chunks = []
    for number, piece in enumerate(pieces):
        headings = [document["title"], *(h for h in piece["heading_path"] if h != document["title"])]
        described = Description(
            kind="runbook" if "alert" in meta or "runbook" in cite["path"].lower() else "doc",
            identity=(doc_id, number),
            document=(cite["repository"], cite["path"]),
            source=cite["repository"],
            title=document["title"],
            heading_path=" > ".join(headings),
            text=piece["text"],
            observed_at=ingested_at if changed_at is None else changed_at,
            service=to_text(meta.get("service")),
            severity=to_text(meta.get("severity")),
            labels={"path": cite["path"], "alert": to_text(meta.get("alert"))},
            cite={**cite, "start_line": piece["start_line"], "end_line": piece["end_line"]},
        )
        chunks.append(make_page_chunk(described, batch, groups))
    return chunks
