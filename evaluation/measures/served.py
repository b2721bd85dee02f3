"""One search in a version as the service makes it, by the same functions, with a client that waits."""

from collections.abc import Sequence

from opensearchpy import OpenSearch

from processors.knowledge.chunk import Pipeline
from processors.retrieval.events import (
    ask_for_events,
    build_content_queries,
    build_newest_query,
    parse_newest,
    rank_contents,
)
from processors.retrieval.hybrid import Hit, build_hybrid_query, parse_hits
from processors.retrieval.pages import rank_documents


def search_as_served(
    client: OpenSearch,
    pipeline: Pipeline,
    index: str,
    text: str,
    vector: Sequence[float] | None,
    k: int,
    groups: Sequence[str],
) -> list[Hit]:
    """Return what the service would rank for a question, before anything is made of its age.

    Args:
        client: OpenSearch.
        pipeline: Whose version it is.
        index: A version's own name, or an expression for its family.
        text: The question, with the translation of its words.
        vector: Its embedding; None searches by words alone.
        k: How many hits are wanted; of documents at least 50 are returned.
        groups: Of the one who asks.
    """
    if pipeline == "cag":
        body = build_hybrid_query(text, vector, k, groups)
        return rank_documents(parse_hits(client.search(index=index, body=body)), text)
    asked = ask_for_events(text, vector, groups)
    responses = [client.search(index=index, body=body) for body in build_content_queries(asked)]
    scores = rank_contents(responses, asked.weights, k)
    if not scores:
        return []
    return parse_newest(client.search(index=index, body=build_newest_query(asked, list(scores))), scores)
