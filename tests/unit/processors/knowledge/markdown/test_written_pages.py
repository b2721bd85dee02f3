"""Pages in every dialect, with whatever may hold what: code letter for letter, all words in order."""

from collections import Counter

import pytest

from processors.knowledge.blocks.walking import drop_lines, list_code
from processors.knowledge.chunk import Chunk
from processors.knowledge.documents.formats import find_format
from processors.knowledge.documents.pages import convert_page
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import make_splitter
from processors.knowledge.markdown.parsing import Document, parse_document
from processors.knowledge.markdown.reading import read_markdown
from tests.support.written.formats import FORMATS
from tests.support.written.notes import NOTES
from tests.support.written.pages import MARK, Page, write_pages
from tests.support.written.sites import SITES

DIALECTS = {**SITES, **NOTES, **FORMATS}
LIMITS = (30, 80, 220)


def read(page: Page) -> Document:
    text = convert_page(page.path, page.text.encode(), 100_000)["text"]
    return parse_document(page.path, text, plain=find_format(page.path) != "markdown")


def cut(document: Document, limit: int) -> list[Chunk]:
    splitter = make_splitter(lambda text: len(text) // 4, limit)
    return build_document_chunks(document, {"repository": "r", "path": "a"}, [], splitter, "b", "now")


def test_there_are_three_hundred_pages_and_each_is_another_one() -> None:
    pages = [page for name in DIALECTS for page in write_pages(name, DIALECTS[name])]
    assert len({page.text for page in pages}) == len(pages) >= 300


@pytest.mark.parametrize("name", DIALECTS)
def test_what_a_page_of_a_dialect_says_is_in_its_chunks(name: str) -> None:
    for number, page in enumerate(write_pages(name, DIALECTS[name])):
        document = read(page)
        chunks = cut(document, LIMITS[number % len(LIMITS)])
        codes = [code["text"] for chunk in chunks for code in list_code(chunk["blocks"])]
        assert Counter(codes) == Counter(page.codes), page.name
        text = "\n\n".join(chunk["text"] for chunk in chunks)
        assert list(dict.fromkeys(MARK.findall(text))) == page.marks, page.name
        assert [seen for seen in page.visible if seen not in text] == [], page.name
        assert "hidden" not in text, page.name
        assert document["title"] == page.title, page.name
        for chunk in chunks:
            assert drop_lines(read_markdown(chunk["text"])) == drop_lines(chunk["blocks"]), page.name
