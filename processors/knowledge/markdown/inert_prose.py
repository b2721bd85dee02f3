"""Prose made inert: what stands on a line outside of blocks of code.

Each rule names something that acts on a page, or that a page takes for a beginning of it. All else stays.
"""

import re
from typing import Final

from processors.knowledge.markdown.quoting import break_tags, quote_span, reveal

# Some pages make a link of what they know wherever it stands, even within a word.
_ADDRESS: Final = (
    r"(?:(?:(?<![\w+.-])[a-z][a-z0-9+.-]{0,30}|https?|ftp)://|www\.|\b(?:javascript|data|vbscript|mailto):)"
    r"[^\s<>`|\[\]]+"
)
_ANY_ADDRESS: Final = re.compile(_ADDRESS, re.IGNORECASE)
# In a table a cell ends at a bar, even within code.
_CELL_END: Final = re.compile(r"(?<!\\)\|")
# Where a link leads. One that leads nowhere keeps its brackets: without them it would join what is around it.
_TARGET: Final = r"\(\s*<?(?P<{0}>(?:[^\s()<>]|\([^\s()]*\))+)>?(?:\s[^()\n]*)?\)"
# Behind these the text of a link would go on with a word, an address or a tag.
_JOINING: Final = re.compile(r"[\w<&:/.@#-]$")
_PROSE: Final = re.compile(
    # What is escaped, and code that ends on its line, is left; all else that has ticks is no code.
    r"(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<code>(?P<ticks>`+)(?!`)(?P<inner>.+?)(?<!`)(?P=ticks)(?!`))"
    rf"|!\[(?P<alt>[^\[\]]*)\]{_TARGET.format('image')}"
    rf"|\[(?P<label>[^\[\]]*)\]{_TARGET.format('link')}"
    r"|<(?P<auto>[a-z][a-z0-9+.-]{1,30}:[^\s<>`]*)>"
    # Pages make a link of a bare address. A backslash before it would escape the tick that is put there.
    rf"|(?P<address>\\?(?:{_ADDRESS}))"
    # Where a link of another place leads: `[name]: address`, on this line or on the next one. The address may
    # be written with escapes and entities, so only a plain word behind it makes it prose.
    r"|(?P<definition>\]:(?!\s+[\w.,;!?'\"()%-]+(?:\s|$)))"
    # A link that isn't whole on its line.
    r"|(?P<target>\]\()"
    # Tags, comments and declarations; `<@`, `<#`, `<$` and `<|` are Open WebUI's and the models' own.
    r"|(?P<tag><(?=[a-z/!?@#$|]))"
    r"|(?P<ticked>`+)"
    # Open WebUI would take what stands between two of them for a formula, and the ticks of code with it.
    r"|(?P<dollar>\$)"
    # Open WebUI puts a file in its place.
    r"|(?P<place>\{\{(?=\w+_FILE_ID_))"
    r"|(?P<number>\[(?=\d))",
    re.IGNORECASE,
)
# A bracket of which it can't be told yet whether it is a link's.
_OPEN_BRACKET: Final = re.compile(r"!?\[[^\[\]]*(?:\]?|\]\([^()]*(?:\([^()]*\)?[^()]*)*)$")
# What follows tells whether it begins a tag or a definition.
_OPENING: Final = re.compile(r"(?:<|\]:\s*(?:\]:\s*)*\S*)$")
_AFTER_ADDRESS: Final = ").,;:!?*_~'\""


def defuse_prose(text: str, *, before: str = "", is_quoted: bool) -> str:
    r"""Return prose in which nothing acts.

    Args:
        text: A line or a part of one, outside of blocks of code.
        before: What of the line was made inert already.
        is_quoted: Whether its numbers in brackets are its own, and no citations of the answer.

    Example:
        >>> defuse_prose("[docs](https://a.b) <b>`<b>` $x", is_quoted=False)
        'docs (`https://a.b`) \\<b>`<b>` \\$x'
    """
    text, inert, end = reveal(text), before, 0
    for found in _PROSE.finditer(text):
        inert = _join(inert, text[end : found.start()])
        inert = _join(inert, _make_inert(found, is_quoted), found.lastgroup)
        end = found.end()
    return _join(inert, text[end:]).removeprefix(before)


def find_safe_end(line: str) -> int:
    """Return how much of a line can be told without knowing the rest of it.

    Example:
        >>> line = "See [the docs](https"
        >>> line[: find_safe_end(line)]
        'See '
    """
    bracket = _OPEN_BRACKET.search(line)
    end = min(line.rfind(" ") + 1, bracket.start() if bracket else len(line))
    told = 0
    for found in _PROSE.finditer(line):
        # A bar may yet make a cell of a table of it, and then its code ends there.
        is_cell = found["code"] and _CELL_END.search(found["inner"])
        if found["ticked"] or found.end() > end or is_cell:
            end = min(end, found.start())
            break
        told = told if found["tag"] or found["definition"] else found.end()
    opening = _OPENING.search(line, told, end)
    return opening.start() if opening else end


def _join(before: str, piece: str, kind: str | None = None) -> str:
    """Return both as one text in which neither becomes a part of something else."""
    if before.endswith("]") and piece.startswith(("(", ":")):
        # A number whose link was taken away is followed by what would be another one.
        return f"{before} {piece}" if piece[0] == "(" else f"{before}\\{piece}"
    # Ticks of two pieces would make one longer run of ticks.
    is_longer = before.endswith("`") and piece.startswith("`")
    is_joining = kind in ("image", "link") and not piece.startswith("`") and _JOINING.search(before)
    return f"{before} {piece}" if is_longer or is_joining else before + piece


def _defuse_span(found: re.Match[str]) -> str:
    """Return a code span; one that a table would cut is cut here, if an address would then be out of code."""
    cells = _CELL_END.split(found["inner"])
    if len(cells) > 1 and _ANY_ADDRESS.search(found.string, found.start()):
        return " | ".join(quote_span(cell.strip()) for cell in cells)
    return f"{found['ticks']}{break_tags(found['inner'])}{found['ticks']}"


def _make_inert(found: re.Match[str], is_quoted: bool) -> str:
    bracket = "\\[" if is_quoted else "["
    match found.lastgroup:
        case "code" | "ticks" | "inner":
            return _defuse_span(found)
        case "image":
            return _show_target(found["alt"], found["image"], is_quoted)
        case "link" if found["label"].strip().isdigit():
            return f"{bracket}{found['label'].strip()}]"
        case "link":
            return _show_target(found["label"], found["link"], is_quoted)
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
            return bracket
    return found[0]


def _show_target(label: str, target: str, is_quoted: bool) -> str:
    """Return the text of a link, and where it leads as code."""
    text, shown = defuse_prose(label, is_quoted=is_quoted).strip(), quote_span(target)
    if text in ("", shown):
        return shown
    return f"{text} ({shown})" if shown else text
