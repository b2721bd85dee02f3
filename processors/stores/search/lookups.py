"""What an index holds: vectors by content, chunks by id, titles and alerts of pages, counts."""

from typing import Any

from opensearchpy import OpenSearch

from processors.knowledge.chunk import Chunk


def find_embeddings(
    client: OpenSearch, index: str, hashes: list[str], model: str
) -> dict[str, tuple[list[float], str]]:
    """Return the vectors of the content that an index already holds.

    Args:
        client: OpenSearch.
        index: A version, or an expression for its family.
        hashes: Hashes of content.
        model: The embedding model without its revision; vectors of another one don't count.

    Returns:
        `content_hash → (embedding of length dim, model@revision)`.
    """
    found: dict[str, tuple[list[float], str]] = {}
    for begin in range(0, len(hashes), 500):
        wanted = {"terms": {"content_hash": hashes[begin : begin + 500]}}
        body = {
            "size": 1000,
            "query": {"bool": {"filter": [wanted, {"prefix": {"embedding_model": f"{model}@"}}]}},
            "collapse": {"field": "content_hash"},
            "_source": ["content_hash", "embedding", "embedding_model"],
        }
        for hit in client.search(index=index, body=body)["hits"]["hits"]:
            held = hit["_source"]
            found[held["content_hash"]] = (held["embedding"], held["embedding_model"])
    return found


def find_labels(client: OpenSearch, index: str, chunk_ids: list[str]) -> dict[str, dict[str, str]]:
    """Return the labels of the chunks that an index holds, also of those that no search sees yet.

    Args:
        client: OpenSearch.
        index: A single index.
        chunk_ids: Of the chunks.
    """
    found: dict[str, dict[str, str]] = {}
    for begin in range(0, len(chunk_ids), 500):
        body = {"ids": sorted(set(chunk_ids[begin : begin + 500]))}
        answer = client.mget(index=index, body=body, params={"_source": "labels"})
        found |= {doc["_id"]: doc["_source"].get("labels", {}) for doc in answer["docs"] if doc.get("found")}
    return found


def sample_chunks(client: OpenSearch, index: str, size: int) -> list[Chunk]:
    """Return chunks without their vectors, each content once, spread over the index in a stable order.

    Args:
        client: OpenSearch.
        index: A version, or an expression for its family.
        size: How many chunks at most.
    """
    body = {
        "size": size,
        "sort": [{"content_hash": "asc"}, {"chunk_id": "asc"}],
        "collapse": {"field": "content_hash"},
        "_source": {"excludes": ["embedding"]},
    }
    return [hit["_source"] for hit in client.search(index=index, body=body)["hits"]["hits"]]


def find_stand_ins(client: OpenSearch, index: str, hashes: list[str]) -> dict[str, str]:
    """Return which document stands for all that hold the same content, by the id of each.

    Args:
        client: OpenSearch.
        index: A version, or an expression for its family.
        hashes: Hashes of content, at least one. Of those in more documents, a thousand are told.
    """
    documents = {"documents": {"terms": {"field": "doc_id", "size": 1_000, "order": {"_key": "asc"}}}}
    contents = {"terms": {"field": "content_hash", "size": len(hashes)}, "aggs": documents}
    body = {"size": 0, "query": {"terms": {"content_hash": hashes}}, "aggs": {"contents": contents}}
    stand_ins: dict[str, str] = {}
    for content in client.search(index=index, body=body)["aggregations"]["contents"]["buckets"]:
        first, *others = (document["key"] for document in content["documents"]["buckets"])
        for other in others:
            stand_ins.setdefault(other, stand_ins.get(first, first))
    return stand_ins


def find_owners(client: OpenSearch, index: str, chunk_ids: list[str]) -> list[dict[str, Any]]:
    """Return of some chunks `doc_id`, `source` and `acl`, in their order.

    Args:
        client: OpenSearch.
        index: A version, or an expression for its family.
        chunk_ids: Of the chunks, 10,000 at most.
    """
    body = {
        "size": len(chunk_ids),
        "query": {"ids": {"values": chunk_ids}},
        "_source": ["doc_id", "source", "acl"],
    }
    found = {hit["_id"]: hit["_source"] for hit in client.search(index=index, body=body)["hits"]["hits"]}
    return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]


def list_titles(client: OpenSearch, index: str) -> list[str]:
    """Return the public documents' titles, each once."""
    body = {
        "size": 10_000,
        "query": {"term": {"acl": "public"}},
        "collapse": {"field": "doc_id"},
        "_source": ["title"],
    }
    hits = client.search(index=index, body=body)["hits"]["hits"]
    return list(dict.fromkeys(hit["_source"]["title"] for hit in hits))


def list_alerts(client: OpenSearch, index: str) -> list[str]:
    """Return the names of the alerts that public pages are about, each once."""
    body = {
        "size": 10_000,
        "query": {"bool": {"filter": [{"term": {"acl": "public"}}, {"term": {"kind": "runbook"}}]}},
        "collapse": {"field": "doc_id"},
        "_source": ["labels"],
    }
    hits = client.search(index=index, body=body)["hits"]["hits"]
    names = [hit["_source"].get("labels", {}).get("alert", "") for hit in hits]
    return [name for name in dict.fromkeys(names) if name]


def find_present(client: OpenSearch, index: str, chunk_ids: list[str]) -> set[str]:
    """Return which of the chunks a search finds.

    Args:
        client: OpenSearch.
        index: An index, an alias, or an expression for a version's family.
        chunk_ids: What is looked for, 10,000 at most.
    """
    body = {"size": len(chunk_ids), "_source": False, "query": {"ids": {"values": chunk_ids}}}
    return {hit["_id"] for hit in client.search(index=index, body=body)["hits"]["hits"]}


def count_chunks(client: OpenSearch, index: str, sources: list[str] | None = None) -> int:
    """Return how many chunks a version holds, of all sources or of some.

    Args:
        client: OpenSearch.
        index: A version, or an expression for its family.
        sources: Whose chunks; None: all.
    """
    query = {"match_all": {}} if sources is None else {"terms": {"source": sources}}
    return int(client.count(index=index, body={"query": query})["count"])
