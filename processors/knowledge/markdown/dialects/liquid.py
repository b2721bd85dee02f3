"""Liquid, as Jekyll's pages and GitBook's carry it, and Jinja, which looks the same: tags and variables."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.markdown.dialects.source import Edit, Source
from processors.knowledge.markdown.dialects.tags import Tag, read_arguments
from processors.knowledge.markdown.lines import keep_lines

DIALECT: Final = "Liquid tag"
_LIQUID: Final = re.compile(
    r"\{%-?\s*(?P<name>[A-Za-z_][\w-]*)(?P<arguments>(?:(?!%\}|\{%).){0,4000}?)-?%\}", re.DOTALL
)
_VARIABLE: Final = re.compile(
    r"\{\{-?\s*(?P<name>[A-Za-z_][\w.-]*)(?P<filters>\s*\|[^{}\n]{0,200})?\s*-?\}\}"
)
_HIDING: Final = re.compile(r"\{%-?\s*(comment|raw)\s*-?%\}")
_COMMENT_END: Final = re.compile(r"\{%-?\s*endcomment\s*-?%\}")
_RAW: Final = re.compile(r"\{%-?\s*raw\s*-?%\}")
_RAW_END: Final = re.compile(r"\{%-?\s*endraw\s*-?%\}")
CONDITIONS: Final = ("unless", "case", "for", "tablerow")
BRANCHES: Final = ("else", "elsif", "elif", "when")
ADDRESSES: Final = ("url", "baseurl", "base_url", "latesturl", "github_url")
"""Names of addresses that a link begins with."""


def drop_liquid_comments(text: str) -> str:
    """Return a page without what Liquid's comments hold.

    One that is never closed hides nothing, nor does one within `raw`.

    Example:
        >>> drop_liquid_comments("a {% comment %}b{% endcomment %}c")
        'a c'
    """
    if "endcomment" not in text:
        return text
    pieces, position, until, lost = list[str](), 0, 0, set[str]()
    for begin in _HIDING.finditer(text):
        if begin.start() < until or begin[1] in lost:
            continue
        end = (_RAW_END if begin[1] == "raw" else _COMMENT_END).search(text, begin.end())
        if not end:
            lost.add(begin[1])
            continue
        until = end.end()
        if begin[1] == "comment":
            pieces += [text[position : begin.start()], keep_lines(text[begin.start() : until], "")]
            position = until
    return "".join([*pieces, text[position:]])


def find_raw(text: str) -> tuple[list[tuple[int, int]], list[Edit]]:
    """Return where nothing is a tag, and the marks of it, which show nothing.

    Example:
        >>> find_raw("{% raw %}{{ x }}{% endraw %}")[0]
        [(9, 16)]
    """
    spans, edits, position = list[tuple[int, int]](), list[Edit](), 0
    if "endraw" not in text:
        return spans, edits
    while (begin := _RAW.search(text, position)) and (end := _RAW_END.search(text, begin.end())):
        spans.append((begin.end(), end.start()))
        edits += [Edit(*begin.span(), ""), Edit(*end.span(), "")]
        position = end.end()
    return spans, edits


def find_lone_raw(source: Source, marks: list[Edit]) -> Iterator[tuple[int, str]]:
    """Yield lines of marks of `raw` that are no pair, and what is wrong with them."""
    paired = {edit.begin for edit in marks}
    for pattern, how in ((_RAW, "is never closed"), (_RAW_END, "closes nothing")):
        for found in pattern.finditer(source.text) if "raw" in source.text else ():
            if found.start() not in paired and not source.in_code(found.start()):
                yield source.find_line(found.start()), how


def find_liquid(source: Source) -> list[Tag]:
    """Return Liquid's tags of a page outside of code, but for `raw`; of a pair, the first one is `open`."""
    if "{%" not in source.text:
        return []
    found = list(_LIQUID.finditer(source.text))
    ended = {one["name"][3:].lstrip("_") for one in found if one["name"].startswith("end")}
    return [
        Tag(
            *one.span(),
            _read_role(one["name"], ended),
            one["name"].removeprefix("end").lstrip("_"),
            read_arguments(one["arguments"]) | {"": one["arguments"].strip()},
            DIALECT,
            one[0],
        )
        for one in found
        if not source.in_code(one.start())
    ]


def _read_role(name: str, ended: set[str]) -> str:
    if name.startswith("end"):
        return "close"
    return "open" if name in ended or is_condition(name) or name == "raw" else "void"


def is_condition(name: str) -> bool:
    """Tell whether what a tag holds is shown only sometimes, or more than once.

    Example:
        >>> is_condition("ifversion"), is_condition("note")
        (True, False)
    """
    return name.startswith("if") or name in CONDITIONS


def find_variables(source: Source) -> Iterator[re.Match[str]]:
    """Yield `{{ name }}`, wherever it stands."""
    yield from _VARIABLE.finditer(source.text) if "{{" in source.text else ()
