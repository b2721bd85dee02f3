"""Which actions were begun: a document that only one can create, before anything is changed."""

from typing import Final

from opensearchpy import ConflictError, NotFoundError, OpenSearch
from pydantic import AwareDatetime

from processors.knowledge.actions.binding import Proposal, Target
from processors.knowledge.actions.request import Person
from processors.knowledge.actions.results import Undo
from processors.knowledge.actions.sealing import Sealed
from processors.stores.indices import create_index

INDEX: Final = "runlore-actions"
# What a manifest holds is no schema of ours: it is read whole, by its id.
_MAPPINGS: Final = {"dynamic": False, "properties": {"at": {"type": "date"}}}


class Start(Sealed):
    """That an action was begun, with what has to be known if the one who began it dies."""

    at: AwareDatetime
    target: Target | None
    undo: Undo | None
    proposal: Proposal
    approver: Person
    alerts: tuple[str, ...] | None = None
    """What fired for the target then; None: nobody knows."""


def note_start(client: OpenSearch, key: str, start: Start) -> bool:
    """Note that an action begins; False: it was begun before, and must not be again.

    Args:
        client: OpenSearch.
        key: Of the request.
        start: What to note.

    Raises:
        opensearchpy.exceptions.OpenSearchException: Whether it was noted isn't known.
    """
    body = {"start": start.model_dump_json(), "at": start.at.isoformat()}
    try:
        return _create(client, key, body)
    except NotFoundError:
        settings = {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}
        create_index(client, INDEX, {"settings": settings, "mappings": _MAPPINGS})
        return _create(client, key, body)


def _create(client: OpenSearch, key: str, body: dict[str, str]) -> bool:
    try:
        client.index(index=INDEX, id=_name(key), body=body, op_type="create", refresh=True)
    except ConflictError:
        return False
    return True


def find_start(client: OpenSearch, key: str) -> Start | None:
    """Return what was noted when an action began, None if it never did."""
    try:
        found = client.get(index=INDEX, id=_name(key))
    except NotFoundError:
        return None
    return Start.model_validate_json(found["_source"]["start"])


def _name(key: str) -> str:
    return f"started-{key}"
