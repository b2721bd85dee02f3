"""The code of an answer: which of it stands in a cited source, and which the model has made up.

What was observed is quoted line by line, and its headline together with the first line that was logged. So a
quotation of it may leave out lines in between, and is one all the same. What documents say is quoted as it
stands there.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from processors.knowledge.blocks.plain import render_plain
from processors.knowledge.blocks.walking import list_spans, walk
from processors.knowledge.markdown.inert_code import Code, find_code
from processors.knowledge.markdown.quoting import break_tags, reveal
from processors.knowledge.markdown.reading import read_markdown
from processors.retrieval.conditions import DYNAMIC_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from processors.retrieval.hybrid import Hit

# No part of a longer word or path.
_BEGINS: Final = r"(?<![\w/.*-])"
_ENDS: Final = r"(?![\w/*-]|\.\w)"
_ENDS_THERE: Final = re.compile(_ENDS)
_CUT: Final = "…"
_LONGEST_COMMAND: Final = 160


def find_commands(text: str) -> list[str]:
    """Return the code of an answer: each line of its code blocks, and its inline code.

    Example:
        >>> find_commands("Run `ls`:\\n\\n```sh\\ncd /tmp\\n\\nls -l\\n```\\n")
        ['cd /tmp', 'ls -l', 'ls']
        >>> find_commands("> ```sh\\n> cat a > b\\n> ```")
        ['cat a > b']
    """
    codes = list(find_code(text))
    blocks = [line.strip() for code in codes if code.before is not None for line in _list_code_lines(code)]
    spans = [code.text.strip() for code in codes if code.before is None]
    return [code for code in (*blocks, *spans) if code]


def _list_code_lines(code: Code) -> Iterator[str]:
    """Yield the lines of a block without the marks of the quote that it stands in."""
    depth = code.before.count(">") if code.before else 0
    marks = re.compile(rf"(?:[ \t]*>){{{depth}}}")
    return (line[found.end() :] if (found := marks.match(line)) else line for line in code.text.splitlines())


def find_made_up(text: str, cited: Iterable[Hit]) -> list[str]:
    """Return the commands of an answer that stand in nothing that it cites.

    A name alone is no command, and neither is what is too long to be one.

    Args:
        text: The answer.
        cited: What it cites. The answer shows code as it was made inert, so these are looked at in that form.
    """
    commands = [code for code in find_commands(text) if " " in code and len(code) <= _LONGEST_COMMAND]
    documents: list[str] = []
    observed: list[str] = []
    for hit in cited:
        is_observed = hit.get("kind") in DYNAMIC_KINDS
        lines = hit["text"].splitlines() if is_observed else _list_lines(hit["text"])
        (observed if is_observed else documents).append("\n".join(map(_show, lines)))
    asked = dict.fromkeys(unescape(command) for command in commands)
    return find_unknown(list(asked), documents, observed)


def _list_lines(text: str) -> Iterator[str]:
    """Yield the lines of a page as they show, and once more what stands in them as code or as an address."""
    blocks = read_markdown(text)
    yield from render_plain(blocks).split("\n")
    for block in walk(blocks):
        for span in list_spans(block):
            yield from filter(None, (span["text"] if span["kind"] == "code" else "", span.get("url", "")))


def _show(line: str) -> str:
    return unescape(break_tags(reveal(line)))


def find_unknown(
    commands: Collection[str], sources: Collection[str], observed: Collection[str] = ()
) -> list[str]:
    """Return the commands that occur in none of the sources as they are; runs of blanks count as one.

    A part of a longer word or path is another command: `rm -r /` is not `rm -r /tmp/x`.

    Args:
        commands: As the answer has them.
        sources: Texts of documents.
        observed: Texts of what was observed, of which lines may be left out.

    Example:
        >>> find_unknown(["rm -r /", "make run"], ["Never rm -r /tmp/x. Use make  run."])
        ['rm -r /']
        >>> find_unknown(["2 lines: stopped"], [], ["2 lines:\\nNew: never seen before.\\nstopped"])
        []
    """
    held = [" ".join(source.split()) for source in (*sources, *observed)]
    lines = [[" ".join(line.split()) for line in text.splitlines() if line.strip()] for text in observed]

    def is_known(command: str) -> bool:
        code = " ".join(command.split())
        pattern = _match_whole(code)
        return any(map(pattern.search, held)) or any(joins_lines(code, text) for text in lines)

    return [command for command in commands if not is_known(command)]


def _match_whole(command: str) -> re.Pattern[str]:
    # A line that was cut short ends so, and what it stood for goes on there.
    if command.endswith(_CUT):
        return re.compile(re.escape(command.removesuffix(_CUT)))
    return re.compile(f"{_BEGINS}{re.escape(command)}{_ENDS}")


def joins_lines(code: str, lines: Sequence[str]) -> bool:
    """Tell whether code is made of whole lines in their order; the last may be cut at the end of a word.

    Args:
        code: With single blanks.
        lines: Of one text, with single blanks.

    Example:
        >>> lines = ["2 log lines:", "New: never seen before.", "rm failed: busy", "stopped by hand"]
        >>> joins_lines("2 log lines: stopped by", lines), joins_lines("2 log lines: stop", lines)
        (True, False)
        >>> joins_lines("stopped by hand 2 log lines:", lines), joins_lines("rm by hand", lines)
        (False, False)
    """
    begins = {0}
    for line in lines:
        for begin in tuple(begins):
            rest = code[begin:]
            if rest.startswith(f"{line} "):
                begins.add(begin + len(line) + 1)
            elif begin and _is_begin(rest, line):
                return True
    return False


def _is_begin(code: str, line: str) -> bool:
    """Tell whether a line begins with the code, and goes on with another word or not at all."""
    if code.endswith(_CUT):
        return line.startswith(code.removesuffix(_CUT))
    return line.startswith(code) and _ENDS_THERE.match(line, len(code)) is not None
