"""Existing log indices in OpenSearch: their lines in the order of time. Nothing is changed there."""

from typing import Any

from opensearchpy import OpenSearch

from processors.knowledge.topics import OWN_DATASET
from processors.settings.sources import LogIndex


def open_log_index(source: LogIndex) -> OpenSearch:
    """Return a client of the cluster that holds a log index."""
    password = source.password_file.read_text(encoding="utf-8").strip() if source.password_file else ""
    return OpenSearch(
        source.url,
        http_auth=(source.user, password) if source.user else None,
        ca_certs=str(source.ca_file) if source.ca_file else None,
        verify_certs=True,
        timeout=60,
        max_retries=1,
    )


def read_lines(client: OpenSearch, source: LogIndex, from_ms: int, size: int) -> list[dict[str, Any]]:
    """Return the oldest hits from a time on; `sort` holds their times in milliseconds since 1970.

    A line whose time is still to come is left for later: no position may wait there.

    Args:
        client: OpenSearch.
        source: The index, and the field that holds a line's time.
        from_ms: The first time that counts, in milliseconds since 1970.
        size: How many lines at most.
    """
    field = source.time_field
    in_time = {"range": {field: {"gte": from_ms, "lte": "now", "format": "epoch_millis"}}}
    # The stack's own lines are no knowledge: what a run says would be told by the next one.
    own = {"term": {"event.dataset": OWN_DATASET}}
    body = {
        "size": size,
        "query": {"bool": {"filter": [in_time], "must_not": [own]}},
        "sort": [{field: {"order": "asc", "numeric_type": "date", "unmapped_type": "date"}}],
        "track_total_hits": False,
    }
    answer = client.search(index=source.index, body=body, params={"ignore_unavailable": "true"})
    if answer["_shards"]["failed"]:
        raise RuntimeError(
            f"{source.index}: {answer['_shards']['failed']} shards failed; lines would be missed"
        )
    hits: list[dict[str, Any]] = answer["hits"]["hits"]
    return hits
