"""Reads the prompt: the fenced sources and the question.

Texts of sources are XML-escaped, so a source can't close its own fence; they are unescaped here once, and are
data from then on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Final
from xml.sax.saxutils import quoteattr

_BLOCK: Final = re.compile(r"<sources>\s*(.*?)\s*</sources>", re.DOTALL)
_SOURCE: Final = re.compile(
    r"""<source((?:\s+\w+=(?:"[^"]*"|'[^']*'))*)\s*>\n?(.*?)\n?</source>""", re.DOTALL
)
_ATTRIBUTE: Final = re.compile(r"""(\w+)=(?:"([^"]*)"|'([^']*)')""")
_READING: Final = re.compile(r"\s*<reading( with=\"documents\")?>\n(.*?)\n</reading>\n", re.DOTALL)
_ASKED: Final = re.compile(r"\s*Time asked about:[ \t]*(\S.*)\n")
_WHOLE: Final = re.compile(r"\s*Question in full:[ \t]*(\S.*)\n")
_QUESTION: Final = re.compile(r"^\s*Question:[ \t]*", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """One numbered source of the prompt."""

    n: int
    title: str
    kind: str
    observed_at: str
    text: str
    severity: str = ""


@dataclass(frozen=True)
class Prompt:
    """What is asked, and of which time if it names one, and what may be quoted.

    `whole` is a follow-up question with the words that it left out. `reading` is what was read from the
    sources already, as Markdown with their numbers; `is_partial` says that documents belong to the answer.
    """

    question: str
    sources: tuple[Source, ...]
    asked: str = ""
    whole: str = ""
    reading: str = ""
    is_partial: bool = False


def parse_prompt(text: str) -> Prompt:
    """Take a prompt apart.

    Args:
        text: The user's message: a `<sources>` block and `Question: …`, or only a question.

    Returns:
        The question and the sources, in the prompt's order. A source without a number counts from 1.

    Example:
        >>> text = '<sources><source n="2" title="Disk" kind="runbook">a &lt; b</source></sources>'
        >>> prompt = parse_prompt(text + "\\n\\nQuestion: Why?")
        >>> prompt.question, prompt.sources[0].n, prompt.sources[0].text
        ('Why?', 2, 'a < b')
    """
    block = _BLOCK.search(text)
    if block is None:
        return Prompt(_QUESTION.sub("", text).strip(), ())
    read = _READING.match(text, block.end())
    end = read.end() if read else block.end()
    asked = _ASKED.match(text, end)
    end = asked.end() if asked else end
    whole = _WHOLE.match(text, end)
    question = _QUESTION.sub("", text[whole.end() if whole else end :]).strip()
    found = enumerate(_SOURCE.finditer(block[1]), start=1)
    sources = tuple(_read_source(position, match) for position, match in found)
    return Prompt(
        question,
        sources,
        asked=asked[1].strip() if asked else "",
        whole=whole[1].strip() if whole else "",
        reading=unescape(read[2]) if read else "",
        is_partial=bool(read and read[1]),
    )


def _read_source(position: int, match: re.Match[str]) -> Source:
    pairs = _ATTRIBUTE.findall(match[1])
    attributes = {name: unescape(double or single) for name, double, single in pairs}
    number = attributes.get("n", "")
    return Source(
        n=int(number) if number.isascii() and number.isdigit() else position,
        title=attributes.get("title", ""),
        kind=attributes.get("kind", ""),
        observed_at=attributes.get("observed_at", ""),
        text=unescape(match[2]),
        severity=attributes.get("severity", ""),
    )


def build_prompt(question: str, contexts: Sequence[str]) -> str:
    """Make a prompt of plain contexts, for clients of the V2 protocol.

    Args:
        question: What is asked.
        contexts: Texts to quote from; one that already is a `<sources>` block is taken as it is.

    Example:
        >>> parse_prompt(build_prompt("Why?", ["x < 1"])).sources[0].text
        'x < 1'
    """
    if len(contexts) == 1 and _BLOCK.search(contexts[0]):
        return f"{contexts[0]}\n\nQuestion: {question}"
    sources = "\n".join(
        f"<source n={quoteattr(str(n))}>\n{escape(context, quote=False)}\n</source>"
        for n, context in enumerate(contexts, start=1)
    )
    return f"<sources>\n{sources}\n</sources>\n\nQuestion: {question}"
