"""Pieces of a line: brought into their one form, and as words."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from processors.knowledge.blocks import Span, SpanKind

_SPACE: Final = re.compile(r"\s+")


def settle_spans(spans: Iterable[Span]) -> list[Span]:
    """Return spans in the one form that a tree holds: joined where alike, no needless space, none empty.

    Example:
        >>> settle_spans([{"kind": "text", "text": " a\\n"}, {"kind": "text", "text": " b "}])
        [{'kind': 'text', 'text': 'a b'}]
    """
    joined: list[Span] = [
        {**run[0], "text": _settle(run[0]["kind"], "".join(span["text"] for span in run))}
        for run in _group(spans)
    ]
    return list(_trim(joined))


def _group(spans: Iterable[Span]) -> list[list[Span]]:
    """Return runs of spans that are one: text beside text, a link beside more of the same link."""
    runs: list[list[Span]] = []
    for span in spans:
        joins = span["kind"] in ("text", "link", "code")
        if not span["text"] and joins:
            continue
        last = runs[-1][0] if runs else None
        if joins and last and last["kind"] == span["kind"] and last.get("url") == span.get("url"):
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _settle(kind: SpanKind, text: str) -> str:
    return text.replace("\n", " ") if kind == "code" else _SPACE.sub(" ", text)


def _trim(spans: list[Span]) -> Iterator[Span]:
    """Yield spans without space at the ends of lines, and without breaks at the ends of all."""
    while spans and _is_blank(spans[0]):
        spans.pop(0)
    while spans and _is_blank(spans[-1]):
        spans.pop()
    last = len(spans) - 1
    for number, span in enumerate(spans):
        text = span["text"]
        if span["kind"] == "text":
            before = spans[number - 1] if number else None
            if (
                before is None
                or before["kind"] == "break"
                or (before["text"].endswith(" ") and before["kind"] == "text")
            ):
                text = text.lstrip(" ")
            if number == last or spans[number + 1]["kind"] == "break":
                text = text.rstrip(" ")
        if text or span["kind"] != "text":
            yield span if text == span["text"] else {**span, "text": text}


def _is_blank(span: Span) -> bool:
    return span["kind"] == "break" or (span["kind"] == "text" and not span["text"].strip(" "))


def to_words(spans: Iterable[Span]) -> str:
    """Return what spans say, without any markup.

    Example:
        >>> to_words([{"kind": "text", "text": "Run "}, {"kind": "code", "text": "ls"}])
        'Run ls'
    """
    return "".join("\n" if span["kind"] == "break" else span["text"] for span in spans)
