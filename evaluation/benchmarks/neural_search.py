"""`make bench-neural`: questions embedded by us and by OpenSearch, on the live version of documents.

Needs a stack with RUNLORE_NEURAL_SEARCH=on. The two ways take turns and must find the same.
"""

import itertools
import sys

import httpx

from evaluation.benchmarks.rows import compare_times, emit, leave_out, open_table
from evaluation.benchmarks.service import measure_pair
from evaluation.queries.query_sets import read_golden
from processors.retrieval.glossary import add_translation
from processors.retrieval.hybrid import Hit, build_hybrid_query, parse_hits
from processors.retrieval.nearest import TextToEmbed
from processors.retrieval.pages import rank_documents
from processors.settings import load_settings
from processors.stores.neural_search import NeuralSearchError, ensure_model
from processors.stores.search import count_chunks, open_search

_K = 10
# Scores are rounded by OpenSearch on the way, so equal ones may differ in the last places.
_TOLERANCE = 1e-3


def main() -> None:
    """Compare hits and times of both ways for every golden question.

    Raises:
        SystemExit: OpenSearch can't embed, or the two ways found something else.
    """
    settings = load_settings()
    if not settings.retrieval.neural_search:
        leave_out("the stack has no RUNLORE_NEURAL_SEARCH=on")
    client = open_search(settings.opensearch)
    try:
        model = ensure_model(client, settings)
    except NeuralSearchError as error:
        sys.exit(str(error))
    questions = [query["query"] for query in read_golden()]
    reads_russian = settings.embedding.reads_russian
    texts = [add_translation(question, reads_russian=reads_russian) for question in questions]

    def search(text: str, nearest: list[float] | TextToEmbed) -> list[Hit]:
        body = build_hybrid_query(text, nearest, _K, settings.documents.groups)
        return rank_documents(parse_hits(client.search(index="cag", body=body)), text)[:_K]

    with httpx.Client(base_url=settings.kserve.url, timeout=30) as embedder:

        def ask_ours(text: str) -> list[Hit]:
            body = {"model": settings.embedding.model, "input": settings.embedding.query_prefix + text}
            answer = embedder.post("/openai/v1/embeddings", json=body).raise_for_status().json()
            return search(text, answer["data"][0]["embedding"])

        def ask_theirs(text: str) -> list[Hit]:
            return search(text, TextToEmbed(settings.embedding.query_prefix + text, model))

        different = [text for text in texts if not _are_equal(ask_ours(text), ask_theirs(text))]
        ours, theirs = itertools.cycle(texts), itertools.cycle(texts)
        bare, product = measure_pair(
            lambda: ask_ours(next(ours)), lambda: ask_theirs(next(theirs)), len(texts)
        )
    open_table(f"{count_chunks(client, 'cag')} chunks; one client")
    emit(compare_times("embedded by OpenSearch, searched", product, "embedded by us, searched", bare))
    sys.stdout.write(f"{len(texts) - len(different)} of {len(texts)} questions found the same\n")
    if different:
        sys.exit("\n".join(different))


def _are_equal(first: list[Hit], second: list[Hit]) -> bool:
    return len(first) == len(second) and all(
        one["chunk_id"] == other["chunk_id"] and abs(one["score"] - other["score"]) < _TOLERANCE
        for one, other in zip(first, second, strict=True)
    )


if __name__ == "__main__":
    main()
