"""Pages of many kinds, indexed by the stages of the pipeline: the service gives each procedure as written."""

import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.docs_repository import commit_documents
from processors.settings import Settings
from processors.stores.search import open_search
from processors.versions import swaps
from tests.support.cag_stages import build_documents
from tests.support.page_files import PAGES, pack_word

pytestmark = pytest.mark.usefixtures("live_versions")

KINDS = {
    "tabs": "tabs-of-mkdocs.md",
    "a caution with commands": "quoted-steps.md",
    "twenty-four steps": "many-steps.md",
    "a table with steps": "steps-in-a-table.md",
    "steps as headings": "steps-as-headings.md",
    "includes that are missing": "missing-parts.md",
    "a value that nobody knows": "unknown-values.md",
    "AsciiDoc": "asciidoc.adoc",
    "reStructuredText": "restructured.rst",
    "a notebook": "notebook.ipynb",
    "Word": "word-numbers.docx.xml",
}


@pytest.fixture(scope="module")
def indexed(settings: Settings, live_versions: None) -> Iterator[None]:  # noqa: ARG001 - order
    """The pages lie among the stack's documents, and are gone again afterwards."""
    repository = Path(settings.documents.sources[0].url)
    folder = repository / f"test-{uuid.uuid4().hex}"
    folder.mkdir()
    built = ""
    try:
        for name in KINDS.values():
            page = PAGES / name
            if name.endswith(".docx.xml"):
                (folder / page.stem).write_bytes(pack_word(page.read_text(encoding="utf-8")))
            else:
                shutil.copy(page, folder)
        commit_documents(repository, "test")
        built = build_documents(settings, warm=False)
        yield
    finally:
        shutil.rmtree(folder)
        commit_documents(repository, "test")
        # The version before has none of them, and is back in a second.
        if built:
            assert swaps.roll_back(open_search(settings.opensearch), "cag")[0] == built


def ask(http: httpx.Client, question: str) -> str:
    body = {"model": "runlore", "messages": [{"role": "user", "content": question}]}
    answer = http.post("/v1/chat/completions", json=body).raise_for_status().json()
    text: str = answer["choices"][0]["message"]["content"]
    return text


def drop_citations(text: str) -> str:
    return re.sub(r" \[\d+\](?=\n|$)", "", text.strip())


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("kind", KINDS)
def test_the_service_gives_the_procedure_of_a_page_as_it_was_written(http: httpx.Client, kind: str) -> None:
    expected = (PAGES / "answers" / f"{KINDS[kind]}.md").read_text(encoding="utf-8")
    question, _, procedure = expected.partition("\n\n")
    told = drop_citations(ask(http, question))
    assert told.startswith(f"{drop_citations(procedure)}\n\n"), told
