"""The task that does it: at most once, only as it was approved, and never on the word of the task before."""

from datetime import UTC, datetime

import structlog
from opensearchpy import OpenSearch

from processors.knowledge.actions.audit import Event, make_entry
from processors.knowledge.actions.binding import Approval, Proposal, check_bound, show_output
from processors.knowledge.actions.refusal import ActionRefusedError, tell_refusal
from processors.knowledge.actions.results import Done, End, Proposed
from processors.pipelines.actions.approve import read_approval
from processors.pipelines.actions.asked import Run, open_deed
from processors.pipelines.actions.effects import list_alerts
from processors.pipelines.actions.operation import Deed, Look
from processors.pipelines.actions.operations import OPERATIONS
from processors.pipelines.actions.propose import look
from processors.settings import Settings
from processors.stores.actions.audit import append_entry, find_entry
from processors.stores.actions.starts import Start, find_start, note_start
from processors.stores.search import open_search

log = structlog.get_logger(__name__)


def execute(settings: Settings, run: Run, proposed: Proposed) -> Done:
    """Do what was proposed and approved, and return what came of it; all of it is recorded.

    Args:
        settings: Of the platform.
        run: Of the DAG: the request is read from it anew.
        proposed: What the first task returned. It is compared with the record, and with what there is now.

    Raises:
        httpx.TransportError: A system is unreachable; nothing was begun, and trying again may help.
    """
    client = open_search(settings.opensearch)
    try:
        deed = open_deed(settings, run)
    except ActionRefusedError as error:
        return Done(state="refused", reason=str(error))
    if not deed.action.changing:
        return _read(client, deed, proposed.proposal)
    if start := find_start(client, deed.request.key):
        return _end_started(client, deed, start)
    try:
        proposal = _require_proposed(client, deed, proposed.proposal)
        approval = read_approval(settings, run, deed)
        fresh, seen = look(deed, proposal.expires_at)
        check_bound(proposal, fresh, approval, datetime.now(UTC))
    except ActionRefusedError as error:
        return _refuse(client, deed, error, proposed.proposal)
    return _begin(client, deed, fresh, approval, seen)


def _require_proposed(client: OpenSearch, deed: Deed, proposal: Proposal | None) -> Proposal:
    """Return the proposal if it is the one that was recorded when it was made, and none was begun."""
    if find_entry(client, deed.request.key, "started"):
        # The note of the start is lost, and nobody knows what else is.
        raise ActionRefusedError("used_before")
    recorded = find_entry(client, deed.request.key, "proposed")
    if proposal is None or recorded is None:
        raise ActionRefusedError("not_approved")
    if recorded.hash != proposal.hash:
        raise ActionRefusedError("changed", what="the proposal")
    return proposal


def _read(client: OpenSearch, deed: Deed, proposal: Proposal | None) -> Done:
    now = datetime.now(UTC)
    try:
        output = OPERATIONS[deed.action.operation].run(deed, None)
    except ActionRefusedError as error:
        return _refuse(client, deed, error, proposal)
    # What was read isn't kept in the record: it can be large, and is read again by whoever may.
    append_entry(client, make_entry("executed", deed.request, now, proposal=proposal))
    return Done(state="executed", output=show_output(output))


def _begin(client: OpenSearch, deed: Deed, proposal: Proposal, approval: Approval, seen: Look | None) -> Done:
    """Note the start, which only one task ever can, and do it."""
    undo = seen.undo if seen else None
    now, target = datetime.now(UTC), proposal.target
    alerts = list_alerts(deed.settings, target) if target else None
    start = Start(at=now, target=target, undo=undo, proposal=proposal, approver=approval.by, alerts=alerts)
    if not note_start(client, deed.request.key, start):
        return _end_started(client, deed, find_start(client, deed.request.key) or start)
    for event in ("approved", "started"):
        _record(client, event, deed, start)
    try:
        output = OPERATIONS[deed.action.operation].run(deed, seen)
    except ActionRefusedError as error:
        _record(client, "failed", deed, start, reason=str(error))
        told = tell_refusal(error, deed.request.language)
        return Done(state="failed", reason=told, approver=approval.by)
    except Exception:
        # The call may have arrived: only the target knows.
        log.exception("an action's call failed", key=deed.request.key)
        return _end_started(client, deed, start)
    _record(client, "executed", deed, start, result=output)
    return Done(state="executed", output=show_output(output), approver=approval.by)


def _end_started(client: OpenSearch, deed: Deed, start: Start) -> Done:
    """Tell what became of what was begun before, by the mark at the target. It isn't done a second time."""
    ended = find_entry(client, deed.request.key, "executed")
    target = start.target
    if ended or (target and OPERATIONS[deed.action.operation].find_mark(deed, target)):
        if not ended:
            _record(client, "executed", deed, start, reason="found done by its mark at the target")
        return Done(state="executed", output=start.proposal.dry_run, approver=start.approver)
    if failed := find_entry(client, deed.request.key, "failed"):
        return Done(state="failed", reason=failed.reason, approver=start.approver)
    _record(client, "unknown", deed, start, reason=_UNKNOWN["en"])
    return Done(state="unknown", reason=_UNKNOWN[deed.request.language], approver=start.approver)


_UNKNOWN = {
    "en": "It was begun, and its mark isn't at the target: whether it was done, somebody has to look. "
    "It isn't done a second time.",
    "ru": "Выполнение началось, но отметки на объекте нет: сделано ли это, нужно проверить. "
    "Второй раз оно не выполняется.",
}


def _refuse(client: OpenSearch, deed: Deed, error: ActionRefusedError, proposal: Proposal | None) -> Done:
    ends: dict[str, End] = {"rejected": "rejected", "expired": "expired"}
    state = ends.get(error.reason, "refused")
    event: Event = "rejected" if state == "rejected" else "expired" if state == "expired" else "refused"
    now = datetime.now(UTC)
    append_entry(client, make_entry(event, deed.request, now, proposal=proposal, reason=str(error)))
    return Done(state=state, reason=tell_refusal(error, deed.request.language))


def _record(
    client: OpenSearch, event: Event, deed: Deed, start: Start, *, result: str = "", reason: str = ""
) -> None:
    entry = make_entry(
        event,
        deed.request,
        datetime.now(UTC),
        proposal=start.proposal,
        approver=start.approver,
        result=result,
        reason=reason,
    )
    append_entry(client, entry)
