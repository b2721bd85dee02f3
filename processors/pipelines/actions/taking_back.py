"""An action that another one offered as its roll-back: that one was taken back, and its record says so."""

from datetime import datetime

from opensearchpy import OpenSearch

from processors.knowledge.actions.audit import Record, make_entry
from processors.knowledge.actions.catalogue import load_catalogue
from processors.knowledge.actions.request import Request
from processors.stores.actions.audit import append_once, list_verified
from processors.stores.actions.starts import find_start


def record_taken_back(client: OpenSearch, request: Request, now: datetime) -> Record | None:
    """Append that an action was taken back, if this one does what that one's verification offered.

    Args:
        client: OpenSearch.
        request: Of an action that was done and verified.
        now: With a zone.

    Returns:
        What was appended; None if nothing was taken back, or it was recorded before.
    """
    taken_back = _find_offer(client, request)
    start = find_start(client, taken_back.key) if taken_back else None
    if start is None:
        return None
    entry = make_entry(
        "rolled_back",
        start.proposal.request,
        now,
        proposal=start.proposal,
        approver=start.approver,
        reason=f"{request.proposer.shown} proposed its roll-back, the action {request.key}",
    )
    return append_once(client, entry)


def _find_offer(client: OpenSearch, request: Request) -> Record | None:
    """Return the newest verified action whose roll-back was offered as what the request asks for."""
    offered = {"action": request.action, "parameters": dict(request.parameters)}
    found = [
        record
        for action in load_catalogue().values()
        if action.rollback == request.action
        for record in list_verified(client, action.name)
        if (record.effect or {}).get("rollback") == offered and record.key != request.key
    ]
    return max(found, key=lambda record: record.seq, default=None)
