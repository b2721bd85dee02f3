"""Notes and warnings in the dialects of MkDocs, Docusaurus and kramdown, as plain paragraphs."""

import re
from typing import Final

from processors.knowledge.markdown.lines import find_fenced

_KINDS: Final = "note|tip|important|warning|caution|danger|info|hint|attention|error|example|abstract|success"
_MKDOCS: Final = re.compile(r'^(\s*)(?:!!!|\?\?\?\+?)\s+(\w+)(?:\s+[\w ]+?)?(?:\s+"([^"]*)")?\s*$')
_COLONS: Final = re.compile(rf"^(\s*):{{3,}}\s*({_KINDS})\b\s*(?:\[([^\]]*)\]|(.*))$", re.IGNORECASE)
_COLONS_END: Final = re.compile(r"^\s*:{3,}\s*$")
_KRAMDOWN_LINE: Final = re.compile(r"^\s*\{:([^{}]*)\}\s*$")
_KRAMDOWN: Final = re.compile(r"\{:[^{}\n]{0,200}\}")
_KRAMDOWN_KIND: Final = re.compile(rf"\.({_KINDS})\b")
_PARAGRAPH: Final = re.compile(r"^(\s*(?:[-*+]\s+|\d+[.)]\s+)?)([^\s#>|`~-].*)$")
_MKDOCS_INDENT: Final = 4


def expand_admonitions(text: str) -> str:
    """Turn every admonition into `Note: …`, its text into plain paragraphs, line by line.

    Example:
        >>> expand_admonitions("Only on Linux.\\n{: .note}")
        'Note: Only on Linux.\\n'
    """
    lines = text.split("\n")
    indent = -1
    for number, in_code in enumerate(find_fenced(lines)):
        line = lines[number]
        if indent >= 0 and (not line.strip() or line[: indent + _MKDOCS_INDENT].isspace()):
            lines[number] = line[:indent] + line[indent + _MKDOCS_INDENT :]
            continue
        indent = -1
        if in_code:
            continue
        if found := _MKDOCS.match(line):
            indent = len(found[1])
            lines[number] = f"{found[1]}{_name(found[2], found[3])}"
        elif found := _COLONS.match(line):
            lines[number] = f"{found[1]}{_name(found[2], found[3] or found[4])}"
        elif _COLONS_END.match(line):
            lines[number] = ""
        elif found := _KRAMDOWN_LINE.match(line):
            lines[number] = ""
            _mark_paragraph(lines, number, _KRAMDOWN_KIND.search(found[1]))
        elif "{:" in line:
            lines[number] = _KRAMDOWN.sub("", line)
    return "\n".join(lines)


def _name(kind: str, title: str | None) -> str:
    named = f"{kind.capitalize()}:"
    return f"{named} {title.strip()}" if title and title.strip() else named


def _mark_paragraph(lines: list[str], number: int, kind: re.Match[str] | None) -> None:
    """Say of the paragraph above a kramdown attribute which kind it is."""
    begin = number
    while begin > 0 and lines[begin - 1].strip():
        begin -= 1
    found = _PARAGRAPH.match(lines[begin]) if kind and begin < number else None
    if kind and found:
        lines[begin] = f"{found[1]}{kind[1].capitalize()}: {found[2]}"
