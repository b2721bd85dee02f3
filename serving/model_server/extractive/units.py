"""Cuts a source into the units that can be quoted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from serving.model_server.extractive.prompt import Source

UnitKind = Literal["step", "item", "sentence", "line"]

LINE_KINDS: Final = ("log", "metric", "k8s", "ml_", "alert", "pipeline")
"""A source whose kind starts so tells what happened. It is read line by line; its text is no Markdown."""

# What a window of log lines says of itself before it shows some of them.
_ABOUT_LINES: Final = ("New: ", "It varies in ")

_FENCE: Final = re.compile(r"^\s*(`{3,}|~{3,})\s*([\w+-]*)")
_HEADING: Final = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_STEP: Final = re.compile(r"^(\s*)(\d{1,3})[.)]\s+(\S.*)$")
_ITEM: Final = re.compile(r"^(\s*)[-*+•]\s+(\S.*)$")
_TABLE_RULE: Final = re.compile(r"^\s*\|?\s*:?-{2,}[-\s|:]*$")
_SENTENCE_END: Final = re.compile(
    r"(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)(?<=[.!?…])\s+(?=[\"'«“`(\[]?[A-ZА-ЯЁ0-9`])"
)


@dataclass(frozen=True)
class Code:
    """A block of code that belongs to a unit."""

    language: str
    text: str


@dataclass(frozen=True)
class Unit:
    """The smallest part of a source that is quoted.

    `order` is its place in the source; `list_id` names the list that it is part of (-1: none) and `number`
    its number there. `heading` is the nearest heading above it.
    """

    source: int
    order: int
    kind: UnitKind
    text: str
    heading: str = ""
    list_id: int = -1
    number: int = 0
    codes: tuple[Code, ...] = ()


@dataclass
class _Reader:
    """Where the reader is in a page: the heading, the list and the unit that continues."""

    source: int
    units: list[Unit] = field(default_factory=list)
    heading: str = ""
    lists: int = 0
    list_kind: UnitKind | None = None
    indent: int = 0
    paragraph: list[str] = field(default_factory=list)

    def close_paragraph(self) -> None:
        for sentence in split_sentences(" ".join(self.paragraph)):
            self.add("sentence", sentence)
        self.paragraph.clear()

    def close_list(self) -> None:
        self.list_kind = None

    def add(self, kind: UnitKind, text: str, list_id: int = -1, number: int = 0) -> None:
        self.units.append(Unit(self.source, len(self.units), kind, text, self.heading, list_id, number))

    def open_item(self, kind: UnitKind, indent: int, text: str, number: int) -> None:
        self.close_paragraph()
        if self.list_kind != kind:
            self.lists += 1
            self.list_kind, self.indent = kind, indent
        self.add(kind, text, self.lists, number)

    def extend_item(self, text: str, separator: str = " ") -> None:
        last = self.units[-1]
        self.units[-1] = replace(last, text=f"{last.text}{separator}{text}")

    def attach_code(self, code: Code) -> None:
        self.close_paragraph()
        if not self.units or self.units[-1].heading != self.heading:
            self.add("sentence", "")
        last = self.units[-1]
        self.units[-1] = replace(last, codes=(*last.codes, code))


def split_units(source: Source) -> list[Unit]:
    """Cut a source into units: log lines, or Markdown's steps, bullet items and sentences.

    A code block belongs to the step, item or sentence before it; one that nothing stands before is a unit
    without text. Nested bullets belong to their step.

    Example:
        >>> text = "Do this:\\n1. Look.\\n   ```sh\\n   ls\\n   ```\\n2. Act."
        >>> units = split_units(Source(1, "t", "runbook", "", text))
        >>> [(unit.kind, unit.number, unit.text, len(unit.codes)) for unit in units]
        [('sentence', 0, 'Do this:', 0), ('step', 1, 'Look.', 1), ('step', 2, 'Act.', 0)]
    """
    if source.kind.startswith(LINE_KINDS):
        return _split_observation(source)

    reader = _Reader(source.n)
    lines = iter(source.text.expandtabs(4).splitlines())
    for line in lines:
        fence = _FENCE.match(line)
        if fence:
            reader.attach_code(_read_code(lines, fence))
        else:
            _read_line(reader, line)
    reader.close_paragraph()
    return [unit for unit in reader.units if unit.text or unit.codes]


def _split_observation(source: Source) -> list[Unit]:
    lines = [line.strip() for line in source.text.splitlines() if line.strip()]
    joined = _join_headline(lines) if source.kind.startswith("log") else lines
    return [Unit(source.n, order, "line", line) for order, line in enumerate(joined)]


def _join_headline(lines: list[str]) -> list[str]:
    """Put the first line that was logged behind how often and when: neither tells enough alone.

    Example:
        >>> _join_headline(["2 log lines of payment (error) at 10:00 UTC:", "New: never before.", "declined"])
        ['2 log lines of payment (error) at 10:00 UTC: declined', 'New: never before.']
    """
    about = [line for line in lines[1:] if line.startswith(_ABOUT_LINES)]
    logged = [line for line in lines[1:] if not line.startswith(_ABOUT_LINES)]
    if not logged or not lines[0].endswith("UTC:"):
        return lines
    return [f"{lines[0]} {logged[0]}", *logged[1:], *about]


def _read_code(lines: Iterator[str], fence: re.Match[str]) -> Code:
    """Read to the closing fence (or the end of a chunk that was cut in the middle of it)."""
    body: list[str] = []
    for line in lines:
        stripped = line.strip()
        if stripped.startswith(fence[1]) and not stripped.strip(fence[1][0]):
            break
        body.append(line)
    margin = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=0)
    return Code(fence[2].lower(), "\n".join(line[margin:].rstrip() for line in body).strip("\n"))


def _read_line(reader: _Reader, line: str) -> None:
    indent = len(line) - len(line.lstrip())
    heading, step, item = _HEADING.match(line), _STEP.match(line), _ITEM.match(line)
    inside = reader.list_kind is not None and not reader.paragraph
    if not line.strip():
        reader.close_paragraph()
    elif heading:
        reader.close_paragraph()
        reader.close_list()
        reader.heading = heading[1]
    elif inside and (step or item) and indent > reader.indent + 1:
        reader.extend_item(line.strip(), "\n")
    elif step:
        reader.open_item("step", indent, step[3], int(step[2]))
    elif item:
        reader.open_item("item", indent, item[2], 0)
    elif inside and indent > reader.indent:
        reader.extend_item(line.strip())
    elif _TABLE_RULE.match(line):
        reader.close_paragraph()
    elif line.lstrip().startswith("|"):
        reader.close_paragraph()
        reader.add("sentence", " · ".join(cell.strip() for cell in line.strip().strip("|").split("|")))
    else:
        reader.close_list()
        reader.paragraph.append(line.strip().lstrip("> "))


def split_sentences(text: str) -> list[str]:
    """Cut a paragraph into sentences.

    Example:
        >>> split_sentences("It is red, e.g. at night. Look at `x.y`. Что делать? Ждать.")
        ['It is red, e.g. at night.', 'Look at `x.y`.', 'Что делать?', 'Ждать.']
    """
    return [sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence]
