"""What stands in a paragraph of a Word document: text, code, links and images, as Markdown."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final, Literal, TypedDict

from processors.knowledge.documents.docx_styles import Styles, is_code_style, is_monospace, qn, value_of
from processors.knowledge.documents.escaping import escape_inline, escape_line_starts, quote_code

_TEXT_TAGS: Final = {
    qn("w:tab"): "\t",
    qn("w:cr"): "\n",
    qn("w:br"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:ptab"): "\t",
}
_IMAGES: Final = (qn("w:drawing"), qn("w:pict"), qn("w:object"))
_TEXTS: Final = (qn("w:t"), "{http://schemas.openxmlformats.org/officeDocument/2006/math}t")
# What was deleted with change tracking on, and where moved text stood before.
_GONE: Final = (qn("w:del"), qn("w:moveFrom"))
_PROPERTIES: Final = (qn("w:pPr"), qn("w:rPr"), qn("w:sdtPr"), qn("w:tblPr"), qn("w:tcPr"), qn("w:trPr"))
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
TEXT_BOX: Final = qn("w:txbxContent")
_VML_SHAPE: Final = "{urn:schemas-microsoft-com:vml}shape"
_HYPERLINK: Final = re.compile(r'^\s*HYPERLINK\s+"([^"]+)"', re.IGNORECASE)
_SAFE_URL: Final = re.compile(r"(?:https?://|mailto:)[^\s<>]+$", re.IGNORECASE)

_MOST_NESTED: Final = 3

Kind = Literal["text", "code", "markup", "instruction", "begin", "separate", "end"]


class Piece(TypedDict):
    """A part of a paragraph: plain text, code, finished Markdown, or a mark of one of Word's fields."""

    kind: Kind
    text: str


class Reading(TypedDict):
    """What is known of the document while it is read, and the warnings so far, each once."""

    styles: Styles
    links: dict[str, str]
    warnings: dict[str, None]


def read_pieces(paragraph: Any, reading: Reading) -> list[Piece]:
    """Return the pieces of a paragraph in their order, links and images as Markdown."""
    return _resolve_fields(list(_walk(paragraph, reading, code=False)), reading)


def _walk(element: Any, reading: Reading, *, code: bool) -> Iterator[Piece]:
    for child in choose_children(element):
        tag = child.tag
        if tag in _GONE or tag in _PROPERTIES:
            continue
        if tag == qn("w:r"):
            if _is_hidden(child):
                reading["warnings"]["hidden text is left out"] = None
                continue
            style = value_of(child, "w:rPr/w:rStyle")
            yield from _walk(
                child, reading, code=is_monospace(child) or is_code_style(reading["styles"], style)
            )
        elif tag in _TEXTS:
            yield Piece(kind="code" if code else "text", text=child.text or "")
        elif tag in _TEXT_TAGS:
            yield Piece(kind="code" if code else "text", text=_TEXT_TAGS[tag])
        elif tag == qn("w:hyperlink"):
            target = reading["links"].get(child.get(qn("r:id"), ""), "")
            yield _make_link(
                _resolve_fields(list(_walk(child, reading, code=code)), reading), target, reading
            )
        elif tag == qn("w:fldSimple"):
            found = _HYPERLINK.match(child.get(qn("w:instr"), ""))
            inner = _resolve_fields(list(_walk(child, reading, code=code)), reading)
            yield _make_link(inner, found[1] if found else "", reading)
        elif tag == qn("w:instrText"):
            yield Piece(kind="instruction", text=child.text or "")
        elif tag == qn("w:fldChar"):
            kind = child.get(qn("w:fldCharType"))
            if kind in ("begin", "separate", "end"):
                yield Piece(kind=kind, text="")
        elif tag in _IMAGES:
            yield from _describe_images(child)
        elif tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
            reading["warnings"]["footnotes are left out"] = None
        else:
            yield from _walk(child, reading, code=code)


def choose_children(element: Any) -> list[Any]:
    """Return an element's children; of alternatives that Word keeps for older programs only the first."""
    children = [child for child in element if isinstance(child.tag, str)]
    if element.tag == f"{_COMPATIBILITY}AlternateContent":
        return children[:1]
    return children


