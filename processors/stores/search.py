"""OpenSearch: templates, bulk writes in which every item is checked, and look-ups by id and hash."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from opensearchpy import OpenSearch, TransportError, helpers

from processors.chunk import ENDED, Chunk, Pipeline, index_mapping
from processors.settings import load_settings

PIPELINES: Final[tuple[Pipeline, ...]] = ("rag", "cag")

# What OpenSearch says when it refuses to write on purpose, as to a disk that is nearly full.
_BLOCKED: Final = "cluster_block_exception"
# OpenSearch takes 65,536 terms in one clause.
_TERMS: Final = 65_536

# Words are split the way metric and alert names are made (KubePodCrashLooping, kube_pod_status), so that the
# name and its words find each other. Keeping the whole name as well was measured, and finds less.
ANALYSIS: Final[dict[str, Any]] = {
    "filter": {
        "name_parts": {"type": "word_delimiter_graph"},
        # Only words with Cyrillic letters stay, so an English text or question is nothing to these fields.
        "without_latin": {"type": "pattern_replace", "pattern": "^[^а-яё]+$", "replacement": ""},
        "without_yo": {"type": "pattern_replace", "pattern": "ё", "replacement": "е"},
        "without_empty": {"type": "length", "min": 1},
        "russian_stop": {"type": "stop", "stopwords": "_russian_"},
        "russian_stems": {"type": "stemmer", "language": "russian"},
    },
    "analyzer": {
        "runlore_text": {
            "type": "custom",
            "tokenizer": "whitespace",
            "filter": ["name_parts", "flatten_graph", "lowercase", "stop", "porter_stem"],
        },
        "runlore_russian": {
            "type": "custom",
            "tokenizer": "standard",
            "filter": [
                "lowercase",
                "without_latin",
                "without_empty",
                "without_yo",
                "russian_stop",
                "russian_stems",
            ],
        },
        "runlore_values": {"type": "custom", "tokenizer": "whitespace", "filter": ["lowercase"]},
    },
}


class WritesBlockedError(RuntimeError):
    """OpenSearch refuses to write; it says why, how full its disk is, and what helps."""


def open_search(url: str) -> OpenSearch:
    """Return a client; it retries a request once when a connection breaks."""
    return OpenSearch(url, timeout=60, max_retries=1, retry_on_timeout=False)


def apply_templates(
    client: OpenSearch, dimension: int, pipelines: Iterable[str] = PIPELINES, replicas: int = 0
) -> None:
    """Create or update the index template of each pipeline's versions and their slices.

    Args:
        client: OpenSearch.
        dimension: Length of the embedding vectors.
        pipelines: Whose versions.
        replicas: Copies of each index beside the first.
    """
    settings = {
        "index": {"knn": True, "number_of_shards": 1, "number_of_replicas": replicas},
        "analysis": ANALYSIS,
    }
    for pipeline in pipelines:
        body = {
            "index_patterns": [f"{pipeline}-v*"],
            "template": {"settings": settings, "mappings": index_mapping(dimension)},
        }
        client.indices.put_index_template(name=f"runlore-{pipeline}", body=body)


def write_chunks(
    client: OpenSearch, index: str, chunks: Iterable[Chunk], places: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Write chunks by id and make them searchable.

    Args:
        client: OpenSearch.
        index: The version's own name, never an alias, so that a swap can't redirect the write.
        chunks: Chunks with their embeddings.
        places: Chunk id to the index that it goes to, for those that don't go to `index`.

    Returns:
        `(chunk_id, error)` of every chunk that OpenSearch refuses for good.

    Raises:
        WritesBlockedError: OpenSearch writes nothing now, as on a disk that is nearly full.
        RuntimeError: Some chunk could not be written for a reason that may pass; nothing is lost by a retry.
    """
    places = places or {}
    refused: list[tuple[str, str]] = []
    results = helpers.streaming_bulk(
        client,
        _to_actions(index, chunks, places),
        chunk_size=500,
        max_retries=4,
        initial_backoff=1,
        raise_on_error=False,
    )
    for written, item in results:
        result = item["index"]
        if result["status"] == 409:
            # The version holds this chunk from a later write already.
            continue
        if not written and _is_block(result.get("error")):
            # The chunk is as good as before: a block must not make a dead letter of it.
            raise explain_block(client, result["error"]["reason"])
        if not written and 400 <= result["status"] < 500 and result["status"] not in (404, 429):
            refused.append((result["_id"], str(result["error"])))
        elif not written:
            raise RuntimeError(f"{index}: chunk {result['_id']} was not written: {result['error']}")
    client.indices.refresh(index=",".join(sorted({index, *places.values()})))
    return refused


