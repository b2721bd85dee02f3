"""Makes quoted text inert: no markup, image, link or citation of a source survives into the answer.

Answers are Markdown. Words are escaped, so that they show as they are. Commands stay as they are inside code,
where Markdown shows everything literally; only tags that a chat page might lift out of it are broken there.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from processors.knowledge.blocks import Span
from processors.knowledge.blocks.escaping import escape_start, fence
from processors.knowledge.markdown.quoting import break_tags, name_language, quote_span, reveal
from processors.retrieval.language import PHRASES, Phrases

_ADDRESS: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:javascript|data|vbscript|mailto):)[^\s<>`]+", re.I
)
# What would start a tag, an entity, a link, a code span, a formula or a table, or be lost. A closing bracket
# stays: Open WebUI takes what stands between two escaped ones for a formula.
_MARK: Final = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)|[\[`$|<]|&(?=#|\w+;)|~(?=~)")
_STAR: Final = re.compile(r"(?<! )\*|\*(?! )")
_UNDERSCORE: Final = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_HARD_BREAK: Final = "\\\n"


def quote_line(spans: Sequence[Span], phrases: Phrases = PHRASES["en"]) -> str:
    r"""Quote pieces of a line in running Markdown; a break in it makes a line of its own.

    Args:
        spans: As the source's tree has them.
        phrases: What is said of a picture, in the language of the question.

    Example:
        >>> link = {"kind": "link", "text": "docs", "url": "http://x.y/z"}
        >>> code, words = {"kind": "code", "text": "rm <x>"}, {"kind": "text", "text": " [7] <b>: "}
        >>> print(quote_line([code, words, link]))
        `rm <x>` \[7] \<b>: docs (`http://x.y/z`)
    """
    return _HARD_BREAK.join(map(escape_start, quote_inline(spans, phrases).split(_HARD_BREAK)))


def quote_inline(spans: Sequence[Span], phrases: Phrases = PHRASES["en"]) -> str:
    """Quote pieces of a line that stands behind something else, so that nothing begins with it.

    Args:
        spans: As the source's tree has them.
        phrases: What is said of a picture, in the language of the question.
    """
    words = "".join(span["text"] for span in spans if span["kind"] != "code")
    pairs = words.count("*") > 1 or words.count("_") > 1
    quoted = ""
    for url, linked in groupby(spans, lambda span: span.get("url", "")):
        held = list(linked)
        parts = [_quote_one(span, phrases, pairs=pairs) for span in held]
        shown = "".join(span["text"] for span in held)
        if url and not url.startswith("#") and held[0]["kind"] != "image":
            address = quote_span(url)
            parts = [address] if shown == url else [*parts, f" ({address})"]
        for part in parts:
            # Ticks of two pieces would make one longer run of ticks.
            quoted += f" {part}" if quoted.endswith("`") and part.startswith("`") else part
    return quoted


def _quote_one(span: Span, phrases: Phrases, *, pairs: bool) -> str:
    if span["kind"] == "break":
        return _HARD_BREAK
    if span["kind"] == "code":
        return quote_span(span["text"])
    if span["kind"] == "image":
        told = phrases.picture.format(address=quote_span(span.get("url", ""))).replace(" ,", ",")
        return " ".join(filter(None, (_quote_words(span["text"], pairs=True), f"({told})")))
    return _quote_words(span["text"], pairs=pairs)


def quote_prose(text: str) -> str:
    r"""Quote words in running Markdown: they show as they are, and addresses become code.

    Example:
        >>> quote_prose("See *http://x.y/z* [7]")
        'See \\*`http://x.y/z*` \\[7]'
    """
    return quote_line([Span(kind="text", text=text)])


def _quote_words(text: str, *, pairs: bool) -> str:
    text = reveal(text)
    parts: list[str] = []
    end = 0
    for address in _ADDRESS.finditer(text):
        found = address[0].rstrip(").,;:!?")
        parts += [_escape(text[end : address.start()], pairs=pairs), quote_span(found)]
        end = address.start() + len(found)
    return "".join([*parts, _escape(text[end:], pairs=pairs)])


def _escape(text: str, *, pairs: bool) -> str:
    text = _MARK.sub(r"\\\g<0>", text)
    return _UNDERSCORE.sub(r"\\_", _STAR.sub(r"\\*", text)) if pairs else text


def quote_code(code: str, language: str = "") -> Iterator[str]:
    """Yield the lines of a quoted block of code; a language that a chat page would run is called text.

    Args:
        code: Letter for letter.
        language: As the source names it.

    Example:
        >>> list(quote_code("x", "html"))
        ['```text', 'x', '```']
    """
    text = break_tags(reveal(code))
    mark = fence(text)
    yield f"{mark}{name_language(language) or 'text'}"
    yield from text.split("\n") if text else []
    yield mark
