"""The parts of a `.docx` file that are read, out of a ZIP archive that may be made to do harm."""

import re
import zipfile
from io import BytesIO
from typing import Any, Final
from zlib import error as ZlibError  # noqa: N812 - the only name it has

from docx.oxml.parser import parse_xml

_MOST_ENTRIES: Final = 10_000
_MOST_BYTES: Final = 300_000_000
_MOST_PART_BYTES: Final = 20_000_000
# Word's own XML shrinks to a tenth or so, a bomb to a thousandth; a small part may be as regular as it likes.
_MOST_RATIO: Final = 200
_SMALL_BYTES: Final = 1_000_000
_DEEPEST: Final = 200

_ROOT_RELATIONS: Final = "_rels/.rels"
_DOCUMENT: Final = "word/document.xml"
_PARTS: Final = ("styles", "numbering")
# Word's "Strict Open XML" says the same in other namespaces.
_STRICT: Final = re.compile(rb"""(?<==["'])http://purl\.oclc\.org/ooxml/(\w+)/""")

# What zipfile raises on archives with a wrong byte, found by trying tens of thousands.
_BROKEN_ARCHIVE: Final = (
    zipfile.BadZipFile,
    ZlibError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


class BrokenDocumentError(Exception):
    """It is no Word document that can be read; the message says why."""


def open_parts(data: bytes) -> dict[str, Any]:
    """Return the XML trees of a Word document's parts by name; a part that isn't there is None.

    No more than these parts is unpacked, and none before its size is known.

    Raises:
        BrokenDocumentError: It is none, it is broken, or it is a bomb.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _refuse_bomb(archive.infolist())
            return _read_parts(archive)
    except _BROKEN_ARCHIVE as error:
        raise BrokenDocumentError(f"no Word document that can be unpacked: {error}") from error


def _read_parts(archive: zipfile.ZipFile) -> dict[str, Any]:
    entries = {entry.filename: entry for entry in archive.infolist()}

    def read(file: str) -> Any:
        return _read_part(archive, entries[file]) if file in entries else None

    file = _find_target(read(_ROOT_RELATIONS), "officeDocument", "") or _DOCUMENT
    if file not in entries:
        raise BrokenDocumentError(f"no Word document: it has no {file}")
    folder, _, name = file.rpartition("/")
    relations = read(f"{folder}/_rels/{name}.rels")
    parts = {part: read(_find_target(relations, part, folder)) for part in _PARTS}
    return {**parts, "document": read(file), "relations": relations}


def _find_target(relations: Any, kind: str, folder: str) -> str:
    """Return the file that a part of that kind is in; programs give them other names than Word does."""
    for relation in [] if relations is None else relations:
        if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
            target = relation.get("Target", "")
            return str(target[1:] if target.startswith("/") else f"{folder}/{target}".lstrip("/"))
    return ""


def _refuse_bomb(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES:
        raise BrokenDocumentError(f"{len(entries)} parts, {_MOST_ENTRIES} are allowed: a zip bomb?")
    if total > _MOST_BYTES:
        raise BrokenDocumentError(f"{total} bytes when unpacked, {_MOST_BYTES} are allowed: a zip bomb?")
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if ratio > _MOST_RATIO and entry.file_size > _SMALL_BYTES:
            raise BrokenDocumentError(
                f"a part is packed {ratio:.0f} to 1, {_MOST_RATIO} is allowed: a zip bomb?"
            )


def _read_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Any:
    if entry.file_size > _MOST_PART_BYTES:
        raise BrokenDocumentError(
            f"{entry.file_size} bytes of text parts, {_MOST_PART_BYTES} are allowed: a zip bomb?"
        )
    try:
        tree = parse_xml(_STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", archive.read(entry)))
    except SyntaxError as error:  # what lxml raises is one
        raise BrokenDocumentError(f"{entry.filename} is broken: {error}") from error
    # Office writes none; it is the way to entities that grow or that name files.
    if tree.getroottree().docinfo.doctype:
        raise BrokenDocumentError(f"{entry.filename} has a document type, which Word documents never have")
    if _is_too_deep(tree):
        raise BrokenDocumentError(f"{entry.filename} is nested deeper than {_DEEPEST} elements")
    return tree


def _is_too_deep(tree: Any) -> bool:
    level = [tree]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
    return bool(level)
