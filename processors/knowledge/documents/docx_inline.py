"""What stands in a paragraph of a Word document, as spans: text, code, links and the words for pictures."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple, TypedDict

from processors.knowledge.blocks import Span
from processors.knowledge.blocks.spans import settle_spans
from processors.knowledge.documents.docx_names import is_on, qn, value_of
from processors.knowledge.documents.docx_numbering import Numbering
from processors.knowledge.documents.docx_styles import Styles, find_font, is_code_style, is_monospace
from processors.knowledge.documents.docx_symbols import find_sign, has_signs, translate_signs
from processors.knowledge.html.line import keep_safe, link_spans

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
_PICTURES: Final = (
    "{http://schemas.openxmlformats.org/drawingml/2006/main}graphicData",
    "{urn:schemas-microsoft-com:vml}imagedata",
    "{urn:schemas-microsoft-com:office:office}OLEObject",
)
_HYPERLINK: Final = re.compile(r'^\s*HYPERLINK\s+"([^"]+)"', re.IGNORECASE)

_MOST_NESTED: Final = 3


class Piece(NamedTuple):
    """A span, a picture without words, or a mark of one of Word's fields."""

    kind: Literal["span", "picture", "instruction", "begin", "separate", "end"]
    span: Span


class Reading(TypedDict):
    """What is known of the document while it is read, and the warnings so far, with how often each came."""

    styles: Styles
    numbering: Numbering
    links: dict[str, str]
    warnings: dict[str, int]


class Line(NamedTuple):
    """What a paragraph holds: its spans as they stand, and how many pictures without words."""

    spans: list[Span]
    pictures: int


def warn(reading: Reading, what: str) -> None:
    """Note something that the report is to say."""
    reading["warnings"][what] = reading["warnings"].get(what, 0) + 1


def read_paragraph(paragraph: Any, reading: Reading) -> Line:
    """Return what a paragraph holds, in its order."""
    pieces = _resolve_fields(_walk(paragraph, reading, code=False), reading)
    pictures = sum(piece.kind == "picture" for piece in pieces)
    return Line([piece.span for piece in pieces if piece.kind == "span"], pictures)


def _make_text(text: str, *, code: bool) -> Piece:
    return Piece("span", Span(kind="code" if code else "text", text=text))


def _walk(element: Any, reading: Reading, *, code: bool) -> Iterator[Piece]:
    for child in choose_children(element):
        tag = child.tag
        if tag in _GONE or tag in _PROPERTIES:
            continue
        if tag == qn("w:r"):
            yield from _walk_run(child, reading, code=code)
        elif tag in _TEXTS:
            yield _make_text(child.text or "", code=code)
        elif tag in _TEXT_TAGS:
            yield _make_text(_TEXT_TAGS[tag], code=code)
        elif tag == qn("w:sym"):
            yield _make_text(_read_sign(child, reading), code=code)
        elif tag == qn("w:hyperlink"):
            target = reading["links"].get(child.get(qn("r:id"), ""), "")
            yield from _make_link(_resolve_fields(_walk(child, reading, code=code), reading), target, reading)
        elif tag == qn("w:fldSimple"):
            found = _HYPERLINK.match(child.get(qn("w:instr"), ""))
            inner = _resolve_fields(_walk(child, reading, code=code), reading)
            yield from _make_link(inner, found[1] if found else "", reading)
        elif tag == qn("w:instrText"):
            yield Piece("instruction", Span(kind="text", text=child.text or ""))
        elif tag == qn("w:fldChar"):
            kind = child.get(qn("w:fldCharType"))
            if kind in ("begin", "separate", "end"):
                yield Piece(kind, Span(kind="text", text=""))
        elif tag in _IMAGES:
            yield from _describe_images(child)
        elif tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
            warn(reading, "a footnote is left out")
        else:
            yield from _walk(child, reading, code=code)


