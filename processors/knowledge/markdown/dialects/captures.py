"""What Jekyll's pages capture under a name: a short value, or text that an include shows."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from processors.knowledge.markdown.dialects.liquid import DIALECT
from processors.knowledge.markdown.dialects.meanings import ADMONITIONS
from processors.knowledge.markdown.dialects.tags import Tag

_LANGUAGES: Final = frozenset([
    "bash", "sh", "shell", "console", "python", "rest", "json", "yaml", "yml", "javascript", "js", "java",
    "go", "ruby", "php", "rust", "csharp", "sql", "http", "powershell", "xml", "toml", "curl", "text",
])  # fmt: skip
_NAME: Final = re.compile(r"[\w-]+")


def settle_captures(tags: Sequence[Tag], values: Mapping[str, str], text: str) -> list[Tag]:
    """Return tags with those of captures named for what they hold: a value, code, a note or text.

    A value shows nothing where it is captured. Anything longer is shown there, as the include shows it that
    is given it, and nothing where that stands.

    Args:
        tags: Of a page.
        values: The short ones.
        text: Of the page.

    Example:
        >>> capture = Tag(0, 9, "open", "capture", {"0": "step_python"}, "Liquid tag", "")
        >>> text = "{{ step_python }}"
        >>> [settle_captures([capture], values, text)[0].name for values in ({}, {"step_python": "1"})]
        ['highlight', 'comment']
    """
    if not any(tag.name == "capture" for tag in tags):
        return list(tags)
    names = {tag.arguments.get("0", "") for tag in tags if _is_capture(tag)}
    uses: dict[str, tuple[Tag, str]] = {}
    shown_above = set[int]()
    for tag in tags:
        if tag.dialect == DIALECT and tag.name.startswith("include"):
            for argument, value in tag.arguments.items():
                if argument and value in names:
                    uses.setdefault(value, (tag, argument))
                    if value not in values or "code" in tag.arguments.get("0", "").lower():
                        shown_above.add(tag.begin)
    settled, opened = list[Tag](), list[Tag]()
    for tag in tags:
        if _is_capture(tag):
            opened.append(_name(tag, uses, values, text))
            tag = opened[-1]
        elif tag.dialect == DIALECT and tag.name == "capture" and opened:
            tag = tag._replace(name=opened.pop().name)
        elif tag.begin in shown_above:
            tag = tag._replace(name="break")
        settled.append(tag)
    return settled


def _is_capture(tag: Tag) -> bool:
    return tag.dialect == DIALECT and tag.name == "capture" and tag.role == "open"


def _name(tag: Tag, uses: Mapping[str, tuple[Tag, str]], values: Mapping[str, str], text: str) -> Tag:
    name = tag.arguments.get("0", "")
    include, argument = uses.get(name, (None, ""))
    shown_by = include.arguments.get("0", "").lower() if include else ""
    is_named = include is not None or re.search(rf"\{{\{{-?\s*{re.escape(name)}\b", text)
    if name in values and is_named and "code" not in shown_by:
        return tag._replace(name="comment")
    suffix = name.rpartition("_")[2].lower()
    if "code" in shown_by or suffix in _LANGUAGES:
        language = argument if argument in _LANGUAGES else suffix if suffix in _LANGUAGES else ""
        return tag._replace(name="highlight", arguments={"0": language})
    kind = next((word for word in _NAME.findall(shown_by) if word in ADMONITIONS), "")
    given = include.arguments if include else {}
    return tag._replace(name=kind, arguments=dict(given, **{"0": ""})) if kind else tag
