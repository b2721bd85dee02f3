"""Sections in, chunks out: along the tree, each small enough for the embedding model."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.rendering import render_markdown
from processors.knowledge.blocks.sections import PATH, Section, make_heading
from processors.knowledge.blocks.walking import cover_lines, drop_addresses, list_code, walk
from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.chunk_factory import Batch, Description, make_page_chunk
from processors.knowledge.markdown import CHUNKER
from processors.knowledge.markdown.cutting import Splitter, cut_blocks, measure
from processors.knowledge.markdown.front_matter import to_text
from processors.knowledge.markdown.parsing import Document
from processors.knowledge.steps.finding import Steps
from processors.knowledge.steps.fitting import leave_out

# No chunk's text is cut in the middle: what is larger than this is told instead.
_LARGEST_CODE: Final = 50_000


class Piece(NamedTuple):
    """Blocks of a page: the headings above them, and the number of what they are part of.

    A piece that is part of steps has a number below that of all sections.
    """

    heading_path: list[str]
    blocks: list[Block]
    whole: int


def hash_chunker(chunk_tokens: int, embedding_model: str) -> str:
    """Return the hash of all settings that decide how pages are cut: equal hashes, equal chunks.

    Args:
        chunk_tokens: Of the settings.
        embedding_model: Its tokenizer measures.
    """
    return make_id(CHUNKER, chunk_tokens, embedding_model)[:12]


def cut_document(document: Document, splitter: Splitter) -> list[Piece]:
    """Cut a page into pieces that fit the embedding model.

    Steps that don't fit whole begin a piece and end one, so that no piece holds parts of two. Steps that are
    headings of their own stand in one piece while they fit.

    Args:
        document: The parsed page.
        splitter: Cuts to size.
    """
    found = document["steps"]
    parts = [
        part
        for number, section in enumerate(document["sections"], start=len(found))
        for part in _part_blocks(section, found, number)
    ]
    return [
        Piece(part.heading_path, held, part.whole)
        for part, fits in _join_parts(parts, found, splitter)
        for held in ([part.blocks] if fits else cut_blocks(part.blocks, splitter))
    ]


def _part_blocks(section: Section, found: Sequence[Steps], number: int) -> Iterator[Piece]:
    """Yield the blocks of a section, those of each procedure apart."""
    held: list[Block] = []
    whole = number
    for block in section["blocks"]:
        of = next(
            (at for at, steps in enumerate(found) if steps.first <= block["first"] <= steps.last), number
        )
        if held and of != whole:
            yield Piece(section["heading_path"], held, whole)
            held = []
        whole = of
        is_large = any(len(code["text"]) > _LARGEST_CODE for code in list_code([block]))
        held.append(_tell_large(block) if is_large else block)
    yield Piece(section["heading_path"], held, whole)


def _join_parts(
    parts: Sequence[Piece], found: Sequence[Steps], splitter: Splitter
) -> Iterator[tuple[Piece, bool]]:
    """Join what fits into one piece: parts of a section, and sections that are steps; tell what fits."""
    held: Piece | None = None
    size = 0
    for part in parts:
        cost = measure(part.blocks, splitter)
        joined = _join(held, part, parts, found) if held and size + cost <= splitter.limit else None
        total = measure(joined.blocks, splitter) if joined else 0
        if joined and total <= splitter.limit:
            held, size = joined, total
            continue
        if held:
            yield held, size <= splitter.limit
        held, size = part, cost
    if held:
        yield held, size <= splitter.limit


def _join(held: Piece, part: Piece, parts: Sequence[Piece], found: Sequence[Steps]) -> Piece | None:
    if held.heading_path == part.heading_path and held.blocks[-1]["last"] < part.blocks[0]["first"]:
        whole = min(held.whole, part.whole)
        goes_on = held.whole != part.whole and any(
            other.heading_path != part.heading_path and other.whole in (held.whole, part.whole)
            for other in parts
        )
        return None if goes_on else Piece(held.heading_path, [*held.blocks, *part.blocks], whole)
    if held.whole != part.whole or held.whole >= len(found):
        return None
    path = found[held.whole].heading_path
    return Piece(path, [*put_headings(held, path), *put_headings(part, path)], held.whole)


def put_headings(piece: Piece, path: Sequence[str]) -> list[Block]:
    """Return a piece's blocks below those of its headings that a path doesn't have."""
    line = piece.blocks[0]["first"]
    names = list(enumerate(piece.heading_path, start=1))[len(path) :]
    headings = [make_heading(name, level, line) for level, name in names]
    return [*headings, *piece.blocks]


def _tell_large(block: Block) -> Block:
    """Return a block in whose place stands a word on it, if it is code that no chunk can hold."""
    if block["kind"] == "code" and len(block["text"]) > _LARGEST_CODE:
        lines = block["text"].count("\n") + 1
        return leave_out(f"code of {lines} lines", block)
    if "children" in block:
        return {**block, "children": [_tell_large(child) for child in block["children"]]}
    return block


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
        splitter: Cuts it to size.
        batch_id: The run that read it.
        ingested_at: When it read it, ISO 8601.
        changed_at: When the page was changed last, ISO 8601; if nobody knows, it is when it was read.
    """
    meta = document["front_matter"]
    alert = to_text(meta.get("alert"))
    is_runbook = "alert" in meta or "runbook" in cite["path"].lower()
    doc_id = make_id(cite["repository"], cite["path"])
    batch = Batch(batch_id, ingested_at)
    chunks = []
    for number, piece in enumerate(cut_document(document, splitter)):
        headings = [document["title"], *(h for h in piece.heading_path if h != document["title"])]
        text = render_markdown(piece.blocks)
        gist = _shorten_gist(piece.blocks, text, splitter)
        first, last = cover_leaves(piece.blocks)
        described = Description(
            kind="runbook" if is_runbook else "doc",
            identity=(doc_id, number),
            document=(cite["repository"], cite["path"]),
            source=cite["repository"],
            title=document["title"],
            heading_path=PATH.join(headings),
            text=text,
            observed_at=ingested_at if changed_at is None else changed_at,
            service=to_text(meta.get("service")),
            severity=to_text(meta.get("severity")),
            labels={"path": cite["path"], "alert": alert},
            values=_list_names(alert, cite["path"]) if is_runbook else None,
            cite={**cite, "start_line": first, "end_line": last},
            gist=None if gist == text else gist,
            blocks=piece.blocks,
            procedure=make_id(doc_id, "procedure", piece.whole),
        )
        chunks.append(make_page_chunk(described, batch, groups))
    return chunks


def _list_names(alert: str, path: str) -> list[str]:
    """Return what a runbook is called by whoever is woken: its alert and its file, which no text may say.

    A file that is called by one word, such as redis.md, would be found by every question that has it.
    """
    file = PurePosixPath(path)
    is_telling = "-" in file.stem or "_" in file.stem
    return list(dict.fromkeys([*alert.split(), file.name, *([file.stem] if is_telling else [])]))


def _shorten_gist(blocks: Sequence[Block], text: str, splitter: Splitter) -> str:
    """Return what is embedded: the words without addresses, as much of them as the model reads."""
    bare = drop_addresses(blocks)
    same = all(one is other for one, other in zip(bare, blocks, strict=True))
    lines = (text if same else render_markdown(bare)).split("\n")
    while len(lines) > 1 and splitter.count("\n".join(lines)) > splitter.limit:
        lines = lines[: len(lines) * 3 // 4]
    return "\n".join(lines)


def cover_leaves(blocks: Sequence[Block]) -> tuple[int, int]:
    """Return the first and last line of what blocks hold: a part of a list has the lines of the whole."""
    leaves = [block for block in walk(blocks) if not block.get("children")]
    return cover_lines(leaves)