def find_shallow(element: Any, tags: tuple[str, ...]) -> Iterator[Any]:
    """Find elements below another one, but none inside of those found, nor inside of a text box."""
    for child in choose_children(element):
        if child.tag in tags:
            yield child
        elif child.tag != TEXT_BOX:
            yield from find_shallow(child, tags)


def _is_hidden(run: Any) -> bool:
    value = value_of(run, "w:rPr/w:vanish")
    return value is not None and value not in ("0", "false", "off")


def _describe_images(drawing: Any) -> Iterator[Piece]:
    """Give what a picture's author says that it shows; the picture itself is not read."""
    for shape in find_shallow(drawing, (qn("wp:docPr"), _VML_SHAPE)):
        words = shape.get("descr") or shape.get("alt") or shape.get("title") or ""
        if words.strip():
            yield Piece(kind="markup", text=f"![{_escape_label(escape_inline(' '.join(words.split())))}]()")


def _resolve_fields(pieces: list[Piece], reading: Reading) -> list[Piece]:
    """Turn Word's fields into what they show; one that is a link becomes a link."""
    open_fields: list[tuple[int, str]] = []
    shown: list[Piece] = []
    for piece in pieces:
        if piece["kind"] == "begin":
            open_fields.append((len(shown), ""))
        elif piece["kind"] == "instruction" and open_fields:
            begin, instruction = open_fields.pop()
            open_fields.append((begin, instruction + piece["text"]))
        elif piece["kind"] == "end" and open_fields:
            begin, instruction = open_fields.pop()
            found = _HYPERLINK.match(instruction)
            if found and len(open_fields) < _MOST_NESTED:
                shown[begin:] = [_make_link(shown[begin:], found[1], reading)]
        elif piece["kind"] in ("text", "code", "markup"):
            shown.append(piece)
    return shown


def _make_link(pieces: list[Piece], target: str, reading: Reading) -> Piece:
    label = " ".join(render_pieces(pieces).split())
    if not target:
        return Piece(kind="markup", text=label)
    if not _SAFE_URL.match(target):
        reading["warnings"][f"a link to {target[:100]!r} is left out, its text is kept"] = None
        return Piece(kind="markup", text=label)
    if any(piece["text"].startswith(("[", "![")) for piece in pieces if piece["kind"] == "markup"):
        return Piece(kind="markup", text=f"{label} \\<{escape_inline(target)}>")
    shown = label or escape_inline(target)
    return Piece(kind="markup", text=f"[{_escape_label(shown)}](<{target}>)")


def _escape_label(text: str) -> str:
    return re.sub(r"(?<!\\)[\[\]]", lambda found: "\\" + found[0], text)


def render_pieces(pieces: list[Piece]) -> str:
    """Return pieces as Markdown of a paragraph's inside; its lines may begin with anything yet."""
    merged: list[Piece] = []
    for kind, group in groupby(pieces, lambda piece: piece["kind"]):
        if kind == "markup":
            merged += group
        else:
            merged.append(Piece(kind=kind, text="".join(piece["text"] for piece in group)))
    texts = []
    for number, piece in enumerate(merged):
        if piece["kind"] == "code" and piece["text"].strip():
            text = piece["text"]
            lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            texts.append(f"{lead}{quote_code(text)}{trail}")
        elif piece["kind"] == "text":
            text = escape_inline(piece["text"])
            # An exclamation mark before a link would make an image of it.
            is_bang = text.endswith("!") and any(
                p["text"].startswith("[") for p in merged[number + 1 : number + 2]
            )
            texts.append(text[:-1] + "\\!" if is_bang else text)
        else:
            texts.append(piece["text"])
    return "".join(texts)


def render_paragraph(pieces: list[Piece]) -> list[str]:
    """Return the Markdown lines of a paragraph."""
    text = re.sub(r"[ \t\u00a0]+", " ", render_pieces(pieces))
    return [line for line in escape_line_starts(text).split("\n") if line]
