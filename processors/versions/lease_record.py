"""What is written of a pipeline's builds: a document in OpenSearch that is changed by comparison.

It holds who builds now, and the highest number that a version ever had, so that none is used twice.
"""

from collections.abc import Callable
from typing import Any, Final, TypedDict

from opensearchpy import ConflictError, NotFoundError, OpenSearch

from processors.stores.indices import create_index

INDEX: Final = "runlore-builds"
TIMEOUT_S: Final = 60.0


class Holder(TypedDict):
    """Who builds what, and until when that is sure."""

    token: str
    index: str | None
    host: str
    place: str
    pid: int
    started: float
    since: str
    until: str
    run: str
    handed_over: bool
    to_other_process: bool


class Record(TypedDict):
    """The document of a pipeline."""

    last_number: int
    holder: Holder | None


def read_record(client: OpenSearch, pipeline: str) -> Record:
    """Return what is written of a pipeline's builds."""
    return _read(client, pipeline)[0]


def _read(client: OpenSearch, pipeline: str, timeout_s: float = TIMEOUT_S) -> tuple[Record, dict[str, Any]]:
    """Return the document, and what a write must name to replace just this state of it."""
    try:
        found = client.get(index=INDEX, id=pipeline, params={"request_timeout": timeout_s})
    except NotFoundError as error:
        if error.error == "index_not_found_exception":
            create_record_index(client)
        return Record(last_number=0, holder=None), {"op_type": "create"}
    place = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
    return found["_source"], place


def change_record(
    client: OpenSearch, pipeline: str, change: Callable[[Record], Record], timeout_s: float = TIMEOUT_S
) -> Record:
    """Replace the document by what `change` makes of it, as often as somebody else came first.

    That somebody may be this very change: its answer was lost, and the client sent it again. So `change` must
    make the same of what it has made already.

    Args:
        client: OpenSearch.
        pipeline: Whose document.
        change: Returns the new document; what it raises leaves the document as it is.
        timeout_s: Seconds for each request.
    """
    while True:
        record, place = _read(client, pipeline, timeout_s)
        changed = change(record)
        try:
            options = {**place, "request_timeout": timeout_s}
            client.index(index=INDEX, id=pipeline, body=changed, params=options)
            return changed
        except ConflictError:
            continue


def raise_number(client: OpenSearch, pipeline: str, number: int) -> None:
    """See that the next version of a pipeline has a number above this one.

    Args:
        client: OpenSearch.
        pipeline: Whose record.
        number: One that was used, here or before the record was lost.
    """
    change_record(
        client, pipeline, lambda record: {**record, "last_number": max(record["last_number"], number)}
    )


def create_record_index(client: OpenSearch) -> None:
    """Create the index of the documents where it is missing, and wait until it can be read."""
    settings = {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}
    create_index(client, INDEX, {"settings": settings, "mappings": {"dynamic": False}})
