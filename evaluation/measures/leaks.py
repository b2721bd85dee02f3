"""Does a version show anybody what their groups don't allow?

Two looks, because a leak has two causes. A chunk may carry other groups than its source has: counted by
OpenSearch over the whole version. Or the search may not keep to the groups: known-item queries for restricted
chunks are asked as somebody who has every group but theirs, through the retrieval that is served.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypedDict

from opensearchpy import OpenSearch

from evaluation.queries.query_sets import pick_words
from processors.chunk import Chunk
from processors.retrieval.hybrid import build_hybrid_query
from processors.settings import Settings
from processors.stores.model_server import embed_texts

_PROBES_PER_GROUP: Final = 20
_HITS_PER_PROBE: Final = 50
_EXAMPLES: Final = 5
_GROUPS: Final = 1_000

Groups = Mapping[str, frozenset[str]]
"""Source to the groups that may see it."""


class Leak(TypedDict):
    """A document that somebody would be shown who must not see it, and why."""

    doc_id: str
    reason: str


class LeakReport(TypedDict):
    """What was looked at in a version, and what leaked.

    `checked` counts the chunks whose groups were compared with those of their source, `asked` the queries
    that were asked without the groups, `leaked` the chunks and queries of them at fault.
    """

    checked: int
    asked: int
    leaked: int
    examples: list[Leak]


def find_leaks(client: OpenSearch, index: str, settings: Settings) -> LeakReport:
    """Look for what a version would show to those who must not see it.

    Args:
        client: OpenSearch.
        index: A version's own name, with its slices where it has some.
        settings: Name the sources with their groups, and the embedding model.
    """
    groups = name_groups(settings)
    checked, mislabelled, examples = _compare_groups(client, index, groups)
    asked, shown = _probe(client, index, settings, groups)
    leaks = [*examples, *shown]
    documents = {leak["doc_id"]: leak for leak in reversed(leaks)}
    return LeakReport(
        checked=checked,
        asked=asked,
        leaked=mislabelled + len(shown),
        examples=list(reversed(documents.values()))[:_EXAMPLES],
    )


def name_groups(settings: Settings) -> Groups:
    """Return the groups that may see each source of documents."""
    repositories = {source.url: frozenset(source.groups) for source in settings.docs}
    return repositories | {space.source: frozenset(space.groups) for space in settings.confluence}


def _compare_groups(client: OpenSearch, index: str, groups: Groups) -> tuple[int, int, list[Leak]]:
    """Return how many chunks of known sources there are, how many have other groups, and some of these."""
    if not groups:
        return 0, 0, []
    # A filter needs a name, and a source's address may hold what a name must not.
    named = {str(number): source for number, source in enumerate(sorted(groups))}
    parts = {
        name: {
            "filter": {"term": {"source": source}},
            "aggs": {"wrong": _count_other_groups(groups[source])},
        }
        for name, source in named.items()
    }
    found = client.search(index=index, body={"size": 0, "aggs": parts})["aggregations"]
    leaks = [
        Leak(doc_id=bucket["key"], reason=_tell_groups(bucket, source, groups[source]))
        for name, source in named.items()
        for bucket in found[name]["wrong"]["documents"]["buckets"]
    ]
    checked = sum(found[name]["doc_count"] for name in named)
    return checked, sum(found[name]["wrong"]["doc_count"] for name in named), leaks


def _count_other_groups(expected: Iterable[str]) -> dict[str, Any]:
    """Return the aggregation of the chunks that lack one of the groups or have one more."""
    wanted = sorted(expected)
    is_exact: list[dict[str, Any]] = [{"term": {"acl": group}} for group in wanted]
    # Keywords are sorted, so whatever is not wanted lies below, between or above those that are.
    gaps = [
        {"range": {"acl": {**({"gt": low} if low else {}), **({"lt": high} if high else {})}}}
        for low, high in zip(["", *wanted], [*wanted, ""], strict=True)
    ]
    wrong = {"bool": {"must_not": [{"bool": {"filter": is_exact, "must_not": gaps}}]}}
    held = {"groups": {"terms": {"field": "acl", "size": _GROUPS}}}
    return {
        "filter": wrong,
        "aggs": {"documents": {"terms": {"field": "doc_id", "size": _EXAMPLES}, "aggs": held}},
    }


def _tell_groups(bucket: Mapping[str, Any], source: str, expected: Iterable[str]) -> str:
    held = sorted(group["key"] for group in bucket["groups"]["buckets"])
    return f"its chunks are for {_list(held)}, but {source} is for {_list(expected)}"


def _probe(client: OpenSearch, index: str, settings: Settings, groups: Groups) -> tuple[int, list[Leak]]:
    """Return how many queries were asked without the groups, and a leak for each that showed something."""
    everybody = frozenset(settings.all_groups) | set(_list_groups(client, index))
    probes = [
        (pick_words(chunk), everybody - _allow(chunk, groups))
        for chunk in _sample_restricted(client, index, everybody, groups)
    ]
    if not probes:
        return 0, []
    asked = [settings.query_prefix + words for words, _ in probes]
    vectors, _ = embed_texts(settings.kserve_url, settings.embedding_model, asked)
    leaks: list[Leak] = []
    for (words, reader), vector in zip(probes, vectors.tolist(), strict=True):
        # Without the embedder the service searches by words alone, and must keep to the groups as well.
        for given in (vector, None):
            body = build_hybrid_query(words, given, _HITS_PER_PROBE, sorted(reader))
            body["_source"] = ["doc_id", "source", "acl"]
            hits = (hit["_source"] for hit in client.search(index=index, body=body)["hits"]["hits"])
            leaks += list(_find_forbidden(hits, words, reader, groups))[:1]
    return 2 * len(probes), leaks


def _find_forbidden(
    hits: Iterable[Mapping[str, Any]], words: str, reader: frozenset[str], groups: Groups
) -> Iterator[Leak]:
    for hit in hits:
        allowed = _allow(hit, groups)
        if not allowed & reader:
            yield Leak(
                doc_id=hit["doc_id"],
                reason=f"it is for {_list(allowed)}, and {words!r} shows it to {_list(reader)}",
            )


def _list_groups(client: OpenSearch, index: str) -> list[str]:
    by_group = {"terms": {"field": "acl", "size": _GROUPS}}
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
            if chunk["chunk_id"] not in seen and "public" not in _allow(chunk, groups):
                seen.add(chunk["chunk_id"])
                yield chunk


def _allow(chunk: Mapping[str, Any], groups: Groups) -> frozenset[str]:
    """Return who may see a chunk: the groups of its source or, where that is unknown, its own."""
    return groups.get(chunk["source"], frozenset(chunk.get("acl", ())))


def _list(groups: Iterable[str]) -> str:
    return ", ".join(sorted(groups)) or "nobody"
