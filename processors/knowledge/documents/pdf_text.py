"""Prints the lines of a PDF that it reads, as JSON: a program of its own, since its library may be broken.

Run by its path with Python's `-I`: it imports nothing of ours.
"""

import json
import sys
from collections.abc import Iterator
from ctypes import c_char, c_double, c_int
from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdf

MOST_PAGES: Final = 1_000


def read_lines(data: bytes) -> dict[str, Any]:
    """Return the lines of all pages with size, font and place, and how many pages there are."""
    document = pdfium.PdfDocument(data)
    pages = min(len(document), MOST_PAGES)
    return {
        "pages": len(document),
        "lines": [line for at in range(pages) for line in read_page(document, at)],
    }


def read_page(document: Any, at: int) -> Iterator[dict[str, Any]]:
    """Yield the lines of a page."""
    text = document[at].get_textpage()
    begin, letters = 0, []
    count = text.count_chars()
    for place in range(count + 1):
        letter = chr(pdf.FPDFText_GetUnicode(text.raw, place)) if place < count else "\n"
        if letter not in "\r\n":
            letters.append(letter)
            continue
        line = "".join(letters)
        if line.strip():
            yield {
                "page": at,
                "text": line,
                **describe(text.raw, begin + len(line) - len(line.lstrip()), place - 1),
            }
        begin, letters = place + 1, []


def describe(text: Any, first: int, last: int) -> dict[str, Any]:
    """Return size and font of a line, and its left, right and upper end, in points.

    Args:
        text: The library's handle of the page's text.
        first: Number of the line's first letter on the page.
        last: Of its last one.
    """
    name = (c_char * 100)()
    pdf.FPDFText_GetFontInfo(text, first, name, 100, c_int())
    left, _, _, top = find_box(text, first)
    return {
        "size": round(pdf.FPDFText_GetFontSize(text, first), 1),
        "font": name.value.decode(errors="replace"),
        "left": round(left, 1),
        "right": round(find_box(text, last)[1], 1),
        "top": round(top, 1),
    }


def find_box(text: Any, place: int) -> tuple[float, float, float, float]:
    """Return the left, right, lower and upper end of a letter, in points."""
    box = [c_double() for _ in range(4)]
    pdf.FPDFText_GetCharBox(text, place, *box)
    left, right, low, high = (each.value for each in box)
    return left, right, low, high


if __name__ == "__main__":
    try:
        json.dump(read_lines(sys.stdin.buffer.read()), sys.stdout)
    except pdfium.PdfiumError as error:
        sys.exit(f"no PDF that can be read: {error}")
