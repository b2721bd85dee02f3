"""A PDF with a text layer is read by the looks of its lines; one without says so."""

from typing import Final

import pytest

from processors.knowledge.blocks.walking import list_code, walk
from processors.knowledge.documents.pages import convert_page
from processors.knowledge.markdown.reading import read_markdown

LIMIT: Final = 2_000_000
TEXT, CODE = "F1", "F2"

Written = tuple[str, int, int, int, str]
"""Font, size, left, distance from the lower edge, words."""


def make_pdf(*pages: list[Written]) -> bytes:
    """A PDF of pages with lines."""
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
    ]
    for at, lines in enumerate(pages):
        shown = "\n".join(
            f"BT /{font} {size} Tf {left} {low} Td ({words}) Tj ET" for font, size, left, low, words in lines
        )
        fonts = "<</Font<</F1 3 0 R/F2 4 0 R>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources{fonts}/Contents {6 + 2 * at} 0 R>>"
        )
        objects.append(f"<</Length {len(shown)}>>stream\n{shown}\nendstream")
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF"
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}"
    return (body + end).encode()


def test_headings_lists_and_code_are_told_by_their_looks() -> None:
    page = convert_page(
        "loom.pdf",
        make_pdf(
            [
                (TEXT, 20, 50, 750, "The loom is jammed"),
                (TEXT, 10, 50, 720, "It stands still and"),
                (TEXT, 10, 50, 708, "a lamp is red."),
                (TEXT, 14, 50, 680, "Steps"),
                (TEXT, 10, 50, 660, "1. Halt the loom, and wait"),
                (TEXT, 10, 62, 648, "until it stands:"),
                (CODE, 10, 62, 630, "loom stop:"),
                (CODE, 10, 74, 618, "all: true"),
                (TEXT, 10, 50, 600, "2. Free the thread"),
                (TEXT, 10, 70, 588, "a. gently"),
            ]
        ),
        LIMIT,
    )
    blocks = read_markdown(page["text"])
    assert page["warnings"] == []
    assert [block["level"] for block in walk(blocks) if block["kind"] == "heading"] == [1, 2]
    assert "It stands still and a lamp is red." in page["text"]
    assert "1. Halt the loom, and wait until it stands:" in page["text"]
    assert [code["text"] for code in list_code(blocks)] == ["loom stop:\n  all: true"]
    assert [block["number"] for block in walk(blocks) if block["kind"] == "item"] == ["1", "2", "a"]


def test_what_stands_on_every_page_is_left_out() -> None:
    pages = [
        [
            (TEXT, 10, 50, 780, "Handbook of looms"),
            (TEXT, 10, 50, 700, f"Loom {name} is kept in hall {at}."),
            (TEXT, 10, 300, 20, f"Page {at} of 3"),
        ]
        for at, name in enumerate("ABC", start=1)
    ]
    text = convert_page("loom.pdf", make_pdf(*pages), LIMIT)["text"]
    assert "Handbook" not in text
    assert "Page" not in text
    assert [f"Loom {name} is" in text for name in "ABC"] == [True] * 3


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (make_pdf([]), "it has no text, only pictures; save it with a text layer"),
        (b"%PDF-1.4 nonsense", "no PDF that can be read"),
        (b"", "no PDF that can be read"),
    ],
)
def test_what_has_no_text_is_refused_with_the_reason(data: bytes, why: str) -> None:
    page = convert_page("loom.pdf", data, LIMIT)
    assert page["text"] == ""
    assert page["warnings"][0].startswith(f"not read: {why}")


def test_no_wrong_byte_stops_a_run() -> None:
    good = make_pdf([(TEXT, 10, 50, 700, "text")])
    for place in range(0, len(good), 97):
        page = convert_page("loom.pdf", good[:place] + b"\xff" + good[place + 1 :], LIMIT)
        assert page["text"] or page["warnings"]
