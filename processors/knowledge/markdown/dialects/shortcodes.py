"""Hugo's shortcodes, `{{< note >}}` and `{{% tab name="x" %}}`, and Quarto's, which look the same."""

import re
from collections.abc import Iterator
from typing import Final

from processors.knowledge.markdown.dialects.meanings import must_close
from processors.knowledge.markdown.dialects.source import Edit, Source
from processors.knowledge.markdown.dialects.tags import Tag, read_arguments

DIALECT: Final = "shortcode"
_SHORTCODE: Final = re.compile(
    r"\{\{[<%](?P<escaped>/\*)?\s*(?P<close>/?)\s*(?P<name>[\w./-]+)"
    r"(?P<arguments>(?:(?![>%]\}\}|\{\{[<%]).){0,4000})[>%]\}\}",
    re.DOTALL,
)
_SPOKEN_OF: Final = re.compile(r"\{\{[<%](?P<begin>/\*)(?:(?!\*/).){0,4000}(?P<end>\*/)[>%]\}\}", re.DOTALL)


def find_shortcodes(source: Source) -> list[Tag]:
    """Return the shortcodes of a page outside of code; of a pair, the first one is `open`.

    Example:
        >>> [tag.role for tag in find_shortcodes(Source("{{< note >}}Slow.{{< /note >}} {{< toc >}}"))]
        ['open', 'close', 'void']
    """
    if "{{<" not in source.text and "{{%" not in source.text:
        return []
    ends = {one.start(): one.end() for one in _SPOKEN_OF.finditer(source.text)} if "/*" in source.text else {}
    found, until = list[re.Match[str]](), 0
    for one in _SHORTCODE.finditer(source.text):
        until = ends.get(one.start(), until)
        if not one["escaped"] and one.start() >= until:
            found.append(one)
    closed = {one["name"] for one in found if one["close"]}
    return [
        Tag(
            *one.span(),
            _read_role(one, closed),
            one["name"],
            read_arguments(one["arguments"].rstrip("/ \n")),
            DIALECT,
            one[0],
        )
        for one in found
        if not source.in_code(one.start())
    ]


def _read_role(found: re.Match[str], closed: set[str]) -> str:
    if found["close"]:
        return "close"
    is_pair = found["name"] in closed or must_close(found["name"])
    return "open" if is_pair and not found["arguments"].rstrip().endswith("/") else "void"


def unescape_shortcodes(source: Source) -> Iterator[Edit]:
    """Yield edits to what Hugo shows of shortcodes that a page only speaks of, in code as well.

    Of `{{</* note */>}}` these are two; several shortcodes may stand between two such signs.
    """
    for found in _SPOKEN_OF.finditer(source.text):
        for part in ("begin", "end"):
            yield Edit(*found.span(part), "", apart=False)


def find_unknown_in_code(source: Source) -> Iterator[tuple[int, str]]:
    """Yield line and text of shortcodes in code: what they stand for isn't on the page."""
    for found in _SHORTCODE.finditer(source.text):
        line = source.find_line(found.start())
        is_shown = source.in_code(found.start()) and source.code[line] != "raw"
        if is_shown and not found["escaped"] and not found["close"]:
            yield line, found[0]
