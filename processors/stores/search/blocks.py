"""When OpenSearch refuses to write on purpose, as to a disk that is nearly full: said with what helps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from opensearchpy import OpenSearch, TransportError

_BLOCKED: Final = "cluster_block_exception"


class WritesBlockedError(RuntimeError):
    """OpenSearch refuses to write; it says why, how full its disk is, and what helps."""


def is_block(error: Any) -> bool:
    """Tell whether an item of a bulk request was refused because of a block."""
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
