"""MDX: imports and exports are taken out, components become what they show."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.markdown.dialects.source import Edit, Source
from processors.knowledge.markdown.dialects.tags import Tag, pair_tags, read_arguments
from processors.knowledge.markdown.lines import find_fenced

DIALECT: Final = "component"
_COMPONENT: Final = re.compile(
    r"""<(?P<close>/?)(?P<name>[A-Z][\w.]*+)"""
    r"""(?P<arguments>(?:\s(?:[^<>"'{}]++|"[^"]*+"|'[^']*+'|\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\})*+)?)>"""
)
_IMPORT: Final = re.compile(
    r"^import\s+(?P<names>[\w*{}\s,$]+?\s+from\s+)?['\"](?P<target>[^'\"\n]+)['\"]\s*;?[ \t]*$", re.MULTILINE
)
_EXPORT: Final = re.compile(
    r"^export\s+(?:const|let|var|default|function|async|class)\b[^\n]*(?:\n(?![ \t]*$).*)*", re.MULTILINE
)
_COMMENT: Final = re.compile(r"\{/\*(?:(?!\*/).){0,5000}?\*/\}", re.DOTALL)
_CHOICES: Final = re.compile(r"\{[^{}]*\}")
_FIELD: Final = re.compile(r"""\b(label|value)\s*:\s*(?:"([^"]*)"|'([^']*)')""")
_PAGE: Final = re.compile(r"\.mdx?$", re.IGNORECASE)


def take_modules(source: Source) -> tuple[list[Edit], dict[str, str]]:
    """Return edits that take imports, exports and comments out, and pages that are imported, by their names.

    Example:
        >>> take_modules(Source("import Stop from './_stop.mdx';\\n\\n<Stop />"))[1]
        {'Stop': './_stop.mdx'}
    """
    edits, pages = list[Edit](), dict[str, str]()
    text = source.text
    for found in _IMPORT.finditer(text) if "import" in text else ():
        if not source.in_code(found.start()):
            edits.append(Edit(*found.span(), ""))
            name = (found["names"] or "").split(" ")[0].strip(", ")
            if _PAGE.search(found["target"]) and name:
                pages[name] = found["target"]
    for found in _EXPORT.finditer(text) if "export " in text else ():
        if not source.in_code(found.start()):
            edits.append(Edit(*found.span(), ""))
    for found in _COMMENT.finditer(text) if "{/*" in text else ():
        if not source.in_code(found.start()) and not any(e.begin <= found.start() < e.end for e in edits):
            edits.append(Edit(*found.span(), "", apart=_is_apart(source, *found.span())))
    return edits, pages


def _is_apart(source: Source, begin: int, end: int) -> bool:
    first, last = source.find_line(begin), source.find_line(end)
    before = source.text[source.starts[first] : begin]
    behind = source.text[end : source.starts[last] + len(source.lines[last])]
    return not before.strip() and not behind.strip()


def find_components(source: Source) -> list[Tag]:
    """Return the components of a page outside of code: in pairs, or ended in themselves. `<Pod>` is a word.

    Example:
        >>> [(tag.name, tag.role) for tag in find_components(Source("<Tabs>\\n</Tabs> of <Pod> <Icon />"))]
        [('Tabs', 'open'), ('Tabs', 'close'), ('Icon', 'void')]
    """
    if "<" not in source.text:
        return []
    found = list(_COMPONENT.finditer(source.text))
    closed = {one["name"] for one in found if one["close"]}
    fenced = find_fenced(source.lines) if found else []
    made = (_make_tag(one, closed) for one in found if not fenced[source.find_line(one.start())])
    tags = [tag for tag in made if tag and not _is_in_span(source, tag)]
    # What a component holds is often so far in that it looks like code; where it begins tells whether it is.
    pairs, _ = pair_tags(tags)
    inner = {pair.closing for pair in pairs if not source.in_code(tags[pair.opening].begin)}
    return [tag for at, tag in enumerate(tags) if at in inner or not source.in_code(tag.begin)]


def _is_in_span(source: Source, tag: Tag) -> bool:
    return not source.code[source.find_line(tag.begin)] and source.in_code(tag.begin)


def _make_tag(found: re.Match[str], closed: set[str]) -> Tag | None:
    arguments = found["arguments"]
    empty = arguments.rstrip().endswith("/")
    if not found["close"] and not empty and found["name"] not in closed:
        return None
    role = "close" if found["close"] else "void" if empty else "open"
    return Tag(
        *found.span(), role, found["name"], read_arguments(arguments.rstrip("/ \n")), DIALECT, found[0]
    )


def list_choices(values: str) -> Iterator[tuple[str, str]]:
    """Yield value and label of each tab that a group of them names.

    Example:
        >>> list(list_choices("[{label: 'On Linux', value: 'linux'}]"))
        [('linux', 'On Linux')]
    """
    for found in _CHOICES.finditer(values):
        fields = {name: double or single for name, double, single in _FIELD.findall(found[0])}
        if "value" in fields:
            yield fields["value"], fields.get("label", fields["value"])
