"""The extractive model as the service asks it, with word counts in place of the embedding model."""

import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence

import numpy as np

from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import make_splitter
from processors.knowledge.markdown.inert import defuse_stream
from processors.knowledge.markdown.parsing import parse_document
from processors.retrieval.hybrid import Hit, parse_hits
from processors.retrieval.language import find_language
from processors.retrieval.wholes import complete_hits, parse_parts
from serving.answering.claims import ClaimCheck, mark_claims
from serving.answering.numbering import number_citations
from serving.answering.packing import choose_sources
from serving.answering.phrases import choose_words
from serving.answering.prompt import build_messages
from serving.model_server.extractive.lexical import split_words
from serving.model_server.extractive.model import answer_prompt

PIECE = 23


async def embed(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors of the counts of words."""
    vectors = np.zeros((len(texts), 512), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in split_words(text):
            vectors[row, int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16) % 512] += 1
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def make_hits(pages: Mapping[str, str], tokens: int = 240) -> list[Hit]:
    """All chunks of pages, grown to wholes as the service does it."""
    hits: list[Hit] = []
    for path, text in pages.items():
        cite = {"repository": "https://git.example/a", "commit": "c0ffee", "path": f"runbooks/{path}"}
        chunks = build_document_chunks(
            parse_document(path, text),
            {**cite, "type": "git"},
            ["public"],
            make_splitter(lambda told: len(told) // 3, tokens),
            "batch",
            "2026-11-21T07:00:00Z",
        )
        found = [{"_index": "i", "_id": one["chunk_id"], "_score": 1.0, "_source": one} for one in chunks]
        response = {"hits": {"hits": found}}
        hits += complete_hits(parse_hits(response), parse_parts(response), 4_000, 8_000)
    return hits


async def ask(question: str, hits: Sequence[Hit], budget: int = 3_500) -> str:
    """The answer as a client gets it; nothing in it may be without a source."""
    sources = choose_sources(hits, budget)
    raw = await answer_prompt(str(build_messages(question, sources, [])[-1]["content"]), embed)

    async def stream() -> AsyncGenerator[str, None]:
        for at in range(0, len(raw), PIECE):
            yield raw[at : at + PIECE]

    cited: list[Hit] = []
    check = ClaimCheck()
    numbered = number_citations(defuse_stream(stream()), sources, cited)
    marked = mark_claims(numbered, cited, check, choose_words(find_language(question)))
    text = "".join([piece async for piece in marked])
    assert (check.uncited, check.unknown_commands) == ([], []), text
    return text


async def ask_pages(question: str, *pages: str) -> str:
    """The answer to a question about pages."""
    return await ask(question, make_hits({f"page-{at}.md": page for at, page in enumerate(pages)}))
