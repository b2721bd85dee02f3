"""Notebooks of Jupyter as blocks: their text as it is, their code, and what the code printed."""

import json
from collections.abc import Iterator
from typing import Any, Final

from processors.knowledge.blocks import Block
from processors.knowledge.documents.limited import ConversionError
from processors.knowledge.markdown.reading import read_markdown

_MOST_LINES: Final = 20
_SHELLS: Final = ("%%bash", "%%sh", "%%script bash", "!")


def read_notebook(text: str) -> list[Block]:
    """Return the blocks of a notebook.

    Raises:
        ConversionError: It is none.

    Example:
        >>> cell = {"cell_type": "code", "source": ["ls\\n", "pwd"]}
        >>> read_notebook(json.dumps({"cells": [cell]}))[0]["text"]
        'ls\\npwd'
    """
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConversionError(f"no notebook: {error}") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ConversionError("no notebook of format 4: it has no cells")
    language = _find_language(notebook.get("metadata"))
    return [block for cell in cells if isinstance(cell, dict) for block in _read_cell(cell, language)]


def _find_language(metadata: Any) -> str:
    for place, name in (("language_info", "name"), ("kernelspec", "language")):
        about = metadata.get(place) if isinstance(metadata, dict) else None
        found = about.get(name) if isinstance(about, dict) else None
        if isinstance(found, str) and found.isalnum():
            return found
    return ""


def _join(source: Any) -> str:
    """Return what may be text or a list of lines."""
    parts = source if isinstance(source, list) else [source]
    return "".join(part for part in parts if isinstance(part, str))


def _read_cell(cell: dict[str, Any], language: str) -> Iterator[Block]:
    source = _join(cell.get("source")).replace("\r\n", "\n")
    if cell.get("cell_type") == "markdown":
        yield from read_markdown(source)
    elif cell.get("cell_type") == "code" and source.strip():
        yield _make_code(source, "bash" if source.lstrip().startswith(_SHELLS) else language)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            yield from _read_output(output) if isinstance(output, dict) else ()
    elif source.strip():
        yield _make_code(source, "")


def _make_code(text: str, language: str) -> Block:
    return Block(kind="code", language=language, text=text.strip("\n"), first=1, last=1)


def _read_output(output: dict[str, Any]) -> Iterator[Block]:
    data = output.get("data")
    held = data if isinstance(data, dict) else {}
    shown = _join(output.get("text")) or _join(held.get("text/plain"))
    if any(name.startswith("image/") for name in held):
        yield Block(kind="omitted", what="picture", target="", first=1, last=1)
    elif shown.strip():
        lines = shown.strip("\n").split("\n")
        yield {**_make_code("\n".join(lines[:_MOST_LINES]), "text"), "title": "Output"}
        if (more := len(lines) - _MOST_LINES) > 0:
            yield Block(kind="omitted", what="output", target=f"{more} more lines", first=1, last=1)