def _walk_run(run: Any, reading: Reading, *, code: bool) -> Iterator[Piece]:
    if is_on(run, "w:rPr/w:vanish"):
        warn(reading, "hidden text is left out")
        return
    style, font = value_of(run, "w:rPr/w:rStyle"), find_font(run)
    code = code or is_monospace(run) or is_code_style(reading["styles"], style)
    for piece in _walk(run, reading, code=code):
        if has_signs(font) and piece.kind == "span" and not piece.span["text"].isspace():
            # A sign is not to be looked up in the font twice.
            text = piece.span["text"]
            known = text if ord(text[:1] or " ") > 0x2000 and text[:1] < "\uf000" else ""
            yield _make_text(known or translate_signs(font, text), code=False)
        else:
            yield piece


def _read_sign(symbol: Any, reading: Reading) -> str:
    font = symbol.get(qn("w:font"), "")
    sign = find_sign(font, symbol.get(qn("w:char"), ""))
    if not sign:
        warn(reading, f"a sign of the font {font[:40]!r} is left out")
    return sign


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


def _describe_images(drawing: Any) -> Iterator[Piece]:
    """Give what a picture's author says that it shows; the picture itself is not read."""
    described = False
    for shape in find_shallow(drawing, (qn("wp:docPr"), _VML_SHAPE)):
        words = " ".join((shape.get("descr") or shape.get("alt") or shape.get("title") or "").split())
        if words:
            described = True
            yield Piece("span", Span(kind="image", text=words, url=""))
    boxes = any(True for _ in find_shallow(drawing, (TEXT_BOX,)))
    if not described and not boxes and any(True for _ in find_shallow(drawing, _PICTURES)):
        yield Piece("picture", Span(kind="text", text=""))


def _resolve_fields(pieces: Iterable[Piece], reading: Reading) -> list[Piece]:
    """Turn Word's fields into what they show; one that is a link becomes a link."""
    open_fields: list[tuple[int, str]] = []
    shown: list[Piece] = []
    for piece in pieces:
        if piece.kind == "begin":
            open_fields.append((len(shown), ""))
        elif piece.kind == "instruction" and open_fields:
            begin, instruction = open_fields.pop()
            open_fields.append((begin, instruction + piece.span["text"]))
        elif piece.kind == "end" and open_fields:
            begin, instruction = open_fields.pop()
            found = _HYPERLINK.match(instruction)
            if found and len(open_fields) < _MOST_NESTED:
                shown[begin:] = _make_link(shown[begin:], found[1], reading)
        elif piece.kind in ("span", "picture"):
            shown.append(piece)
    return shown


def _make_link(pieces: list[Piece], target: str, reading: Reading) -> list[Piece]:
    if target and not keep_safe(target):
        warn(reading, f"a link to {target[:100]!r} is left out, its text is kept")
    linked = any("url" in piece.span for piece in pieces)
    if not target or linked:
        return pieces
    spans = [piece.span for piece in pieces if piece.kind == "span"]
    others = [piece for piece in pieces if piece.kind != "span"]
    return [*(Piece("span", span) for span in link_spans(spans, target)), *others]


def settle_line(spans: Iterable[Span]) -> list[Span]:
    """Return the spans of a paragraph in the form of a tree: lines apart, space outside of code."""
    return settle_spans(_split(_join_code(spans)))


def _join_code(spans: Iterable[Span]) -> Iterator[Span]:
    for key, group in groupby(spans, lambda span: (span["kind"], span.get("url"))):
        if key == ("code", None):
            yield Span(kind="code", text="".join(span["text"] for span in group))
        else:
            yield from group


def _split(spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        for number, text in enumerate(span["text"].replace("\u00a0", " ").split("\n")):
            if number:
                yield Span(kind="break", text="")
            if span["kind"] != "code":
                yield {**span, "text": text}
                continue
            begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
            for kind, part in (
                ("text", text[:begin]),
                ("code", text[begin:end]),
                ("text", text[max(begin, end) :]),
            ):
                if part:
                    yield {**span, "text": part} if kind == "code" else Span(kind="text", text=part)
