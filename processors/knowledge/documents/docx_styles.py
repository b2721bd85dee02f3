"""What the styles of a Word document say of its paragraphs: heading, list item or code."""

import re
from typing import Any, Final, TypedDict

from processors.knowledge.documents.docx_names import qn, read_number, value_of
from processors.knowledge.documents.docx_numbering import DEEPEST, Numbering, read_indent

_LONGEST_CHAIN: Final = 20
_LEVEL_INDENT: Final = 720
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
    """Where a list item stands: its list, its counter, its level from 0, how far to the right, in twips."""

    list_id: str
    counter: str
    level: int
    depth: int
    indent: int


class Styles(TypedDict):
    """Styles by id, with what they inherit: names, and properties of paragraphs."""

    names: dict[str, list[str]]
    elements: dict[str, list[Any]]


def read_styles(styles: Any) -> Styles:
    """Read the part `styles`, which may be None."""
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
    return Styles(names=names, elements=elements)


def _list_holders(styles: Styles, paragraph: Any) -> list[Any]:
    """Return a paragraph and its styles, nearest first."""
    return [paragraph, *styles["elements"].get(value_of(paragraph, "w:pPr/w:pStyle") or "", [])]


def find_heading(styles: Styles, paragraph: Any) -> int:
    """Return the level of a heading, or 0 if the paragraph is none."""
    style_id = value_of(paragraph, "w:pPr/w:pStyle") or ""
    for name in styles["names"].get(style_id, [style_id]):
        found = re.fullmatch(r"heading ?(\d)", name, re.IGNORECASE)
        if found:
            return min(max(int(found[1]), 1), 6)
        if name.lower() == "title":
            return 1
    outlines = (value_of(holder, "w:pPr/w:outlineLvl") for holder in _list_holders(styles, paragraph))
    level = read_number(next((outline for outline in outlines if outline is not None), None), 9)
    return level + 1 if level < 6 else 0


def find_indent(styles: Styles, paragraph: Any) -> int:
    """Return how far a paragraph stands to the right, in twips."""
    indents = (read_indent(holder, -1) for holder in _list_holders(styles, paragraph))
    return next((indent for indent in indents if indent >= 0), 0)


def find_list(styles: Styles, numbering: Numbering, paragraph: Any) -> ListPlace | None:
    """Return where a paragraph stands in a list, or None if it is no item of one.

    Args:
        styles: Of the document.
        numbering: Its lists.
        paragraph: The element.
    """
    holders = _list_holders(styles, paragraph)
    list_id = next((v for h in holders if (v := value_of(h, "w:pPr/w:numPr/w:numId")) is not None), None)
    written = next((v for h in holders if (v := value_of(h, "w:pPr/w:numPr/w:ilvl")) is not None), None)
    style_id = value_of(paragraph, "w:pPr/w:pStyle") or ""
    named = _find_list_style(styles["names"].get(style_id, []))
    if list_id == "0" or (list_id is None and named is None):
        return None
    if list_id is None:
        return named
    level = min(read_number(written), DEEPEST)
    held = numbering.levels.get((list_id, level))
    own = held.indent if held else _LEVEL_INDENT * level
    return ListPlace(
        list_id=list_id,
        counter=numbering.counters.get(list_id, list_id),
        level=level,
        # Word's own "List Bullet 2" is the first level of a list that is only indented.
        depth=max(level, named["depth"]) if named else level,
        indent=max(read_indent(paragraph, own + 360) - 360, 0),
    )


def _find_list_style(names: list[str]) -> ListPlace | None:
    for name in names:
        found = _LIST_STYLE.match(name)
        if found:
            kind, level = found[1].lower(), max(int(found[2] or 1), 1) - 1
            return ListPlace(
                list_id=kind, counter=kind, level=level, depth=level, indent=_LEVEL_INDENT * level
            )
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


def find_font(holder: Any) -> str:
    """Return the font that a run or a style names, or nothing."""
    fonts = holder.find(qn("w:rPr/w:rFonts"))
    return "" if fonts is None else str(fonts.get(qn("w:ascii"), fonts.get(qn("w:hAnsi"), "")))


def is_monospace(holder: Any) -> bool:
    """Tell whether a run or a style names a font in which code is set."""
    return bool(_MONOSPACE.search(find_font(holder)))
