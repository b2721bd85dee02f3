"""Tags of templates: their names and arguments, and which of them belong together."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_ARGUMENT: Final = re.compile(
    r"""(?:([@:\w.-]+)\s*=\s*)?(?:"((?:[^"\\]|\\.)*+)"|'((?:[^'\\]|\\.)*+)'|`([^`]*+)`"""
    r"""|\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+)\}|([^\s"'`={}]+))"""
)
_MOST_OPEN: Final = 20


class Tag(NamedTuple):
    """A tag of a template and its place. `arguments` without a name are named `0`, `1`, …

    `dialect` says in words what it is, `role` is `open`, `close` or `void`. `exact` is its name as written.
    """

    begin: int
    end: int
    role: str
    name: str
    arguments: dict[str, str]
    dialect: str
    raw: str


class Pair(NamedTuple):
    """An opening tag and its closing one, as places in a list of tags."""

    opening: int
    closing: int


def read_arguments(text: str) -> dict[str, str]:
    """Return the arguments of a tag by name; those without one are counted from 0.

    Example:
        >>> read_arguments(' "prerequisites" term_id="pod" open')
        {'0': 'prerequisites', 'term_id': 'pod', '1': 'open'}
    """
    values: dict[str, str] = {}
    unnamed = 0
    for name, *forms in _ARGUMENT.findall(text):
        value = next(filter(None, forms), "")
        if not name:
            name, unnamed = str(unnamed), unnamed + 1
        values.setdefault(name, value.replace('\\"', '"'))
    return values


def pair_tags(tags: Sequence[Tag]) -> tuple[list[Pair], list[int]]:
    """Return which tags belong together, and those that are open and never closed, or the other way round.

    Example:
        >>> def tag(role, name):
        ...     return Tag(0, 0, role, name, {}, "shortcode", "")
        >>> pair_tags([tag("open", "tabs"), tag("open", "tab"), tag("close", "tabs")])
        ([Pair(opening=0, closing=2)], [1])
    """
    pairs, opened, lost = list[Pair](), list[int](), list[int]()
    for at, tag in enumerate(tags):
        if tag.role == "open":
            opened.append(at)
        elif tag.role == "close":
            near = opened[-_MOST_OPEN:]
            if not any(_match(tags[number], tag) for number in near):
                lost.append(at)
                continue
            while not _match(tags[last := opened.pop()], tag):
                lost.append(last)
            pairs.append(Pair(last, at))
    return sorted(pairs), sorted([*lost, *opened])


def _match(opening: Tag, closing: Tag) -> bool:
    return opening.name == closing.name and opening.dialect == closing.dialect
