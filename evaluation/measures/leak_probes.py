"""A leak by the search: it doesn't keep to the groups.

Known-item queries for restricted chunks are asked as somebody who has every group but theirs, through the
retrieval that is served.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from opensearchpy import OpenSearch

from evaluation.measures.leak_groups import MOST_GROUPS, Groups, Leak, list_readers, name_all
from evaluation.measures.served import search_as_served
from evaluation.queries.query_sets import pick_words
from processors.knowledge.chunk import Chunk, Pipeline
from processors.settings import Settings
from processors.stores.model_server import embed_texts
from processors.stores.search import find_owners

_PROBES_PER_GROUP: Final = 20
_HITS_PER_PROBE: Final = 50


def probe_groups(
    client: OpenSearch, pipeline: Pipeline, index: str, settings: Settings, groups: Groups
) -> tuple[int, list[Leak]]:
    """Return how many queries were asked without the groups, and a leak for each that showed something.

    Args:
        client: OpenSearch.
        pipeline: Whose version it is.
        index: A version's own name, with its slices where it has some.
        settings: Name the groups that there are, and the embedding model.
        groups: Of each source.
    """
    everybody = frozenset(settings.documents.groups) | set(_list_groups(client, index))
    probes = [
        (pick_words(chunk), everybody - list_readers(chunk, groups))
        for chunk in _sample_restricted(client, index, everybody, groups)
    ]
    if not probes:
        return 0, []
    asked = [settings.embedding.query_prefix + words for words, _ in probes]
    vectors, _ = embed_texts(settings.kserve.url, settings.embedding.model, asked)
    leaks: list[Leak] = []
    for (words, reader), vector in zip(probes, vectors.tolist(), strict=True):
        # Without the embedder the service searches by words alone, and must keep to the groups as well.
        for given in (vector, None):
            hits = search_as_served(client, pipeline, index, words, given, _HITS_PER_PROBE, sorted(reader))
            shown = find_owners(client, index, [hit["chunk_id"] for hit in hits])
            leaks += list(_find_forbidden(shown, words, reader, groups))[:1]
    return 2 * len(probes), leaks


def _find_forbidden(
    hits: Iterable[Mapping[str, Any]], words: str, reader: frozenset[str], groups: Groups
) -> Iterator[Leak]:
    for hit in hits:
        allowed = list_readers(hit, groups)
        if not allowed & reader:
            yield Leak(
                doc_id=hit["doc_id"],
                reason=f"it is for {name_all(allowed)}, and {words!r} shows it to {name_all(reader)}",
            )


def _list_groups(client: OpenSearch, index: str) -> list[str]:
    by_group = {"terms": {"field": "acl", "size": MOST_GROUPS}}
    found = client.search(index=index, body={"size": 0, "aggs": {"groups": by_group}})["aggregations"]
    return [bucket["key"] for bucket in found["groups"]["buckets"]]


def _sample_restricted(
    client: OpenSearch, index: str, everybody: frozenset[str], groups: Groups
) -> Iterator[Chunk]:
    """Yield some chunks of every source and group that not everybody may see, each once."""
    restricted = [source for source, allowed in sorted(groups.items()) if everybody - allowed]
    places = [{"term": {"source": source}} for source in restricted]
    places += [{"term": {"acl": group}} for group in sorted(everybody - {"public"})]
    seen: set[str] = set()
    for place in places:
        body = {
            "size": _PROBES_PER_GROUP,
            "query": {"bool": {"filter": [place]}},
            "sort": [{"content_hash": "asc"}],
            "_source": {"excludes": ["embedding"]},
        }
        for hit in client.search(index=index, body=body)["hits"]["hits"]:
            chunk: Chunk = hit["_source"]
            if chunk["chunk_id"] not in seen and "public" not in list_readers(chunk, groups):
                seen.add(chunk["chunk_id"])
                yield chunk
