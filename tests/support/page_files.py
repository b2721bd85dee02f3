"""The pages of `tests/pages` as the platform reads them, whatever form they are written in."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

from processors.knowledge.documents.pages import convert_page
from processors.knowledge.documents.storage_format import convert_storage

PAGES: Final = Path("tests/pages")
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_MAIN: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_LEVEL: Final = (
    '<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
)
# Lists 1 and 2 count on, list 3 begins at six, list 4 has bullets.
_LISTS: Final = (
    '<w:abstractNum w:abstractNumId="0">'
    + _LEVEL.format(at=0, form="decimal", text="%1.")
    + _LEVEL.format(at=1, form="lowerLetter", text="%2)")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + _LEVEL.format(at=0, form="bullet", text="-")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="6"/></w:lvlOverride></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="1"/></w:num>'
)


def read_page(path: Path) -> str:
    """The Markdown of a page; of Word the file holds what the body has, of Confluence its storage format."""
    if path.suffixes[-2:] == [".docx", ".xml"]:
        return convert_page("a.docx", pack_word(path.read_text(encoding="utf-8")), 100_000)["text"]
    if path.suffix == ".xml":
        title = path.stem.replace("-", " ")
        return f"# {title.capitalize()}\n\n{convert_storage(path.read_text(encoding='utf-8'))['text']}"
    return convert_page(path.name, path.read_bytes(), 100_000)["text"]


def pack_word(body: str) -> bytes:
    """A Word document of the XML in its body."""
    relation = (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" '
        'Target="numbering.xml"/></Relationships>'
    )
    named = f'xmlns:w="{_W}" xmlns:wp="{_DRAWING}" xmlns:a="{_MAIN}"'
    parts = {
        "document.xml": f"<w:document {named}><w:body>{body}</w:body></w:document>",
        "numbering.xml": f'<w:numbering xmlns:w="{_W}">{_LISTS}</w:numbering>',
        "_rels/document.xml.rels": relation,
    }
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(f"word/{name}", text)
    return stream.getvalue()
