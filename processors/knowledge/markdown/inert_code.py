"""Where the code is in Markdown that was made inert.

Whoever reads an answer on its way out (who numbers its citations, marks its claims, checks its commands) asks
here, so that all see the same ends. Inert Markdown is simpler than what people write: each block stands
between lines with three ticks, no line within has as many, and no span goes on over the end of its line.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

BEFORE_FENCE: Final = r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,4}(?:>[ \t>]*)?)*"
"""What may stand before a fence: indents, quotes, and the markers of lists that it is the first item of."""
_FENCE_BEGINS: Final = rf"(?P<before>{BEFORE_FENCE})```[^`\n]*"
_FENCE_ENDS: Final = r"[ \t>]*```[ \t]*"
_BEGINNING: Final = re.compile(_FENCE_BEGINS)
_END: Final = re.compile(_FENCE_ENDS)
# A run of ticks may be a fence's as long as nothing else follows that a fence can't have on its line.
_MAYBE_BEGINNING: Final = re.compile(r"[ \t>*+\-.)0-9]*(?:`{0,2}|`{3,}[^`]*|~{0,2}|~{3,}.*)")
_CODE: Final = re.compile(
    # A tick that is escaped begins nothing.
    r"\\[!-/:-@\[-`{-~]"
    rf"|^{_FENCE_BEGINS}(?:\n(?P<lines>.*?)(?:^{_FENCE_ENDS}$|\Z)|\Z)"
    r"|(?P<ticks>`+)(?!`)(?P<inner>[^\n]+?)(?<!`)(?P=ticks)(?!`)"
    # Ticks that nothing closes.
    r"|`+",
    re.MULTILINE | re.DOTALL,
)


class Code(NamedTuple):
    """A block or a span of code. It stands with its ticks, a block with all of its first line."""

    text: str
    start: int
    end: int
    before: str | None
    """What stands before the fence of a block; nothing of the kind is before a span."""


def find_code(text: str) -> Iterator[Code]:
    r"""Yield the code of inert Markdown in its order; a block that isn't closed yet goes to the end.

    Example:
        >>> [code.text for code in find_code("Run ``a ` b`` or \\`c:\n- ```sh\n  ls `d`\n  ```")]
        ['a ` b', '  ls `d`\n']
    """
    for found in _CODE.finditer(text):
        if found["ticks"]:
            yield Code(found["inner"], found.start(), found.end(), None)
        elif found["before"] is not None:
            yield Code(found["lines"] or "", found.start(), found.end(), found["before"])


def split_code(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of inert Markdown in their order, and whether each is code.

    Example:
        >>> list(split_code("Run `ls` now"))
        [('Run ', False), ('`ls`', True), (' now', False)]
    """
    end = 0
    for code in find_code(text):
        yield text[end : code.start], False
        yield text[code.start : code.end], True
        end = code.end
    yield text[end:], False


def begins_block(line: str) -> bool:
    """Tell whether a line of inert Markdown that is not in a block begins one.

    Example:
        >>> begins_block("1. ```sh"), begins_block("```a``` b")
        (True, False)
    """
    return _BEGINNING.fullmatch(line) is not None


def may_begin_block(line: str) -> bool:
    """Tell whether a line that isn't written to its end may turn out to be the first of a block.

    Example:
        >>> may_begin_block("1. ``"), may_begin_block("- `ls` lists")
        (True, False)
    """
    return _MAYBE_BEGINNING.fullmatch(line) is not None


def ends_block(line: str) -> bool:
    """Tell whether a line of inert Markdown ends the block that it is in.

    Example:
        >>> ends_block("> ```"), ends_block("``` x")
        (True, False)
    """
    return _END.fullmatch(line) is not None
