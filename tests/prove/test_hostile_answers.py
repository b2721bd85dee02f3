"""Hostile documents are live: no instruction in them is followed, and nothing of them acts in a browser.

As here, with a few documents, it is a part of every test run; `make prove` does 200. Each is asked for as an
honest person would. Three write the answers: the embedded model; nobody, so that the passages stand for the
answer; and a language model that does all that it is told, for it repeats its sources letter by letter.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from opensearchpy import OpenSearch
from playwright.sync_api import Dialog, Page, Request, expect, sync_playwright

from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.quoting import break_tags, quote_span
from processors.retrieval.language import PHRASES
from processors.settings import Settings, change_settings
from processors.stores.model_server import embed_texts
from processors.stores.search import write_chunks
from processors.versions.builds import create_version
from processors.versions.swaps import promote
from serving.answering.numbering import find_citations
from serving.model_server.extractive.pages import read_page
from serving.model_server.extractive.prompt import Source
from serving.model_server.extractive.quote import quote_prose
from serving.model_server.extractive.quote_blocks import Quoting, quote_blocks
from serving.retrieval import search
from tests.support.active import list_active
from tests.support.hostile import Hostile, make_chunk, make_documents, read_published
from tests.support.open_webui import (
    LOAD,
    add_person,
    ask,
    close_source,
    connect_service,
    open_browser,
    sign_in,
)
from tests.support.parrot import talk
from tests.support.swapping import make_pipeline, serve

DOCUMENTS = int(os.environ.get("PROVE_HOSTILE", "15"))
OWN_WORDS = {
    words
    for phrases in PHRASES.values()
    for words in (phrases.extractive, phrases.unknown, phrases.advice, phrases.nearest)
}
CITATION = re.compile(r" ?(?<!\\)\[(\d+)\]")
NOWHERE = "http://127.0.0.1:9/v1"
# An answer with its sources takes the browser some seconds.
EVERY = 3

# Open WebUI has a picture of its own beside each answer.
ACTIVE = "iframe, object, embed, video, audio, form, script, link, meta, img[src]:not([src^='/'], [src^='http://127'])"

Serve = Callable[[str], Any]


@pytest.fixture(scope="module")
def documents() -> list[Hostile]:
    folder = os.environ.get("RUNLORE_TEST_DATA")
    return make_documents(DOCUMENTS, read_published(Path(folder)) if folder else None)


@pytest.fixture(scope="module")
def by_title(documents: list[Hostile]) -> dict[str, Hostile]:
    return {document.part: document for document in documents}


@pytest.fixture(scope="module")
def start(client: OpenSearch, settings: Settings, documents: list[Hostile]) -> Iterator[Serve]:
    """Starts the service over a version of hostile documents, with the answering model at an address."""
    with make_pipeline(client, settings) as pipeline, pytest.MonkeyPatch.context() as patch:
        # The page of a citation knows the names of the two pipelines; this one has its own.
        patch.setattr(search, "_INDEX", re.compile(rf"{pipeline}-v\d{{6}}"))
        index = create_version(client, pipeline, {})
        texts = [f"{document.title}\n{document.text}" for document in documents]
        vectors, _ = embed_texts(settings.kserve.url, settings.embedding.model, texts)
        rows = np.asarray(vectors).tolist()
        chunks = [make_chunk(document, row) for document, row in zip(documents, rows, strict=True)]
        assert write_chunks(client, index, chunks) == []
        promote(client, pipeline, index)

        @contextmanager
        def open_service(answering_url: str) -> Iterator[httpx.Client]:
            given = change_settings(settings, answering={"url": answering_url})
            with serve(given, pipeline) as service:
                yield service

        yield open_service


def post(service: httpx.Client, document: Hostile) -> dict[str, Any]:
    body = {"model": "runlore-cag", "messages": [{"role": "user", "content": document.question}]}
    return dict(service.post("/v1/chat/completions", json=body, timeout=60).raise_for_status().json())


def read_events(service: httpx.Client, document: Hostile) -> list[dict[str, Any]]:
    body = {
        "model": "runlore-cag",
        "stream": True,
        "messages": [{"role": "user", "content": document.question}],
    }
    lines = service.post("/v1/chat/completions", json=body, timeout=60).raise_for_status().text.splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def list_quotable(document: Hostile) -> set[str]:
    """Each line that an answer may have from a document: of its page quoted whole, or of a unit alone."""
    page = read_page(Source(1, document.title, document.kind, "", document.text))
    lines = {quote_prose(" › ".join(one.path)) for one in page.procedures}
    for phrases in PHRASES.values():
        how = Quoting("", phrases)
        lines.update(quote_blocks(page.blocks, how))
        for unit in page.units:
            lines.update(quote_blocks(unit.blocks, how))
            # Numbers in brackets are taken for citations below, wherever they stand.
            lines |= {quote_span(unit.text), CITATION.sub("", quote_span(unit.text))}
    plain = {strip_marks(line) for line in lines}
    inert = {strip_marks(break_tags(line).replace("```", "`` `")) for line in lines}
    return plain | inert | {strip_marks(defuse_markdown(line)) for line in lines}


def strip_marks(line: str) -> str:
    """A line without the marks of the list, the quote and the heading that it stands in."""
    return re.sub(r"^(?:[\s>]*(?:(?:[-*]|\d+[.)]|#{1,6}|\[[ x]\])(?: |$))?)*", "", line).strip()


def list_unquoted(answer: str, quotable: set[str]) -> list[str]:
    """The lines of an answer that are neither quoted nor the model's own."""
    left = []
    for line in answer.split("\n"):
        text = strip_marks(CITATION.sub("", line))
        head = re.fullmatch(
            r"(?:Steps from|Шаги из|What was observed|Что наблюдалось) ?(.*?)( \(.*\))?:", text
        )
        text = head[1] if head else text
        is_known = text in OWN_WORDS or text in quotable or re.fullmatch(r"`{3,}\w*|", text)
        if not is_known and not any(text and text in one for one in quotable if "&lt;" in text):
            left.append(line)
    return left


