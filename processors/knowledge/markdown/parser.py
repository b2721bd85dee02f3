"""The parser of Markdown: CommonMark with tables. Nothing that is never closed hides the rest of a page."""

import re
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, html_block, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, html_inline

from processors.knowledge.markdown.containers import add_marks
from processors.knowledge.markdown.markers import OPEN
from processors.knowledge.markdown.marks import take_marks
from processors.knowledge.markdown.paragraphs import read_words

_RAW: Final = re.compile(r"<(?:script|pre|style|textarea)(?=\s|>|$)", re.IGNORECASE)
_RAW_END: Final = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
# Where a rule for what stands in a line begins; the parser itself stops at signs of rules that are not used.
_BEGINS: Final = re.compile(r"[\n\\`*_\[\]!<&]")
_ENDS: Final = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"))
_DEEPEST: Final = 40
# The parser itself leaves out without a word what is nested deeper than it is told.
_FAR_BELOW: Final = 20


@lru_cache(maxsize=4)
def open_parser(*, marked: bool = False) -> MarkdownIt:
    """Return the parser; which addresses are safe to keep is not its task.

    Args:
        marked: Whether marks of other dialects may stand in the text, which only a page's own reader sets.
    """
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST + _FAR_BELOW}).enable("table")
    parser.block.ruler.at("html_block", _read_closed_block, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at(
        "blockquote", _read_quote, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.block.ruler.at("list", _read_list, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.before("table", "words", read_words)
    parser.inline.ruler.at("html_inline", _read_closed_tag)
    parser.inline.terminator_re = _BEGINS
    parser.core.ruler.after("block", "marks", _take_marks)
    if marked:
        add_marks(parser, _DEEPEST)
    for name in ("normalizeLink", "normalizeLinkText"):
        setattr(parser, name, lambda url: url)
    setattr(parser, "validateLink", lambda _url: True)  # noqa: B010 - a method, replaced
    return parser


def _take_marks(state: StateCore) -> None:
    take_marks(state.tokens)


def _read_quote(state: StateBlock, begin: int, end: int, silent: bool) -> bool:
    return state.level < _DEEPEST and blockquote(state, begin, end, silent)


def _read_list(state: StateBlock, begin: int, end: int, silent: bool) -> bool:
    """Read a list; what is nested deeper than anybody reads stays as its words."""
    return state.level < _DEEPEST and list_block(state, begin, end, silent)


def _is_open(src: str, position: int) -> bool:
    """Tell whether something begins that goes on to its end, and has none."""
    if _RAW.match(src, position):
        return not _RAW_END.search(src, position)
    return any(
        src.find(end, position + len(begin)) < 0 for begin, end in _ENDS if src.startswith(begin, position)
    )


def _read_closed_block(state: StateBlock, begin: int, end: int, silent: bool) -> bool:
    position = state.bMarks[begin] + state.tShift[begin]
    if not state.src.startswith("<", position):
        return False
    if _is_open(state.src, position) or not html_block(state, begin, end, silent):
        return False
    if not silent and OPEN in state.tokens[-1].content:
        _end_at_mark(state, begin)
    return True


def _end_at_mark(state: StateBlock, begin: int) -> None:
    """End a block of tags where a mark begins a line: what is within that is Markdown again."""
    block = state.tokens[-1]
    lines = block.content.split("\n")
    number = next((at for at, line in enumerate(lines) if at and line.lstrip(" \t").startswith(OPEN)), 0)
    if number and not _RAW.match(block.content.lstrip()):
        block.content = "\n".join(lines[:number]) + "\n"
        block.map = [begin, begin + number]
        state.line = begin + number


def _read_closed_tag(state: StateInline, silent: bool) -> bool:
    begins = state.src.startswith("<", state.pos)
    return begins and not _is_open(state.src, state.pos) and html_inline(state, silent)
