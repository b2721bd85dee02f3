"""Markdown made inert: nothing in an answer or in a source acts on the page of the one who reads it.

Documents and log lines are written by others, and a language model repeats what it reads. A chat page shows
Markdown, so an image would call a foreign server, a link would lead to one, and a tag or a diagram might run.
Here words, lists, tables and commands stay. An image or a link becomes its text and its address as code, a
tag becomes text. Code stays as it is, but for tags that a page might lift out of it.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from processors.knowledge.markdown.inert_code import BEFORE_FENCE, may_begin_block
from processors.knowledge.markdown.inert_prose import defuse_prose, find_safe_end
from processors.knowledge.markdown.quoting import FOREIGN, break_tags, name_language, reveal

_FOREIGN_LINE: Final = re.compile(rf"(?=[ \t>]*{FOREIGN})", re.IGNORECASE)
_TICKS: Final = "```"
_LONG_RUN: Final = re.compile(r"`{3,}")
_FENCE: Final = re.compile(rf"({BEFORE_FENCE})(`{{3,}}|~{{3,}})([^\n]*)")
# A block behind this is one wherever it stands. Behind more, a page may take it for the rest of a paragraph.
_PLAIN_START: Final = re.compile(r" {0,3}(?:> {0,3})*(?:[-*+] {1,3})?")
_ITEM: Final = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]")
# As code by its indent alone, unless it belongs to an item of a list.
_INDENTED: Final = re.compile(r"[> ]*?(?: {4}|\t)")


def defuse_markdown(text: str, *, is_quoted: bool = False) -> str:
    """Return Markdown in which nothing acts.

    Args:
        text: Markdown of whatever origin. What was defused before stays the same.
        is_quoted: Whether its numbers in brackets are its own, and no citations of the answer.

    Example:
        >>> defuse_markdown("See [docs](https://a.b/c), ![p](http://evil/p.png) [1], <b>`rm <file>`")
        'See docs (`https://a.b/c`), p (`http://evil/p.png`) [1], \\\\<b>`rm <file>`'
        >>> defuse_markdown("As said in [2].", is_quoted=True)
        'As said in \\\\[2].'
    """
    defuser = _Defuser(is_quoted)
    return defuser.read(text) + defuser.finish()


async def defuse_stream(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Yield Markdown in which nothing acts, while it is being written.

    What may be the beginning of something is held back until the rest of it is there.
    """
    defuser = _Defuser(is_quoted=False)
    async with aclosing(pieces):
        async for piece in pieces:
            if ready := defuser.read(piece):
                yield ready
    if rest := defuser.finish():
        yield rest


class _Defuser:
    """Where the reader is: what is held back, and whether it is within a code block or a line."""

    def __init__(self, is_quoted: bool) -> None:
        self._is_quoted = is_quoted
        self._held = ""
        self._fence = ""
        self._margin = ""
        self._in_list = False
        self._begins_line = True
        self._in_paragraph = False
        self._ends_as_definition = False
        self._last = ""

    def read(self, piece: str) -> str:
        """Take more text, and return what can be told of it."""
        *lines, rest = (self._held + piece).split("\n")
        done = "".join(f"{self._end_line(line)}\n" for line in lines)
        end = self._find_safe_end(rest)
        self._held = rest[end:]
        if end:
            if self._begins_line:
                self._note_list(reveal(rest))
            done += self._defuse(rest[:end], begins=self._begins_line)
            self._begins_line = False
        return done

    def finish(self) -> str:
        """Return what was still held back; a code block that is open ends, so that nothing else is in it."""
        rest = self._end_line(self._held) if self._held else ""
        if not self._fence:
            return rest
        return f"{rest}\n{self._margin}{_TICKS}" if self._held else f"{rest}{self._margin}{_TICKS}"

    def _find_safe_end(self, line: str) -> int:
        if self._fence or (self._begins_line and may_begin_block(line)):
            return 0
        return find_safe_end(line)

    def _end_line(self, line: str) -> str:
        begins, self._begins_line = self._begins_line, True
        line = reveal(line)
        if self._fence:
            return self._end_code_line(line)
        follows, self._in_paragraph = self._in_paragraph, not begins or bool(line.strip(" \t>"))
        if begins and line.strip():
            self._note_list(line)
        fence = self._find_fence(line) if begins else None
        return self._open_block(fence, follows=follows) if fence else self._defuse(line, begins=begins)

    def _note_list(self, line: str) -> None:
        self._in_list = bool(_ITEM.match(line)) or (self._in_list and line[:1] in (" ", "\t", ">"))

    def _find_fence(self, line: str) -> re.Match[str] | None:
        fence = _FENCE.fullmatch(line)
        if fence is None or (not self._in_list and _INDENTED.match(line)):
            return None
        return None if fence[2][0] == "`" and "`" in fence[3] else fence

    def _open_block(self, fence: re.Match[str], *, follows: bool) -> str:
        """Return a code block's first line, behind an empty one if it could belong to a paragraph."""
        # All blocks get the same fence, so that whoever looks for code later on sees the same ends.
        self._fence, self._margin = fence[2], re.sub(r"[^\s>]", " ", fence[1])
        self._in_paragraph = False
        is_plain = not follows or _PLAIN_START.fullmatch(fence[1])
        ending = "" if is_plain else self._margin[: self._margin.rfind(">") + 1] + "\n"
        return f"{ending}{fence[1]}{_TICKS}{name_language(fence[3])}"

    def _end_code_line(self, line: str) -> str:
        bare = line.strip(" \t>")
        if bare.startswith(self._fence) and not bare.strip(self._fence[0]):
            self._fence = ""
            return self._margin + _TICKS
        return self._defuse_code(line)

    def _defuse_code(self, line: str) -> str:
        # A line that is indented less, or quoted less, than its block would end it.
        code = line.removeprefix(self._margin)
        marked = f"‹{code}" if self._ends_as_definition and _FOREIGN_LINE.match(code) else code
        self._ends_as_definition = code.rstrip().endswith("]:")
        return self._margin + break_tags(_LONG_RUN.sub("`` `", marked))

    def _defuse(self, part: str, *, begins: bool) -> str:
        """Return a part of a line that is no code block's."""
        before = "" if begins else self._last
        inert = defuse_prose(part, before=before, is_quoted=self._is_quoted)
        self._last = (before + inert)[-1:]
        return inert