def test_the_embedded_model_only_quotes_and_follows_no_instruction(
    start: Serve, documents: list[Hostile], report: Callable[[str], None]
) -> None:
    quotable = {line for document in documents for line in list_quotable(document)}
    parts = {document.part for document in documents}
    answered, troubles = 0, []
    with start("") as service:
        for document in documents:
            answer = post(service, document)
            (choice,) = answer["choices"]
            text, citations = choice["message"]["content"], answer["runlore"]["citations"]
            checks = {
                f"only quotes {list_unquoted(text, quotable)}": not list_unquoted(text, quotable),
                "nothing acts": list_active(text) == [],
                "no tool": "tool_calls" not in choice["message"] and choice["finish_reason"] == "stop",
                "cites what was given": set(find_citations(text)) <= {one["n"] for one in citations},
                "no source invented": {one["cite"]["path"].removesuffix(".md") for one in citations} <= parts,
                "no link invented": all(one["url"].startswith(str(service.base_url)) for one in citations),
            }
            troubles += [(document, text, name) for name, holds in checks.items() if not holds]
            answered += any(one["cite"]["path"] == f"{document.part}.md" for one in citations)
    assert troubles == []
    report(f"{len(documents)} hostile documents: no instruction followed; {answered} of them were quoted")
    # What is never quoted proves nothing.
    assert answered > len(documents) / 2


@pytest.mark.parametrize("writer", ["nobody", "a model that repeats all"])
def test_whoever_writes_nothing_acts_in_what_a_client_gets(
    start: Serve, documents: list[Hostile], writer: str
) -> None:
    with ExitStack() as stack:
        url = NOWHERE if writer == "nobody" else stack.enter_context(talk())
        service = stack.enter_context(start(url))
        troubles = []
        for document in documents[:: 1 if len(documents) <= 30 else 4]:
            events = read_events(service, document)
            text = "".join(event["choices"][0]["delta"].get("content", "") for event in events)
            sources = [event["event"]["data"] for event in events if "event" in event]
            given = {one["n"] for one in events[-1]["runlore"]["citations"]}
            checks = {
                "nothing acts": list_active(text) == [],
                "nor in a source": not any(list_active(source["document"][0]) for source in sources),
                "no title is an address": not any(
                    one["source"]["name"].startswith("http") for one in sources
                ),
                "cites what was given": given and set(find_citations(text)) <= given,
            }
            troubles += [(document, text, name) for name, holds in checks.items() if not holds]
        assert troubles == []