def _to_actions(index: str, chunks: Iterable[Chunk], places: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    for chunk in chunks:
        chunk_id = chunk["chunk_id"]
        action: dict[str, Any] = {"_index": places.get(chunk_id, index), "_id": chunk_id}
        if "write_version" in chunk:
            # Equal is allowed: a task that is tried again writes the same once more.
            action |= {"version": chunk["write_version"], "version_type": "external_gte"}
        held = {name: value for name, value in chunk.items() if name != "write_version"}
        yield {**action, "_source": {**held, "indexed_at": now}}


def _is_block(error: Any) -> bool:
    return isinstance(error, dict) and error.get("type") == _BLOCKED


@contextmanager
def explain_blocks(client: OpenSearch) -> Iterator[None]:
    """Turn a refusal to write, create or change an index into one that says what to do.

    Raises:
        WritesBlockedError: OpenSearch refused because of a block.
    """
    try:
        yield
    except TransportError as error:
        if error.error != _BLOCKED:
            raise
        raise explain_block(client, str(error)) from error


def explain_block(client: OpenSearch, reason: str) -> WritesBlockedError:
    """Return an error that says why nothing is written, how full the disks are, and what helps."""
    nodes: dict[str, Any] = client.nodes.stats(metric="fs")["nodes"]
    disks = "; ".join(describe_disk(node["name"], node["fs"]["total"]) for node in nodes.values())
    return WritesBlockedError(
        f"OpenSearch refuses to write: {reason}. {disks}. Nothing is lost: the positions have not moved, and "
        "the next run reads the same again. Free space on the disk, or lower RUNLORE_RETENTION_DAYS or "
        "RUNLORE_RETENTION_BYTES and trigger the DAG maintain. The block goes by itself within half a minute "
        "after the usage fell below the high watermark. If it stays, take it off: curl -X PUT "
        "$OPENSEARCH_URL/_all/_settings -H 'Content-Type: application/json' "
        """-d '{"index.blocks.read_only_allow_delete": null}' (docs/runbooks/opensearch-disk-watermark.md)"""
    )


def describe_disk(node: str, disk: Mapping[str, int]) -> str:
    """Say how full a node's disk is.

    Example:
        >>> describe_disk("node-1", {"total_in_bytes": 100 * 10**9, "available_in_bytes": 5 * 10**9})
        'Disk of node-1: 95 % used, 5.0 of 100.0 GB free'
    """
    total, free = disk["total_in_bytes"], disk["available_in_bytes"]
    used = 100 * (total - free) // max(total, 1)
    return f"Disk of {node}: {used} % used, {free / 1e9:.1f} of {total / 1e9:.1f} GB free"


def carry_over(
    client: OpenSearch, source: str, target: str, of_sources: list[str], except_documents: list[str]
) -> int:
    """Copy chunks with their vectors from one version to another.

    Args:
        client: OpenSearch.
        source: Version to copy from.
        target: Version to copy to.
        of_sources: Copy only chunks of these sources.
        except_documents: Leave out the chunks of these documents.

    Returns:
        How many chunks were copied.

    Raises:
        RuntimeError: Some chunk could not be copied.
    """
    left_out = [
        {"terms": {"doc_id": except_documents[begin : begin + _TERMS]}}
        for begin in range(0, len(except_documents), _TERMS)
    ]
    query = {"bool": {"filter": [{"terms": {"source": of_sources}}], "must_not": left_out}}
    body = {"source": {"index": source, "query": query}, "dest": {"index": target}}
    result = client.reindex(body=body, refresh=True, wait_for_completion=True, request_timeout=600)
    if result["failures"]:
        raise RuntimeError(f"{source} to {target}: {result['failures'][:3]}")
    # A copy whose answer was lost is made again, and finds what the first one wrote.
    return int(result["created"]) + int(result["updated"])


def delete_ended(client: OpenSearch, index: str, before: datetime) -> int:
    """Delete the chunks about states of what is gone since long, and return how many they were."""
    query = [{"term": {"values": ENDED}}, {"range": {"observed_at": {"lt": before.isoformat()}}}]
    body = {"query": {"bool": {"filter": query}}}
    # What was written meanwhile is no longer what was found, and stays.
    options = {"conflicts": "proceed", "refresh": "true", "timeout": 600}
    return int(client.delete_by_query(index=index, body=body, params=options)["deleted"])


def find_embeddings(
    client: OpenSearch, index: str, hashes: list[str], model: str
) -> dict[str, tuple[list[float], str]]:
    """Return `content_hash → (embedding, model@revision)` for the content that an index already holds."""
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


def sample_chunks(client: OpenSearch, index: str, size: int) -> list[Chunk]:
    """Return chunks without their vectors, spread over the index in a stable order."""
    body = {"size": size, "sort": [{"content_hash": "asc"}], "_source": {"excludes": ["embedding"]}}
    return [hit["_source"] for hit in client.search(index=index, body=body)["hits"]["hits"]]


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
    """Return which of the chunks a search through an index or alias finds."""
    body = {"size": len(chunk_ids), "_source": False, "query": {"ids": {"values": chunk_ids}}}
    return {hit["_id"] for hit in client.search(index=index, body=body)["hits"]["hits"]}


def count_chunks(client: OpenSearch, index: str, sources: list[str] | None = None) -> int:
    """Return how many chunks a version holds, of all sources or of some."""
    query = {"match_all": {}} if sources is None else {"terms": {"source": sources}}
    return int(client.count(index=index, body={"query": query})["count"])


if __name__ == "__main__":
    if sys.argv[1:] != ["apply-templates"]:
        sys.exit("usage: python -m processors.stores.search apply-templates")
    settings = load_settings()
    apply_templates(
        open_search(settings.opensearch_url),
        settings.embedding_dimension,
        replicas=settings.opensearch_replicas,
    )
    sys.stdout.write("index templates applied: runlore-rag, runlore-cag\n")
