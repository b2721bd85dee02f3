"""What the styles and numbering of a Word document say of its paragraphs: heading, list item or code."""

import re
from functools import lru_cache
from itertools import islice
from typing import Any, Final, TypedDict

from docx.oxml import ns

_DEEPEST: Final = 8
_LONGEST_CHAIN: Final = 20
_CODE_STYLE: Final = re.compile(
    r"\b(code|source|preformatted|macro|console|terminal|listing|verbatim)", re.IGNORECASE
)
_NO_CODE_STYLE: Final = re.compile(r"\b(data ?source|source (list|note)|code (title|caption))", re.IGNORECASE)
_MONOSPACE: Final = re.compile(
    r"courier|consolas|menlo|monaco|\bmono\b|mono$|lucida console|source code|typewriter|fixedsys|inconsolata"
    r"|cascadia|fira code",
    re.IGNORECASE,
)
_LIST_STYLE: Final = re.compile(r"list (bullet|number) ?(\d?)$", re.IGNORECASE)


class ListPlace(TypedDict):
    """Where a list item stands: its list, its level from 0, and whether it is numbered, from what on."""

    list_id: str
    level: int
    numbered: bool
    start: int


class Styles(TypedDict):
    """Styles by id, with what they inherit: names, properties of paragraphs; and the kinds of list levels."""

    names: dict[str, list[str]]
    elements: dict[str, list[Any]]
    levels: dict[tuple[str, int], tuple[str, int]]


@lru_cache(maxsize=256)
def qn(path: str) -> str:
    """Return a path of prefixed names with the namespaces that lxml wants.

    Example:
        >>> qn("w:pPr/w:pStyle").count("{http://schemas.openxmlformats.org/")
        2
    """
    return "/".join(ns.qn(name) for name in path.split("/"))


def value_of(element: Any, path: str) -> str | None:
    """Return the attribute `w:val` of an element below another one, such as `w:pPr/w:pStyle`."""
    found = element.find(qn(path)) if element is not None else None
    return None if found is None else found.get(qn("w:val"), "")


def read_styles(styles: Any, numbering: Any) -> Styles:
    """Read the parts `styles` and `numbering`, either of which may be None."""
    by_id = {} if styles is None else {each.get(qn("w:styleId")): each for each in styles.iter(qn("w:style"))}
    elements: dict[str, list[Any]] = {}
    for style_id in by_id:
        chain = elements.setdefault(style_id, [])
        parent: str | None = style_id
        while parent in by_id and by_id[parent] not in chain and len(chain) < _LONGEST_CHAIN:
            chain.append(by_id[parent])
            parent = value_of(by_id[parent], "w:basedOn")
    names = {
        style_id: [value_of(style, "w:name") or "" for style in chain] for style_id, chain in elements.items()
    }
    return Styles(names=names, elements=elements, levels=_read_levels(numbering))


def _read_levels(numbering: Any) -> dict[tuple[str, int], tuple[str, int]]:
    if numbering is None:
        return {}
    abstract = {each.get(qn("w:abstractNumId")): each for each in numbering.iter(qn("w:abstractNum"))}
    levels: dict[tuple[str, int], tuple[str, int]] = {}
    for number in numbering.iter(qn("w:num")):
        definition = abstract.get(value_of(number, "w:abstractNumId"))
        for level in [] if definition is None else islice(definition.iter(qn("w:lvl")), _DEEPEST + 1):
            place = (number.get(qn("w:numId"), ""), read_number(level.get(qn("w:ilvl"))))
            start = read_number(value_of(level, "w:start"), 1)
            levels[place] = (value_of(level, "w:numFmt") or "decimal", start)
    return levels


def read_number(text: str | None, default: int = 0) -> int:
    """Return a number that is no larger than a person would write, or the default if it is none.

    Example:
        >>> read_number("3"), read_number(None, 1), read_number("many", 1), read_number("9" * 99)
        (3, 1, 1, 9999)
    """
    return min(int(text[:5]), 9999) if text and text.isascii() and text.isdigit() else default


def find_heading(styles: Styles, paragraph: Any) -> int:
    """Return the level of a heading, or 0 if the paragraph is none."""
    style_id = value_of(paragraph, "w:pPr/w:pStyle") or ""
    for name in styles["names"].get(style_id, [style_id]):
        found = re.fullmatch(r"heading ?(\d)", name, re.IGNORECASE)
        if found:
            return min(max(int(found[1]), 1), 6)
        if name.lower() == "title":
            return 1
    outline = value_of(paragraph, "w:pPr/w:outlineLvl")
    for style in styles["elements"].get(style_id, []):
        outline = outline if outline is not None else value_of(style, "w:pPr/w:outlineLvl")
    level = read_number(outline, 9)
    return level + 1 if level < 6 else 0


def find_list(styles: Styles, paragraph: Any) -> ListPlace | None:
    """Return where a paragraph stands in a list, or None if it is no item of one."""
    style_id = value_of(paragraph, "w:pPr/w:pStyle") or ""
    holders = [paragraph, *styles["elements"].get(style_id, [])]
    list_id = next((v for h in holders if (v := value_of(h, "w:pPr/w:numPr/w:numId")) is not None), None)
    written = next((v for h in holders if (v := value_of(h, "w:pPr/w:numPr/w:ilvl")) is not None), None)
    level = min(read_number(written), _DEEPEST)
    named = _find_list_style(styles["names"].get(style_id, []))
    if list_id == "0" or (list_id is None and named is None):
        return None
    if list_id is None:
        return named
    kind, start = styles["levels"].get((list_id, level), ("bullet", 1))
    return ListPlace(
        list_id=list_id,
        # Word's own "List Bullet 2" is the first level of a list that is only indented.
        level=max(level, named["level"]) if named else level,
        numbered=kind not in ("bullet", "none"),
        start=start,
    )


def _find_list_style(names: list[str]) -> ListPlace | None:
    for name in names:
        found = _LIST_STYLE.match(name)
        if found:
            kind, level = found[1].lower(), max(int(found[2] or 1), 1) - 1
            return ListPlace(list_id=kind, level=level, numbered=kind == "number", start=1)
    return None


def is_style(styles: Styles, style_id: str | None, pattern: str) -> bool:
    """Tell whether a style or one that it is based on has a name that the pattern matches from its start.

    Args:
        styles: Of the document.
        style_id: As a paragraph or a run names it; None stands for no style.
        pattern: A regular expression; case doesn't count.
    """
    names = styles["names"].get(style_id or "", [style_id or ""])
    return any(re.match(pattern, name, re.IGNORECASE) for name in names)


def is_code_style(styles: Styles, style_id: str | None) -> bool:
    """Tell whether what has this style is code: by the style's name, or by its font."""
    if style_id is None:
        return False
    names = styles["names"].get(style_id, [style_id])
    if any(_CODE_STYLE.search(name) and not _NO_CODE_STYLE.search(name) for name in names):
        return True
    return any(is_monospace(style) for style in styles["elements"].get(style_id, []))


def is_monospace(holder: Any) -> bool:
    """Tell whether a run or a style names a font in which code is set."""
    fonts = holder.find(qn("w:rPr/w:rFonts"))
    return fonts is not None and bool(_MONOSPACE.search(fonts.get(qn("w:ascii"), "")))
