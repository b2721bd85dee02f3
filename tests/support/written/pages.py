"""The pages: for each dialect each of its containers within each other one, with words and code in both."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, product
from typing import Final, NamedTuple

from tests.support.written.codes import CODES

Lines = list[str]
Holder = Callable[[Lines, str, int], Lines]
"""Writes a container around lines, with a label; it is told how many containers these hold at most."""

MARK: Final = re.compile(r"mark\d{3}")


class Dialect(NamedTuple):
    """How pages are written for one tool: all that differs from tool to tool."""

    path: str
    page: Callable[[str, Lines, int], str]
    holders: Mapping[str, Holder]
    blocks: Sequence[Callable[[str], Lines]]
    """Ways to write a block of code."""
    extras: Sequence[tuple[Lines, str]] = (([], ""),)
    """Lines with a value or a file that the page doesn't know, and what must be seen of them."""
    codes: Sequence[str] = CODES
    title: str = "Sluice gate is stuck"


class Page(NamedTuple):
    """A page, and what must come of it: words in their order, code letter for letter, what stays visible."""

    name: str
    path: str
    text: str
    title: str
    marks: list[str]
    codes: list[str]
    visible: list[str]


class _Writer:
    def __init__(self, dialect: Dialect, turn: int) -> None:
        self.dialect, self.turn = dialect, turn
        self.numbers = count(1)
        self.marks: list[str] = []
        self.codes: list[str] = []

    def mark(self) -> str:
        self.marks.append(f"mark{next(self.numbers):03}")
        return self.marks[-1]

    def words(self) -> Lines:
        return [f"Look at {self.mark()} now.", ""]

    def code(self) -> Lines:
        given, ways = self.dialect.codes, self.dialect.blocks
        self.codes.append(given[self.turn % len(given)])
        self.turn += 1
        return [*ways[self.turn % len(ways)](self.codes[-1]), ""]

    def hold(self, kinds: Sequence[str]) -> Lines:
        """Return a container with words, code, what it holds, and words and code behind that."""
        if not kinds:
            return []
        label = self.mark()
        within = [*self.words(), *self.code(), *self.hold(kinds[1:]), *self.words(), *self.code()]
        return [*self.dialect.holders[kinds[0]](within[:-1], label, len(kinds) - 1), ""]


def write_pages(name: str, dialect: Dialect) -> Iterator[Page]:
    """Yield the pages of a dialect, always the same ones."""
    turn = 0
    for at, (outer, inner) in enumerate(product(dialect.holders, repeat=2)):
        writer = _Writer(dialect, turn)
        lines, visible = list[str](), list[str]()
        for number, kinds in enumerate(((outer, inner), (inner,)), start=2 * at):
            extra, seen = dialect.extras[number % len(dialect.extras)]
            lines += [*writer.words(), *extra, "", *writer.hold(kinds)]
            visible.append(seen)
        text = dialect.page(dialect.title, [*lines, *writer.words()], turn)
        turn = writer.turn
        yield Page(
            name=f"{name}: {outer}, {inner}",
            path=dialect.path,
            text=text,
            title=dialect.title,
            marks=writer.marks,
            codes=writer.codes,
            visible=visible,
        )
