"""A rule of the parser that reads most paragraphs at once, and no other way than CommonMark does."""

from typing import Final

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock

# A line of nothing else may make a heading or a table of the paragraph above it.
_UNDERLINE: Final = "=-|: \t"


def read_words(state: StateBlock, begin: int, _end: int, _silent: bool) -> bool:
    """Read a paragraph that begins with a letter, as no other block does, before all other rules are tried.

    The parser asks each of its rules of each line, and of paragraphs twice, which is most of its time.
    """
    if state.is_code_block(begin) or not state.src[_find_first(state, begin)].isalpha():
        return False
    stop = _find_end(state, begin)
    if stop is None:
        return False
    lines = [begin, stop]
    state.line = stop
    state.push("paragraph_open", "p", 1).map = lines
    inline = state.push("inline", "", 0)
    inline.content = mdTrim(state.getLines(begin, stop, state.blkIndent, False))
    inline.map = [*lines]
    inline.children = []
    state.push("paragraph_close", "p", -1)
    return True


def _find_first(state: StateBlock, line: int) -> int:
    return state.bMarks[line] + state.tShift[line]


def _find_end(state: StateBlock, begin: int) -> int | None:
    """Return the line that a paragraph ends before, or None where that takes the parser's own rules."""
    above, state.parentType = state.parentType, "paragraph"
    line = begin + 1
    while line < state.lineMax and not state.isEmpty(line):
        first, indent = _find_first(state, line), state.sCount[line]
        # What is far in, or goes on within a quote without its mark, is part of it whatever it is.
        if 0 <= indent <= state.blkIndent + 3 and not state.src[first].isalpha():
            if indent >= state.blkIndent and not state.src[first : state.eMarks[line]].strip(_UNDERLINE):
                state.parentType = above
                return None
            rules = state.md.block.ruler.getRules("paragraph")
            if any(rule(state, line, state.lineMax, True) for rule in rules):
                break
        line += 1
    state.parentType = above
    return line
