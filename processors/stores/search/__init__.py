"""OpenSearch as the store of chunks: index templates, checked bulk writes, look-ups by id and hash."""

from processors.stores.search.blocks import WritesBlockedError, explain_blocks
from processors.stores.search.client import open_search, opensearch_options
from processors.stores.search.lookups import (
    count_chunks,
    find_embeddings,
    find_labels,
    find_owners,
    find_present,
    find_stand_ins,
    list_alerts,
    list_titles,
    sample_chunks,
)
from processors.stores.search.snapshots import Reading, open_snapshot, read_newest
from processors.stores.search.templates import ANALYSIS, PIPELINES, apply_templates
from processors.stores.search.writes import carry_over, delete_ended, write_chunks

__all__ = [
    "ANALYSIS",
    "PIPELINES",
    "Reading",
    "WritesBlockedError",
    "apply_templates",
    "carry_over",
    "count_chunks",
    "delete_ended",
    "explain_blocks",
    "find_embeddings",
    "find_labels",
    "find_owners",
    "find_present",
    "find_stand_ins",
    "list_alerts",
    "list_titles",
    "open_search",
    "open_snapshot",
    "opensearch_options",
    "read_newest",
    "sample_chunks",
    "write_chunks",
]
