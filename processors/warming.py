"""Preloads what people ask, so that a known question finds its passages in Redis."""

from collections.abc import Iterable

from opensearchpy import OpenSearch

from processors.retrieval.glossary import add_translation
from processors.retrieval.hybrid import Hit, build_hybrid_query, normalise_query, parse_hits
from processors.settings import Settings
from processors.stores.answers_cache import store_hits
from processors.stores.model_server import embed_texts
from processors.stores.search import list_titles

_CACHED_HITS = 20


def warm_cache(
    client: OpenSearch, settings: Settings, index: str, questions: Iterable[str]
) -> dict[str, int]:
    """Retrieve the given questions and all page titles for the public, and store what is found.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        index: The version that just went live.
        questions: What is known to be asked.

    Returns:
        The number of warmed questions.
    """
    different = {normalise_query(q): q for q in (*questions, *list_titles(client, index))}
    wanted = list(different.values())
    searched = [add_translation(question) for question in wanted]
    vectors, _ = embed_texts(settings.kserve_url, settings.embedding_model, searched)
    found: list[tuple[str, list[Hit]]] = []
    for question, text, vector in zip(wanted, searched, vectors, strict=True):
        body = build_hybrid_query(text, vector.tolist(), _CACHED_HITS, ["public"])
        found.append((question, parse_hits(client.search(index=index, body=body))))
    warmed = store_hits(settings.redis_url, index, ["public"], found, settings.cache_ttl_seconds)
    return {"warmed": warmed}
