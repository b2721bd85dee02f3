"""The log store: an index a day of all lines of all programs, by id, and a day that is old goes as a whole.

What a line is looked for by is mapped; whatever else it says is kept beside and not searched, so that no
program can fill the mapping with names of its own.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from opensearchpy import OpenSearch, TransportError, helpers

from processors.knowledge.logs.stored_lines import StoredLine
from processors.stores.indices import create_index
from processors.stores.search.blocks import is_block

PREFIX: Final = "runlore-logs-"
TEMPLATE: Final = "runlore-logs"

_WORD: Final = {"type": "keyword", "ignore_above": 512}
MAPPINGS: Final[dict[str, Any]] = {
    "dynamic": False,
    "properties": {
        "@timestamp": {"type": "date"},
        "message": {"type": "text"},
        "log": {
            "properties": {
                "level": _WORD,
                "logger": _WORD,
                "file": {"properties": {"path": _WORD}},
                "offset": {"type": "long"},
            }
        },
        "service": {"properties": {"name": _WORD, "version": _WORD}},
        "event": {"properties": {"dataset": _WORD}},
        "correlation_id": _WORD,
        "dag_id": _WORD,
        "run_id": _WORD,
        "task_id": _WORD,
        "fields": {"type": "object", "enabled": False},
    },
}


class StoreAwayError(RuntimeError):
    """OpenSearch doesn't take lines now; the same lines, sent again, harm nothing."""


def apply_log_template(client: OpenSearch, replicas: int = 0) -> None:
    """Create or update the index template of the log store.

    Args:
        client: OpenSearch.
        replicas: Copies of each index beside the first.
    """
    index = {"number_of_shards": 1, "number_of_replicas": replicas, "refresh_interval": "5s"}
    # Most of a store is never read: half the disk is worth the time to open a line.
    body = {
        "index_patterns": [f"{PREFIX}*"],
        "template": {"settings": {"index": {**index, "codec": "best_compression"}}, "mappings": MAPPINGS},
    }
    client.indices.put_index_template(name=TEMPLATE, body=body)


def write_lines(client: OpenSearch, lines: Iterable[StoredLine]) -> list[str]:
    """Write lines, each once: one that is there already stays as it is.

    Args:
        client: OpenSearch.
        lines: Of any days.

    Returns:
        Why lines were refused for good, one reason a line.

    Raises:
        StoreAwayError: Some line could not be written for a reason that may pass.
    """
    refused = []
    actions = [_to_action(line) for line in lines]
    try:
        # A server of ours makes none by itself: a version's index that is gone must not come back by a write.
        for index in sorted({action["_index"] for action in actions}):
            if not client.indices.exists(index=index):
                create_index(client, index)
        for written, item in helpers.streaming_bulk(client, actions, raise_on_error=False):
            result = item["create"]
            if written or result["status"] == 409:
                continue
            if result["status"] in (404, 429) or result["status"] >= 500 or is_block(result.get("error")):
                raise StoreAwayError(str(result.get("error")))
            refused.append(str(result["error"]))
    except TransportError as error:
        raise StoreAwayError(repr(error)) from error
    return refused


def drop_old_days(client: OpenSearch, before: datetime) -> list[str]:
    """Delete the indices of all days that ended before a time, and return their names."""
    days: dict[str, Any] = client.indices.get_alias(index=f"{PREFIX}*", params={"ignore_unavailable": "true"})
    old = sorted(name for name in days if name < f"{PREFIX}{before.astimezone(UTC):%Y.%m.%d}")
    for name in old:
        client.indices.delete(index=name, params={"ignore_unavailable": "true"})
    return old


def _to_action(line: StoredLine) -> dict[str, Any]:
    index = f"{PREFIX}{line.day}"
    return {"_op_type": "create", "_index": index, "_id": line.document_id, "_source": line.document}
