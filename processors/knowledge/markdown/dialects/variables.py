"""Variables of templates, `{{ name }}`, and tags of ERB: a value that the page knows, or the tag as it is."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from processors.knowledge.markdown.dialects.liquid import ADDRESSES, find_variables
from processors.knowledge.markdown.dialects.source import Edit, Source, keep_visible
from processors.knowledge.markdown.dialects.templates import is_in_address
from processors.knowledge.markdown.markers import Mark, write_mark

_ERB: Final = re.compile(r"<%(?P<sign>[=#-]?)(?P<code>(?:(?!%>|<%).){0,2000}?)-?%>", re.DOTALL)
_PARTIAL: Final = re.compile(
    r"""^\s*(?:partial|render|render_partial|include)[\s(]+(?:partial:\s*)?["']([^"'\n]+)["']"""
)
_OF_SITE: Final = ("site.", "page.", "jekyll.", "include.", "layout.")

Told = list[tuple[int, str]]


def place_values(
    source: Source, values: Mapping[str, str], taken: Sequence[tuple[int, int]]
) -> tuple[list[Edit], Told]:
    """Return edits that put values in place of their names, and what has none.

    In code only a known value takes the place of a name: it may be another template's.

    Args:
        source: The page.
        values: That the page gives names to.
        taken: Places that hold no variables.
    """
    edits, told = list[Edit](), Told()
    for found in find_variables(source):
        if any(begin <= found.start() < end for begin, end in taken):
            continue
        name, in_code = found["name"], source.in_code(found.start())
        line = source.find_line(found.start())
        if name in values and not found["filters"]:
            in_address = not in_code and is_in_address(source, found.start())
            value = "".join(values[name].split()) if in_address else values[name]
            edits.append(Edit(*found.span(), value, apart=False))
        elif in_code:
            is_shown = source.code[line] != "raw" and name.startswith(_OF_SITE)
            told += [(line, f"{found[0]} has no value here")] if is_shown else []
        elif is_in_address(source, found.start()):
            is_base = name.rpartition(".")[2] in ADDRESSES
            edits.append(Edit(*found.span(), "" if is_base else "".join(found[0].split()), apart=False))
            told += [] if is_base else [(line, f"{found[0]} has no value here")]
        else:
            edits.append(Edit(*found.span(), keep_visible(found[0]), apart=False))
            told.append((line, f"{found[0]} has no value here"))
    return edits, told


def show_erb(source: Source, *, is_erb: bool) -> tuple[list[Edit], Told]:
    """Return edits of the tags of ERB: a comment shows nothing, anything else stays as it is written.

    Args:
        source: The page.
        is_erb: Whether the page is a template of ERB, so that tags in its code are such as well.
    """
    edits, told = list[Edit](), Told()
    for found in _ERB.finditer(source.text) if "<%" in source.text else ():
        line = source.find_line(found.start())
        words = f"{' '.join(found[0].split())[:80]} has no value here"
        if source.in_code(found.start()):
            told += [(line, words)] if is_erb and found["sign"] != "#" and source.code[line] != "raw" else []
            continue
        alone = source.lines[line].strip() == found[0]
        partial = _PARTIAL.match(found["code"])
        if found["sign"] == "#":
            edits.append(Edit(*found.span(), "", apart=alone))
        elif partial and alone:
            mark = Mark(kind="omitted", raw=found[0], name="include", label=partial[1])
            edits.append(Edit(*found.span(), write_mark(mark)))
        else:
            edits.append(Edit(*found.span(), keep_visible(found[0]), apart=False))
            told.append((line, words))
    return edits, told
