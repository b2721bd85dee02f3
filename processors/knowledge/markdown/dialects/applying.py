"""All dialects, one after the other, each in place."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from processors.knowledge.markdown.dialects.captures import settle_captures
from processors.knowledge.markdown.dialects.colons import expand_colons
from processors.knowledge.markdown.dialects.components import find_components, take_modules
from processors.knowledge.markdown.dialects.directives import find_directives, find_in_sentences
from processors.knowledge.markdown.dialects.heading_tabs import find_heading_tabs
from processors.knowledge.markdown.dialects.kramdown import find_attributes
from processors.knowledge.markdown.dialects.liquid import (
    drop_liquid_comments,
    find_liquid,
    find_lone_raw,
    find_raw,
)
from processors.knowledge.markdown.dialects.mkdocs import expand_mkdocs
from processors.knowledge.markdown.dialects.obsidian import find_obsidian
from processors.knowledge.markdown.dialects.shortcodes import (
    find_shortcodes,
    find_unknown_in_code,
    unescape_shortcodes,
)
from processors.knowledge.markdown.dialects.source import Edit, Source
from processors.knowledge.markdown.dialects.tags import Tag
from processors.knowledge.markdown.dialects.templates import rewrite_tags
from processors.knowledge.markdown.dialects.values import collect_values
from processors.knowledge.markdown.dialects.variables import Told, place_values, show_erb

_SIGNS: Final = re.compile(
    r"\{\{|\{%|<%|:::|%%|==|\[\[|\{!|\[!|8<-|<[A-Z/!]|\(#tab/|\{:|\{/\*|^(?:import|export) "
    r"|^[ \t]*#[A-Za-z]|\^\w"
    r"|<<<|@\[code|@include|include::|:include|=== \"",
    re.MULTILINE,
)
_ROUNDS: Final = 6


class Applied(NamedTuple):
    """A page's text with marks in place of other dialects, and reports as `path:line: what`."""

    text: str
    warnings: list[str]


def apply_dialects(path: str, text: str, front_matter: Mapping[str, Any]) -> Applied:
    """Rewrite what other tools put into Markdown, without moving a line or touching code.

    Args:
        path: Of the page, for reports.
        text: Of the page, without its front matter but with as many lines.
        front_matter: Its values.

    Example:
        >>> apply_dialects("a.md", 'A {{< badge text="Pod" >}} of ==v{{ page.v }}==.', {"v": "2"}).text
        'A Pod of v2.'
    """
    text = expand_mkdocs(drop_liquid_comments(text))
    if not _SIGNS.search(text):
        return Applied(text, [])
    told = Told()
    source = _rewrite_all_components(Source(text), told)
    source = source.edit(_keep_apart(find_directives(source)))
    told += find_in_sentences(source)
    source, warnings = expand_colons(path, source)
    source = source.edit(_keep_apart([*find_heading_tabs(source), *find_attributes(source)]))
    values = collect_values(source.text, front_matter)
    source = _rewrite_templates(source, values, told, is_erb=path.endswith(".erb"))
    source = source.edit(_keep_apart(find_obsidian(source)))
    warnings += [f"{path}:{line + 1}: {words}" for line, words in sorted(set(told))]
    return Applied(source.text, warnings)


def _rewrite_all_components(source: Source, told: Told) -> Source:
    """Rewrite until nothing is left: what is far in looks like code until what holds it is rewritten."""
    edits, pages = take_modules(source)
    if edits:
        source = Source(source.edit(_keep_apart(edits)).text)
    for _ in range(_ROUNDS):
        rewritten = rewrite_tags(source, find_components(source), {}, pages)
        if not rewritten.edits:
            break
        told += rewritten.told
        source = Source(source.edit(_keep_apart(rewritten.edits)).text)
    return source


def _rewrite_templates(source: Source, values: Mapping[str, str], told: Told, *, is_erb: bool) -> Source:
    raw, marks = find_raw(source.text)
    tags = [*find_shortcodes(source), *find_liquid(source)]
    tags = [tag for tag in _drop_nested(tags) if not _is_within(tag.begin, raw) and tag.name != "raw"]
    tags = settle_captures(tags, values, source.text)
    told += [(line, f"Liquid tag raw {how}") for line, how in find_lone_raw(source, marks)]
    told += [(line, f"{tag} has no value here") for line, tag in find_unknown_in_code(source)]
    rewritten = rewrite_tags(source, tags, values, {})
    told += rewritten.told
    taken = [*raw, *((tag.begin, tag.end) for tag in tags)]
    placed, missing = place_values(source, values, taken)
    erb, unread = show_erb(source, is_erb=is_erb)
    told += [*missing, *unread]
    return source.edit(_keep_apart([*marks, *rewritten.edits, *unescape_shortcodes(source), *placed, *erb]))


def _drop_nested(tags: Iterable[Tag]) -> list[Tag]:
    kept: list[Tag] = []
    for tag in sorted(tags):
        if not kept or tag.begin >= kept[-1].end:
            kept.append(tag)
    return kept


def _is_within(position: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(begin <= position < end for begin, end in spans)


def _keep_apart(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits without those that lie within an earlier one."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.begin, -edit.end)):
        if not kept or edit.begin >= kept[-1].end:
            kept.append(edit)
    return kept
