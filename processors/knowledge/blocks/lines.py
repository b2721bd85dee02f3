"""Spans as one line of Markdown, or several with breaks between them."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from processors.knowledge.blocks import Span
from processors.knowledge.blocks.escaping import escape_start, escape_words, quote_code, quote_target
from processors.knowledge.blocks.spans import to_words

_BREAK: Final = "\\\n"


def render_spans(spans: Sequence[Span], line_end: str = " ") -> str:
    """Return spans as Markdown that stands within a line, such as a cell of a table.

    Args:
        spans: Pieces of a line, settled.
        line_end: What stands for a break.

    Example:
        >>> render_spans([{"kind": "text", "text": "Run "}, {"kind": "code", "text": "ls"}])
        'Run `ls`'
    """
    return line_end.join(_render_lines(spans))


def render_paragraph(spans: Sequence[Span]) -> list[str]:
    r"""Return the lines of a paragraph, none of which begins another block.

    Example:
        >>> print(*render_paragraph([{"kind": "text", "text": "# none"}]))
        \# none
    """
    return _BREAK.join(map(escape_start, _render_lines(spans))).split("\n")


def _render_lines(spans: Sequence[Span]) -> list[str]:
    words = to_words([span for span in spans if span["kind"] != "code"])
    pairs = words.count("*") > 1 or words.count("_") > 1
    return [
        "".join(_render_linked(url, list(linked), pairs=pairs) for url, linked in groupby(line, _get_url))
        for line in _split_lines(spans)
    ]


def _split_lines(spans: Iterable[Span]) -> list[list[Span]]:
    lines: list[list[Span]] = [[]]
    for span in spans:
        if span["kind"] == "break":
            lines.append([])
        else:
            lines[-1].append(span)
    return lines


def _get_url(span: Span) -> str | None:
    return span.get("url") if span["kind"] in ("link", "code") else None


def _render_linked(url: str | None, spans: list[Span], *, pairs: bool) -> str:
    """Return neighbours that lead to the same place as one link."""
    if url is None:
        return "".join(_render_one(span, pairs=pairs) for span in spans)
    label = "".join(
        quote_code(span["text"])
        if span["kind"] == "code"
        else escape_words(span["text"], pairs=pairs, label=True)
        for span in spans
    )
    return f"[{label}]({quote_target(url)})"


def _render_one(span: Span, *, pairs: bool) -> str:
    text = span["text"]
    if span["kind"] == "code":
        return quote_code(text)
    if span["kind"] == "image":
        return f"![{escape_words(text, label=True)}]({quote_target(span.get('url', ''))})"
    return text if span["kind"] == "placeholder" else escape_words(text, pairs=pairs)
