"""The text in a file's bytes: Unicode as it says or shows, else one of the older encodings, else none.

What can't be told is refused with the reason. A page of replacement characters would be found by nobody, and
would say nothing to whoever finds it.
"""

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

from processors.knowledge.documents import ConvertedPage

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    # That of UTF-32 begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OLDER: Final = ("cp1251", "cp1252", "koi8_r", "cp866")
_SHORTEST: Final = 3
# A NUL in so many bytes is no slip of an editor.
_NULS_IN: Final = 20
_NO_TEXT: Final = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\ufffe\uffff]")
_LATIN: Final = re.compile("[A-Za-zÀ-ɏ]")
_CYRILLIC: Final = re.compile("[Ѐ-ӿ]")
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def decode_text(data: bytes) -> ConvertedPage:
    r"""Return the text of a file, or no text and a warning that says why there is none.

    Example:
        >>> decode_text("caf\xe9".encode("utf-16"))
        {'text': 'café', 'warnings': ['read as UTF-16-LE']}
        >>> decode_text(b"# Cool the \xe9clair")
        {'text': '# Cool the éclair', 'warnings': ['read as CP1252']}
        >>> decode_text(b"\x89PNG\0\0")["text"]
        ''
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark) :], encoding)
    if data.count(0) * _NULS_IN > len(data):
        encoding = _find_utf_16(data)
        return _read_as(data, encoding) if encoding else _refuse("binary content, not text")
    try:
        return _drop_nuls(data.decode())
    except UnicodeDecodeError as error:
        return _decode_older(data, error)


def _decode_marked(data: bytes, encoding: str) -> ConvertedPage:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return _refuse(f"its mark says {encoding.upper()}, byte {error.start} is none")
    page = _drop_nuls(text)
    read = [] if encoding == "utf-8" else [f"read as {encoding.upper()}"]
    return ConvertedPage(text=page["text"], warnings=[*read, *page["warnings"]])


def _drop_nuls(text: str) -> ConvertedPage:
    odd = ["NUL characters were taken out"] if "\0" in text else []
    return ConvertedPage(text=text.replace("\0", ""), warnings=odd)


def _find_utf_16(data: bytes) -> str:
    """Return the UTF-16 without a mark that bytes are, or nothing: of Latin text every second byte is NUL."""
    found = [(_count_space(text), name) for name in ("utf-16-le", "utf-16-be") if (text := _try(data, name))]
    spaces, name = max(found, default=(0, ""))
    return name if spaces else ""


def _count_space(text: str) -> int:
    return sum(map(text.count, " \n"))


def _try(data: bytes, encoding: str) -> str:
    """Return bytes as text, or nothing where they are none in that encoding."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return "" if _NO_TEXT.search(text) or "\0" in text else text


def _read_as(data: bytes, encoding: str) -> ConvertedPage:
    return ConvertedPage(text=data.decode(encoding), warnings=[f"read as {encoding.upper()}"])


def _refuse(why: str) -> ConvertedPage:
    return ConvertedPage(text="", warnings=[f"not read: {why}"])


def _decode_older(data: bytes, error: UnicodeDecodeError) -> ConvertedPage:
    """Return text that is no UTF-8; a page of UTF-8 with a wrong byte is nothing else."""
    line = data.count(b"\n", 0, error.start) + 1
    valid = len(_BEYOND_ASCII.findall(data.decode(errors="ignore")))
    wrong = data.decode(errors="replace").count("\N{REPLACEMENT CHARACTER}")
    if b"\0" in data:
        return _refuse("binary content, not text")
    if valid > wrong:
        return _refuse(f"UTF-8 with {wrong} wrong byte{'s' * (wrong > 1)}, the first in line {line}; mend it")
    matches = {match.encoding for match in from_bytes(data, cp_isolation=list(_OLDER))}
    told = [name for name in _OLDER if name in matches and (text := _try(data, name)) and not _is_odd(text)]
    if not told:
        return _refuse(f"neither UTF-8 nor another encoding that can be told, from line {line} on")
    return _read_as(data, told[0])


def _is_odd(text: str) -> bool:
    """Tell whether a text is what nobody writes: words of two alphabets, Cyrillic that shouts."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if _CYRILLIC.search(word)]
    capitals = sum(letter.isupper() for word in words for letter in word[1:])
    letters = sum(len(word) - 1 for word in words)
    short = max(map(len, words), default=_SHORTEST) < _SHORTEST
    return short or capitals * 5 > letters > 0 or any(_LATIN.search(word) for word in words)
