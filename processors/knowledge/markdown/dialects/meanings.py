"""What the tags of templates mean, whatever tool they are of: notes, tabs, folded text, code, steps."""

from typing import Final, Literal, NamedTuple

# fmt: off
ADMONITIONS: Final = frozenset([
    "note", "tip", "important", "warning", "caution", "danger", "info", "hint", "attention", "error",
    "abstract", "success", "question", "failure", "bug", "quote", "todo", "seealso", "see-also", "summary",
    "example",
    "check", "notice", "prerequisites", "prerequisite", "security", "deprecated", "experimental", "remember",
    "warn", "alert", "callout", "admonition", "aside", "message", "banner", "pageinfo", "critical", "memo",
])
_GENERAL: Final = frozenset([
    "alert", "callout", "hint", "notice", "admonition", "aside", "message", "banner", "pageinfo",
])
_GROUPS: Final = frozenset([
    "tabs", "tabpane", "tabset", "tab-set", "codetabs", "code-group", "codegroup", "tab-group", "tabgroup",
    "multi-code", "codenewtabs",
])
_TABS: Final = frozenset(["tab", "codetab", "tabitem", "tab-item", "tab-panel", "tabpanel"])
_DETAILS: Final = frozenset([
    "details", "expand", "collapse", "expandable", "accordion", "spoiler", "dropdown", "toggle", "expander",
    "collapsible", "foldable", "accordionitem",
])
_CODE: Final = frozenset(["highlight", "mermaid", "code", "prism", "sourcecode", "plantuml"])
HIDDEN: Final = frozenset(["comment"])
_CLOSED: Final = frozenset([
    "note", "tip", "important", "warning", "caution", "danger", "info", "tabs", "tab", "tabpane", "details",
    "expand", "mermaid", "highlight", "comment",
])
_TYPES: Final = ("type", "kind", "color", "style", "variant", "level", "class", "intent", "status")
_TITLES: Final = ("title", "header", "label", "heading", "summary", "caption", "name")
# fmt: on
_COLORS: Final = {
    "primary": "note",
    "secondary": "note",
    "default": "note",
    "warn": "warning",
    "error": "error",
}

Kind = Literal["quote", "tab", "details", "code", "steps", "step", "group", "hidden"]


class Meaning(NamedTuple):
    """What a pair of tags is: `name` is a note's label or a code's language, `label` the words to show."""

    kind: Kind
    name: str = ""
    label: str = ""


def read_meaning(name: str, arguments: dict[str, str]) -> Meaning:
    """Return what a pair of tags means; one that isn't known only holds what is within.

    Args:
        name: Of the tags, in any case.
        arguments: Of the opening one.

    Example:
        >>> read_meaning("hint", {"style": "warning"}), read_meaning("TabItem", {"value": "x", "label": "X"})
        (Meaning(kind='quote', name='WARNING', label=''), Meaning(kind='tab', name='', label='X'))
    """
    name = name.lower()
    title = next((arguments[key] for key in _TITLES if arguments.get(key)), "")
    first = arguments.get("0", "")
    if name in HIDDEN:
        return Meaning("hidden")
    if name in ADMONITIONS:
        return _read_note(name, arguments, title, first)
    if name in _TABS:
        lang = arguments.get("lang", "") if arguments.get("text", "") != "true" else ""
        return Meaning("tab", lang, title or first or arguments.get("value", "") or arguments.get("tab", ""))
    if name in _DETAILS:
        return Meaning("details", "", title or ("" if first == "open" else first) or "Details")
    if name in _CODE:
        language = arguments.get("lang") or arguments.get("language") or (first if name != "code" else "")
        return Meaning("code", name if name in ("mermaid", "plantuml") else language, title)
    if name == "steps":
        return Meaning("steps")
    if name == "step":
        return Meaning("step", "", title or first)
    if name in _GROUPS or not title:
        return Meaning("group")
    return Meaning("group" if name == "table" else "details", "", title)


def _read_note(name: str, arguments: dict[str, str], title: str, first: str) -> Meaning:
    if name not in _GENERAL:
        return Meaning("quote", "WARNING" if name == "warn" else name.upper(), title or first)
    named = next((arguments[key].lower() for key in _TYPES if arguments.get(key)), "")
    words = title
    if first.lower() in ADMONITIONS and not named:
        named, words = first.lower(), title or arguments.get("1", "")
    elif not named:
        words = title or first
    named = _COLORS.get(named, named)
    return Meaning(
        "quote", named.upper() if named in ADMONITIONS and named not in _GENERAL else "NOTE", words
    )


def must_close(name: str) -> bool:
    """Tell whether tags of a name always come in pairs.

    Example:
        >>> must_close("note"), must_close("toc")
        (True, False)
    """
    return name.lower() in _CLOSED


def is_group(name: str) -> bool:
    """Tell whether tags of a name hold nothing but tabs.

    Example:
        >>> is_group("tabs")
        True
    """
    return name.lower() in _GROUPS
