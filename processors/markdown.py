"""Markdown in, sections and chunks out, each with the lines that it came from."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypedDict

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin
from semantic_text_splitter import MarkdownSplitter
from tokenizers import Tokenizer

from processors.chunk import Chunk, hash_content, make_id

CHUNKER: Final = "markdown-sections-2"
"""Name and revision of the way that documents are cut; a change of it rebuilds every chunk."""


class Section(TypedDict):
    """The text under one heading. Lines count from 1; `end_line` is the last one."""

    heading_path: list[str]
    start_line: int
    end_line: int
    text: str


class Document(TypedDict):
    """A parsed Markdown page."""

    title: str
    front_matter: dict[str, Any]
    sections: list[Section]
    oddities: list[str]


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").use(front_matter_plugin)


def parse_document(path: str, text: str) -> Document:
    """Parse a Markdown page into its sections.

    Broken input never stops a run: what is odd is reported as `path:line: what`, and the rest is kept.

    Args:
        path: Path of the page, for its reports and, if it has no title, its name.
        text: The page.

    Example:
        >>> page = parse_document("a.md", "# Red\\n\\nIt is red.\\n\\n## Steps\\n\\n1. Look.\\n")
        >>> [(s["heading_path"], s["start_line"], s["end_line"]) for s in page["sections"]]
        [(['Red'], 3, 3), (['Red', 'Steps'], 7, 7)]
    """
    oddities: list[str] = []
    tokens = _parser().parse(text)
    front_matter = _read_front_matter(path, tokens, oddities)
    lines = text.splitlines()
    sections = list(_cut_sections(lines, tokens))
    heading = next((section["heading_path"][0] for section in sections if section["heading_path"]), "")
    title = str(front_matter.get("title") or heading or Path(path).stem)
    if not sections:
        oddities.append(f"{path}:1: the page has no text")
    return Document(title=title, front_matter=front_matter, sections=sections, oddities=oddities)


def _read_front_matter(path: str, tokens: list[Token], oddities: list[str]) -> dict[str, Any]:
    block = next((token for token in tokens if token.type == "front_matter"), None)
    if block is None:
        return {}
    try:
        values = yaml.safe_load(block.content)
    except yaml.YAMLError as error:
        oddities.append(f"{path}:1: front matter is not YAML: {' '.join(str(error).split())}")
        return {}
    return values if isinstance(values, dict) else {}


def _cut_sections(lines: list[str], tokens: list[Token]) -> Iterator[Section]:
    begin, path = 0, list[tuple[int, str]]()
    for position, token in enumerate(tokens):
        if token.type == "front_matter" and token.map:
            begin = token.map[1]
        if token.type != "heading_open" or token.level != 0 or not token.map:
            continue
        yield from _make_section(lines, begin, token.map[0], path)
        level = int(token.tag[1:])
        path = [entry for entry in path if entry[0] < level]
        path.append((level, tokens[position + 1].content))
        begin = token.map[1]
    yield from _make_section(lines, begin, len(lines), path)


def _make_section(lines: list[str], begin: int, end: int, path: list[tuple[int, str]]) -> Iterator[Section]:
    """Give the text below a heading; the heading itself stands in the path, which is searched as well."""
    filled = [number for number in range(begin, end) if lines[number].strip()]
    if filled:
        first, last = filled[0], filled[-1] + 1
        headings = [heading for _, heading in path]
        text = "\n".join(lines[first:last])
        yield Section(heading_path=headings, start_line=first + 1, end_line=last, text=text)


def split_section(section: Section, splitter: MarkdownSplitter) -> list[Section]:
    """Cut a section into pieces that fit the embedding model, along Markdown's own boundaries."""
    pieces = []
    for offset, text in splitter.chunk_indices(section["text"]):
        first = section["start_line"] + section["text"].count("\n", 0, offset)
        last = first + text.rstrip("\n").count("\n")
        pieces.append(
            Section(heading_path=section["heading_path"], start_line=first, end_line=last, text=text)
        )
    return pieces


def open_splitter(tokenizer_file: Path, chunk_tokens: int) -> MarkdownSplitter:
    """Return a splitter whose pieces have at most `chunk_tokens` tokens of the embedding model."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return MarkdownSplitter.from_huggingface_tokenizer(tokenizer, chunk_tokens)


def build_document_chunks(
    document: Document,
    cite: dict[str, Any],
    groups: list[str],
    splitter: MarkdownSplitter,
    batch_id: str,
    ingested_at: str,
) -> list[Chunk]:
    """Return the chunks of a page.

    Args:
        document: The parsed page.
        cite: Where it came from: repository, commit and path.
        groups: Who may see it.
        splitter: Cuts sections to size.
        batch_id: The run that read it.
        ingested_at: When it read it.
    """
    pieces = [piece for section in document["sections"] for piece in split_section(section, splitter)]
    meta = document["front_matter"]
    doc_id = make_id(cite["repository"], cite["path"])
    chunks = []
    for number, piece in enumerate(pieces):
        headings = [document["title"], *(h for h in piece["heading_path"] if h != document["title"])]
        path = " > ".join(headings)
        chunks.append(
            Chunk(
                chunk_id=make_id(doc_id, number),
                doc_id=doc_id,
                source=cite["repository"],
                kind="runbook" if "alert" in meta or "runbook" in cite["path"].lower() else "doc",
                title=document["title"],
                heading_path=path,
                text=piece["text"],
                content_hash=hash_content(document["title"], path, piece["text"]),
                observed_at=ingested_at,
                ingested_at=ingested_at,
                cluster="",
                namespace="",
                service=str(meta.get("service", "")),
                severity=str(meta.get("severity", "")),
                labels={"path": cite["path"], "alert": str(meta.get("alert", ""))},
                acl=groups,
                cite={**cite, "start_line": piece["start_line"], "end_line": piece["end_line"]},
                batch_id=batch_id,
            )
        )
    return chunks