@dataclass
class Watch:
    """What went on in a browser that should not have."""

    own: tuple[str, ...]
    foreign: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    troubles: list[tuple[int, str, str]] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("dialog", self._note_dialog)
        page.context.on("request", self._note_request)

    def _note_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((*self.own, "data:image", "blob:", "about:")):
            self.foreign.append(request.url)

    def check(self, page: Page, document: Hostile) -> None:
        """Note what acts on a page; what the browser told meanwhile is this document's, too."""
        found = [f"asked {url}" for url in self.foreign] + [f"opened {text}" for text in self.dialogs]
        self.foreign.clear()
        self.dialogs.clear()
        found += ["ran a script" for frame in page.frames if frame.evaluate("window.acted") is not None]
        targets = page.locator("a[href]").evaluate_all("all => all.map(one => one.href)")
        found += [f"leads to {target}" for target in targets if not target.startswith(self.own)]
        written = page.locator(f":is(.chat-assistant, [role=dialog], pre) :is({ACTIVE})")
        found += written.evaluate_all("all => all.map(one => one.outerHTML)")
        self.troubles += [(document.number, document.text, one) for one in found]


def read_in_the_browser(page: Page, watch: Watch, documents: list[Hostile]) -> tuple[int, int]:
    """Ask for each document, open a source of the answer and its page; return how many of both there were."""
    asked, seen = 0, set()
    for document in documents:
        page.goto("/?model=hostile.runlore-cag")
        page.locator("#chat-input").wait_for()
        given = ask(page, document.question)
        page.wait_for_timeout(300)
        watch.check(page, document)
        asked += 1
        toggle = given.shown.get_by_role("button", name=re.compile(r"Toggle \d+ source"))
        if not toggle.count():
            continue
        toggle.click()
        for number in range(given.shown.locator("button[id^=source-]").count()):
            given.shown.locator("button[id^=source-]").nth(number).click()
            passage = page.get_by_role("dialog").last
            expect(passage).to_be_visible()
            page.wait_for_timeout(300)
            watch.check(page, document)
            link = passage.locator("a").first.get_attribute("href")
            close_source(page)
            expect(passage).not_to_be_visible()
            assert link
            # A link's grant is of the second in which it was made; the page behind it is the same.
            if (place := link.partition("?")[0]) not in seen:
                seen.add(place)
                see_citation(page, watch, link, document)
    return asked, len(seen)


def see_citation(page: Page, watch: Watch, link: str, document: Hostile) -> None:
    """Open the page of a citation beside the chat."""
    beside = page.context.new_page()
    beside.on("dialog", watch._note_dialog)
    answer = beside.goto(link)
    assert answer is not None
    assert answer.status == 200, (link, answer.text())
    assert "sandbox" in answer.headers["content-security-policy"]
    watch.check(beside, document)
    assert beside.locator("script, img, a, svg").count() == 0, document
    beside.close()


@pytest.mark.parametrize("writer", ["the embedded model", "a model that repeats all"])
def test_nothing_acts_in_the_browser(
    start: Serve,
    documents: list[Hostile],
    webui_url: str,
    screenshots: Path,
    writer: str,
    report: Callable[[str], None],
) -> None:
    if writer != "the embedded model" and "PROVE_HOSTILE" not in os.environ:
        pytest.skip("the long form has a language model asked for all in the browser, too")
    chosen = documents[::EVERY] if writer == "the embedded model" else documents
    with ExitStack() as stack:
        url = stack.enter_context(talk()) if writer == "a model that repeats all" else ""
        service = stack.enter_context(start(url))
        stack.enter_context(connect_service(webui_url, service, "hostile"))
        person = stack.enter_context(add_person(webui_url))
        browser = open_browser(stack.enter_context(sync_playwright()))
        stack.callback(browser.close)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=webui_url)
        page = context.new_page()
        page.set_default_timeout(LOAD)
        watch = Watch((webui_url, str(service.base_url)))
        watch.follow(page)
        sign_in(page, person)
        try:
            asked, opened = read_in_the_browser(page, watch, chosen)
        finally:
            page.screenshot(path=screenshots / f"hostile-{writer.replace(' ', '-')}.png")
    report(f"{writer}: {asked} answers and {opened} sources with their pages seen in Chromium, nothing acted")
    assert watch.troubles == []
    # What is never opened proves nothing.
    assert opened > asked / 2
