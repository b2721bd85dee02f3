"""Markdown made inert: nothing in an answer or in a source acts on the page of the one who reads it.

Documents and log lines are written by others, and a language model repeats what it reads. A chat page shows
Markdown, so an image would call a foreign server, a link would lead to one, and a tag or a diagram might run.
Here words, lists, tables and commands stay. An image or a link becomes its text and its address as code, a
tag becomes text. Code stays as it is, but for tags that a page might lift out of it.
"""

import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Final

from processors.knowledge.markdown.quoting import FOREIGN, break_tags, name_language, quote_span, reveal

_FOREIGN_LINE: Final = re.compile(rf"(?=[ \t>]*{FOREIGN})", re.IGNORECASE)
_TICKS: Final = "```"
_LONG_RUN: Final = re.compile(r"`{3,}")
_FENCE: Final = re.compile(r"([ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,4})*)(`{3,}|~{3,})([^\n]*)")
# A block behind this is one wherever it stands. Behind more, a page may take it for the rest of a paragraph.
_PLAIN_START: Final = re.compile(r" {0,3}(?:> {0,3})*(?:[-*+] {1,3})?")
_ITEM: Final = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]")
# As code by its indent alone, unless it belongs to an item of a list.
_INDENTED: Final = re.compile(r"[> ]*?(?: {4}|\t)")
_ADDRESS: Final = (
    r"(?:(?<![\w+.-])[a-z][a-z0-9+.-]{0,30}://|\bwww\.|\b(?:javascript|data|vbscript|mailto):)[^\s<>`|\[\]]+"
)
_ANY_ADDRESS: Final = re.compile(_ADDRESS, re.IGNORECASE)
# In a table a cell ends at a bar, even within code.
_CELL_END: Final = re.compile(r"(?<!\\)\|")
_TARGET: Final = r"\(\s*<?(?P<{0}>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s[^()\n]*)?\)"
_PROSE: Final = re.compile(
    r"(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<code>(?P<ticks>`+)(?!`)(?P<inner>.+?)(?<!`)(?P=ticks)(?!`))"
    rf"|!\[(?P<alt>[^\[\]]*)\]{_TARGET.format('image')}"
    rf"|\[(?P<label>[^\[\]]*)\]{_TARGET.format('link')}"
    r"|<(?P<auto>[a-z][a-z0-9+.-]{1,30}:[^\s<>`]*)>"
    # A backslash before it would escape the tick that is put there.
    rf"|(?P<address>\\?(?:{_ADDRESS}))"
    r"|(?P<definition>\]:(?=\s*(?:$|[<\\/&]|[a-z][a-z0-9+.-]{0,30}:)))"
    r"|(?P<target>\]\()"
    r"|(?P<tag><(?=[a-z/!?@#$|]))"
    r"|(?P<ticked>`+)"
    # Open WebUI would take what stands between two of them for a formula, and the ticks of code with it.
    r"|(?P<dollar>\$)"
    r"|(?P<place>\{\{(?=\w+_FILE_ID_))"
    r"|(?P<number>\[(?=\d))",
    re.IGNORECASE,
)
# A bracket of which it can't be told yet whether it is a link's.
_OPEN_BRACKET: Final = re.compile(r"!?\[[^\[\]]*(?:\]?|\]\([^()]*(?:\([^()]*\)?[^()]*)*)$")
_AFTER_ADDRESS: Final = ").,;:!?*_~'\""
# What may stand before a code block's fence: indents, quotes, list markers.
_BEFORE_TEXT: Final = " \t>*+-.)0123456789"


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
        self._ends_in_tick = False

    def read(self, piece: str) -> str:
        """Take more text, and return what can be told of it."""
        *lines, rest = (self._held + piece).split("\n")
        done = "".join(f"{self._end_line(line)}\n" for line in lines)
        end = 0 if self._fence else self._find_safe_end(rest)
        self._held = rest[end:]
        if end:
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
        """Return how much of a line can be told without knowing the rest of it."""
        if self._begins_line and line.lstrip(_BEFORE_TEXT)[:1] in ("", "`", "~"):
            return 0
        bracket = _OPEN_BRACKET.search(line)
        end = min(line.rfind(" ") + 1, bracket.start() if bracket else len(line))
        for found in _PROSE.finditer(line):
            is_cut = found.end() > end or (found["definition"] and not line[found.end() : end].strip())
            if found["ticked"] or is_cut or (found["code"] and _CELL_END.search(found["inner"])):
                return min(end, found.start())
        return end

    def _end_line(self, line: str) -> str:
        begins, self._begins_line = self._begins_line, True
        line = reveal(line)
        if self._fence:
            return self._end_code_line(line)
        follows, self._in_paragraph = self._in_paragraph, not begins or bool(line.strip(" \t>"))
        if begins and line.strip():
            self._in_list = bool(_ITEM.match(line)) or (self._in_list and line[0] in " \t>")
        fence = self._find_fence(line) if begins else None
        return self._open_block(fence, follows=follows) if fence else self._defuse(line, begins=begins)

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
        before = "`" if self._ends_in_tick and not begins else ""
        inert = _join([before, self._defuse_prose(part)]).removeprefix(before)
        self._ends_in_tick = f"{before}{inert}".endswith("`")
        return inert

    def _defuse_prose(self, text: str) -> str:
        text, pieces, end = reveal(text), [], 0
        for found in _PROSE.finditer(text):
            pieces += [text[end : found.start()], self._make_inert(found)]
            end = found.end()
        return _join([*pieces, text[end:]])

    def _make_inert(self, found: re.Match[str]) -> str:
        match found.lastgroup:
            case "code" | "ticks" | "inner":
                return _defuse_span(found)
            case "image":
                return self._show_target(found["alt"], found["image"])
            case "link" if found["label"].strip().isdigit():
                return f"{self._show_bracket()}{found['label'].strip()}]"
            case "link":
                return self._show_target(found["label"], found["link"])
            case "auto":
                return quote_span(found["auto"])
            case "address":
                address = found[0].rstrip(_AFTER_ADDRESS)
                return quote_span(address) + found[0][len(address) :]
            case "definition":
                return "]\\:"
            case "target":
                return "] ("
            case "tag" | "dollar":
                return f"\\{found[0]}"
            case "ticked":
                return "\\`" * len(found[0])
            case "place":
                return "{ {"
            case "number":
                return self._show_bracket()
        return found[0]

    def _show_bracket(self) -> str:
        return "\\[" if self._is_quoted else "["

    def _show_target(self, label: str, target: str) -> str:
        """Return the text of a link, and where it leads as code."""
        text, shown = self._defuse_prose(label).strip(), quote_span(target)
        if text in ("", shown):
            return shown
        return f"{text} ({shown})" if shown else text


def _join(pieces: Iterable[str]) -> str:
    """Return pieces as one text; ticks of two of them never make a longer run of ticks."""
    text = ""
    for piece in pieces:
        text += f" {piece}" if text.endswith("`") and piece.startswith("`") else piece
    return text


def _defuse_span(found: re.Match[str]) -> str:
    """Return a code span; one that a table would cut is cut here, if an address would then be out of code."""
    cells = _CELL_END.split(found["inner"])
    if len(cells) > 1 and _ANY_ADDRESS.search(found.string, found.start()):
        return " | ".join(quote_span(cell.strip()) for cell in cells)
    return f"{found['ticks']}{break_tags(found['inner'])}{found['ticks']}"
