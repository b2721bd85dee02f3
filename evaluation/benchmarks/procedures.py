"""`make bench-procedures`: whether answers are the page's procedure, step by step and command by command.

Sixty procedures, of our own runbooks and of pages written for this in all forms that pages have, are
labelled by line. Each is asked for in the words of its symptoms. The answer has to have the labelled lines
and commands in their order, the commands letter for letter and no other ones. No stack is needed: pages are
read, cut, grown back and packed as in the product, searched in memory in much the same way, and answered by
the model server, which is started for it. Published runbooks lie among the pages if there are any.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import numpy as np

from evaluation.benchmarks.model_process import run_model_server
from evaluation.benchmarks.procedure_answers import Verdict, judge_answer
from evaluation.benchmarks.procedure_labels import ROOT, Label, read_labels, read_parts
from evaluation.benchmarks.rows import Row, emit, open_table
from evaluation.benchmarks.small_search import Vectors, Words, fuse_scores, read_words, score_words
from local.environments import find_environments
from local.models import find_packaged
from processors.knowledge.chunk import Chunk, embedding_text
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import open_splitter
from processors.knowledge.markdown.inert import defuse_markdown
from processors.knowledge.markdown.parsing import parse_document
from processors.retrieval.glossary import translate_terms
from processors.retrieval.hybrid import Hit, parse_hits
from processors.retrieval.pages import rank_documents
from processors.retrieval.wholes import add_steps, complete_hits, parse_parts
from processors.stores.model_server import embed_texts
from serving.answering.packing import choose_sources, open_counter
from serving.answering.prompt import build_messages
from serving.retrieval.search import PROCEDURE_CHARACTERS, WHOLE_CHARACTERS

_FOLDERS: Final = ("docs/runbooks", "evaluation/benchmarks/procedure_pages")
_READ_AT: Final = "2026-01-01T00:00:00+00:00"
MODEL: Final = "all-minilm-l6-v2"
_CHUNK_TOKENS: Final = 220
SOURCE_TOKENS: Final = 3_500
_RANKED: Final = 30
GIVEN: Final = 8


class Corpus(NamedTuple):
    """Chunks with their vectors, a row for each, and where the models are."""

    chunks: list[Chunk]
    vectors: Vectors
    words: Words
    url: str
    tokenizer: Path


def list_pages(data: Path | None) -> Iterator[tuple[str, Path]]:
    """Yield the pages that are searched, each with its path: the labelled ones, and published runbooks."""
    for folder in _FOLDERS:
        for file in sorted((ROOT / folder).glob("*.md")):
            yield f"runbooks/{folder}/{file.name}", file
    if data:
        for file in sorted((data / "runbooks/corpus").rglob("*.md")):
            yield f"runbooks/{file.relative_to(data)}", file


def cut_pages(pages: Iterable[tuple[str, Path]], tokenizer: Path) -> list[Chunk]:
    """Return the chunks of some pages, as long as the product makes them.

    Args:
        pages: Each with its path in the corpus.
        tokenizer: Of the embedding model.
    """
    splitter = open_splitter(tokenizer, _CHUNK_TOKENS)
    return [
        chunk
        for path, file in pages
        for chunk in build_document_chunks(
            parse_document(path, file.read_text(encoding="utf-8")),
            {"repository": "benchmark", "path": path},
            ["public"],
            splitter,
            "benchmark",
            _READ_AT,
        )
    ]


def read_corpus(url: str, tokenizer: Path, data: Path | None) -> Corpus:
    """Read, cut and embed all pages.

    Args:
        url: Of the model server.
        tokenizer: Of the embedding model.
        data: Holds `runbooks/corpus`, if there are published runbooks.
    """
    chunks = cut_pages(list_pages(data), tokenizer)
    vectors, _ = embed_texts(url, MODEL, [embedding_text(chunk) for chunk in chunks])
    words = read_words([f"{chunk['title']} {embedding_text(chunk)}" for chunk in chunks])
    return Corpus(chunks, vectors, words, url, tokenizer)


def find_sources(corpus: Corpus, query: str) -> list[Hit]:
    """Return the sources that a question is answered from, as the service grows and packs them."""
    (vector,), _ = embed_texts(corpus.url, MODEL, [translate_terms(query) or query])
    scores = fuse_scores(score_words(corpus.words, query), corpus.vectors @ vector)
    nearest = [int(at) for at in np.argsort(-scores, kind="stable")[:_RANKED]]
    ranked = rank_documents(take_chunks(corpus, nearest, scores), query)[:GIVEN]
    documents = {hit["doc_id"] for hit in ranked}
    siblings = [at for at, chunk in enumerate(corpus.chunks) if chunk["doc_id"] in documents]
    parts = parse_parts(_respond(corpus, siblings, scores))
    whole = complete_hits(add_steps(ranked, parts), parts, WHOLE_CHARACTERS, PROCEDURE_CHARACTERS)
    return choose_sources(whole, SOURCE_TOKENS, open_counter(corpus.tokenizer))


def _respond(corpus: Corpus, places: Sequence[int], scores: Vectors) -> dict[str, Any]:
    """Return chunks as a search gives them."""
    found = [
        {
            "_index": "cag-v000001",
            "_id": corpus.chunks[at]["chunk_id"],
            "_score": float(scores[at]),
            "_source": corpus.chunks[at],
        }
        for at in places
    ]
    return {"hits": {"hits": found}}


def take_chunks(corpus: Corpus, places: Sequence[int], scores: Vectors) -> list[Hit]:
    """Return chunks as a search gives them.

    Args:
        corpus: Holds them.
        places: Of the chunks in it.
        scores: Of all of its chunks.
    """
    return parse_hits(_respond(corpus, places, scores))


def answer_from(corpus: Corpus, query: str, sources: Sequence[Hit]) -> str:
    """Return the answer to a question, as it is sent on.

    Args:
        corpus: Tells where the model is.
        query: The question.
        sources: That may be cited.
    """
    return ask_model(corpus.url, build_messages(query, sources, []))


def ask_model(url: str, messages: Sequence[dict[str, Any]]) -> str:
    """Return what the extractive model answers to a prompt, as it is sent on."""
    body = {"model": "extractive", "messages": [{"role": "user", "content": messages[-1]["content"]}]}
    made = httpx.post(f"{url}/openai/v1/chat/completions", json=body, timeout=60).raise_for_status()
    return defuse_markdown(str(made.json()["choices"][0]["message"]["content"]))


def judge(corpus: Corpus, label: Label) -> tuple[Verdict, str]:
    """Ask for a procedure, and compare the answer with its page."""
    page = (ROOT / label["page"]).read_text(encoding="utf-8")
    answer = answer_from(corpus, label["query"], find_sources(corpus, label["query"]))
    return judge_answer(list(read_parts(label, page)), answer), answer


@contextmanager
def open_corpus(data: Path | None) -> Iterator[Corpus]:
    """Run a model server, and read all pages for it.

    Args:
        data: Holds `runbooks/corpus`, if there are published runbooks.
    """
    envs = find_environments()
    with run_model_server(envs, {}) as process:
        yield read_corpus(process.url, find_packaged(envs) / "tokenizer.json", data)


def main() -> None:
    """Ask for every labelled procedure, and tell how many answers are exact and what is wrong with others."""
    data = os.environ.get("RUNLORE_TEST_DATA")
    labels = read_labels()
    with open_corpus(Path(data) if data else None) as corpus:
        judged = [(label, *judge(corpus, label)) for label in labels]
    for label, verdict, answer in judged:
        if not verdict.is_exact:
            sys.stdout.write(f"\n{label['procedure_id']} {label['page']}: {label['query']}\n")
            sys.stdout.writelines(f"  missing: {one!r}\n" for one in verdict.missing)
            sys.stdout.writelines(f"  added: {one!r}\n" for one in verdict.added)
            if "--answers" in sys.argv:
                sys.stdout.write(f"{answer}\n")
    exact = sum(verdict.is_exact for _, verdict, _ in judged)
    other = sum(verdict.is_other for _, verdict, _ in judged)
    silent = sum(verdict.is_silent for _, verdict, _ in judged)
    open_table(f"{len(judged)} procedures among {len({chunk['doc_id'] for chunk in corpus.chunks})} pages")
    emit(Row("procedures answered exactly", exact / len(judged), "share", "more"))
    emit(Row("answered from another page, or not at all", other, "answers"))
    emit(Row("something missing and no word about it", silent, "answers"))


if __name__ == "__main__":
    main()
