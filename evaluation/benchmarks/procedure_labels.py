"""Procedures labelled by line: what an answer has to show, read off the pages without our own reader."""

import json
import re
import textwrap
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Final, NamedTuple, TypedDict

LABELS_FILE: Final = Path(__file__).parents[1] / "queries" / "procedures.jsonl"
ROOT: Final = Path(__file__).parents[2]

_FENCE: Final = re.compile(r"^[\s>]*(?:`{3,}|~{3,})[^`]*$")
_TAG: Final = re.compile(r"</?(?:code|details|kbd|li|ol|pre|summary)>")
_MARK: Final = re.compile(
    r"^[\s>|]*(?:(?:[-*+]|\d+[.)]|\d+ \||#{1,6})(?:\s|$))?\s*(?:\[(?:[ x]|!TAB|!DETAILS)\])?"
)
_ENTITY: Final = re.compile(r"&#?\w+;")
_WORD: Final = re.compile(r"\w+")


class Label(TypedDict):
    """A procedure on a page: `lines` are to be shown, those of `code` letter for letter. Lines count from 1.

    `html` says that the page writes it in HTML. `page` is a path within this repository.
    """

    procedure_id: str
    page: str
    query: str
    language: str
    lines: list[list[int]]
    code: list[list[int]]
    html: bool


class Part(NamedTuple):
    """A line of words, or a block of code."""

    words: tuple[str, ...]
    code: str = ""


def read_labels(path: Path = LABELS_FILE) -> list[Label]:
    """Return all labels of a file of JSON lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Label(**{"html": False, **json.loads(line)}) for line in lines]  # type: ignore[typeddict-item]


def read_parts(label: Label, page: str) -> Iterator[Part]:
    """Yield what has to be shown, in its order.

    Args:
        label: Of the procedure.
        page: Text of its page.

    Example:
        >>> label = Label(procedure_id="a", page="a.md", query="", language="en", html=False,
        ...               lines=[[1, 5]], code=[[4, 4]])
        >>> list(read_parts(label, "1. Look **now**:\\n\\n   ```sh\\n   ls\\n   ```"))
        [Part(words=('look', 'now'), code=''), Part(words=(), code='ls')]
    """
    lines = page.split("\n")
    code = {first: last for first, last in label["code"]}  # noqa: C416 - a pair is a list in JSON
    inside = 0
    for begin, end in label["lines"]:
        for number in range(begin, end + 1):
            line = lines[number - 1]
            if number in code:
                inside = code[number]
                yield Part((), _read_code(lines[number - 1 : inside], is_html=label["html"]))
            elif number > inside and not _FENCE.match(line) and (words := split_words(line)):
                yield Part(words)


def _read_code(lines: list[str], *, is_html: bool) -> str:
    # The marks of a quote are the page's, and so is the indent of all.
    quoted = all(line.startswith(">") for line in lines)
    text = textwrap.dedent("\n".join(line[1:] if quoted else line for line in lines))
    return unescape(text) if is_html else text


def split_words(line: str) -> tuple[str, ...]:
    """Return the words of a line of a page in small letters as they are shown: without marks and tags.

    Example:
        >>> split_words("2. <kbd>F1</kbd> &amp; **wait** for `x_y --z`, see [this](a.md)")
        ('f1', 'wait', 'for', 'x_y', 'z', 'see', 'this', 'a', 'md')
    """
    bare = _ENTITY.sub(lambda found: unescape(found[0]), _TAG.sub(" ", _MARK.sub("", line)))
    return tuple(_WORD.findall(bare.replace("**", "").lower()))
