"""Characters in code that look like others and make a command fail: no-break spaces and long dashes."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.walking import list_spans, walk

_SPACE: Final = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_DASH: Final = re.compile(r"(?<![^\s=|(\[{])[\u2010-\u2015\u2212]+(?=\w)")
# Trees of folders are drawn with lines and no-break spaces.
_DRAWN: Final = re.compile("[\u2500-\u257f]")


def find_look_alikes(path: str, lines: list[str], blocks: Iterable[Block]) -> Iterator[str]:
    """Yield a report for each block or span of code that holds such characters, at the first one's line.

    Args:
        path: Of the page, for reports.
        lines: Of the page.
        blocks: Of the page.
    """
    for block in walk(blocks):
        if block["kind"] == "code":
            told = _describe(block["text"])
            if told and not _DRAWN.search(block["text"]):
                yield _report(path, lines, block, told)
        else:
            told = sorted(
                {
                    words
                    for span in list_spans(block)
                    if span["kind"] == "code"
                    for words in _describe(span["text"])
                }
            )
            if told:
                yield _report(path, lines, block, told)


def _describe(code: str) -> list[str]:
    if code.isascii():
        return []
    return [
        words
        for pattern, words in ((_DASH, "a long dash"), (_SPACE, "a no-break space"))
        if pattern.search(code)
    ]


def _report(path: str, lines: list[str], block: Block, told: list[str]) -> str:
    held = range(block["first"], min(block["last"], len(lines)) + 1)
    line = next((at for at in held if _describe(lines[at - 1])), block["first"])
    return f"{path}:{line}: code holds {' and '.join(told)}"
