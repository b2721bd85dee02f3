"""The parser's rules for marks: containers of any dialect, code that they hold, and what is not here."""

from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore

from processors.knowledge.markdown.markers import FILLER, OPEN, Mark, read_mark, restore_marks

_ENDS: Final = ["paragraph", "reference", "blockquote", "list"]


def add_marks(parser: MarkdownIt, deepest: int) -> None:
    """Let a parser read marks; those that are nested deeper than it may be stay as they were written."""

    def read_block(state: StateBlock, begin: int, end: int, silent: bool) -> bool:
        return state.level < deepest and _read_block(state, begin, end, silent)

    parser.block.ruler.before("code", "mark", read_block, {"alt": _ENDS})
    parser.core.ruler.after("block", "restore", _restore)


def _restore(state: StateCore) -> None:
    for token in state.tokens:
        if token.content and (OPEN in token.content or FILLER in token.content):
            token.content = restore_marks(token.content)


def _read_block(state: StateBlock, begin: int, end: int, silent: bool) -> bool:
    position = state.bMarks[begin] + state.tShift[begin]
    read = read_mark(state.src, position) if state.src.startswith(OPEN, position) else None
    if read is None or read[1] > state.eMarks[begin]:
        return False
    if silent:
        return True
    mark, behind = read
    stop = min(begin + 1 + mark.get("lines", 0), end)
    if mark["kind"] == "code":
        _push_code(state, mark, begin, stop, behind)
    else:
        _push_container(state, mark, begin, stop, behind)
    return True


def _push_code(state: StateBlock, mark: Mark, begin: int, stop: int, behind: int) -> None:
    head = state.src[behind : state.eMarks[begin]].strip(" \t")
    token = state.push("fence", "code", 0)
    token.info = mark.get("name", "")
    token.content = (f"{head}\n" if head else "") + state.getLines(begin + 1, stop, state.sCount[begin], True)
    token.map = [begin, stop]
    state.line = stop


def _push_container(state: StateBlock, mark: Mark, begin: int, stop: int, behind: int) -> None:
    """Read the rest of the mark's line and the lines below as what is within."""
    before = state.bMarks[begin], state.tShift[begin], state.sCount[begin]
    limits = state.lineMax, state.blkIndent, state.parentType
    opening = state.push("mark_open", "div", 1)
    opening.meta = {"mark": mark}
    if mark["kind"] == "omitted":
        # What follows on the line is not part of it.
        state.push("mark_close", "div", -1)
    state.bMarks[begin] = behind
    state.tShift[begin] = state.skipSpaces(behind) - behind
    if mark.get("indent"):
        state.blkIndent = state.sCount[begin] + mark["indent"]
        state.sCount[begin] = state.blkIndent
    state.lineMax, state.parentType = stop, "container"
    state.md.block.tokenize(state, begin, stop)
    state.line = max(state.line, begin + 1)
    opening.map = [begin, begin + 1 if mark["kind"] == "omitted" else state.line]
    if mark["kind"] != "omitted":
        state.push("mark_close", "div", -1)
    state.lineMax, state.blkIndent, state.parentType = limits
    state.bMarks[begin], state.tShift[begin], state.sCount[begin] = before
