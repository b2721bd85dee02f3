"""The last task: the record is ended and sent on, whatever came of the action."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

from opensearchpy import OpenSearch

from processors.knowledge.actions.audit import make_entry
from processors.knowledge.actions.passages import count_effects, name_subject
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import Request
from processors.knowledge.actions.results import Done, Proposed, Verified
from processors.pipelines.actions.asked import Run, open_deed
from processors.pipelines.actions.taking_back import record_taken_back
from processors.settings import Settings
from processors.stores.actions.audit import append_entry, append_once, list_verified
from processors.stores.actions.audit_topic import publish_records
from processors.stores.search import open_search


class Recorded(TypedDict):
    """Of the last record."""

    seq: int
    hash: str
    effect: str


class NotEndedError(Exception):
    """A task failed, so nobody knows what came of the action."""


def _record_effect(client: OpenSearch, request: Request, done: Done, verified: Verified) -> None:
    """Append what was found, once; an action that this one takes back is told to be so."""
    found = verified.model_dump(mode="json", include={"verified", "effect", "rollback"})
    effect = count_effects(
        found | {"told": verified.noted},
        list_verified(client, request.action),
        name_subject(request.action, request.parameters),
    )
    now = datetime.now(UTC)
    append_once(client, make_entry("verified", request, now, approver=done.approver, effect=effect))
    if verified.verified:
        record_taken_back(client, request, now)


def record(settings: Settings, run: Run, told: Mapping[str, Any]) -> Recorded:
    """Append what the verification found, and send all records on that weren't yet.

    Args:
        settings: Of the platform.
        run: Of the DAG.
        told: What the tasks `propose`, `execute` and `verify` returned; None where one returned nothing.

    Raises:
        NotEndedError: A task failed; it is recorded so.
    """
    client = open_search(settings.opensearch)
    proposed = Proposed.model_validate(told["propose"]) if told["propose"] else None
    done = Done.model_validate(told["execute"]) if told["execute"] else None
    verified = Verified.model_validate(told["verify"]) if told["verify"] else None
    try:
        deed = open_deed(settings, run)
    except ActionRefusedError:
        deed = None
    now, broken = datetime.now(UTC), proposed is None or (not proposed.refused and done is None)
    if deed and broken:
        append_entry(client, make_entry("failed", deed.request, now, reason="a task of the run failed"))
    if deed and done and verified and verified.verified is not None:
        _record_effect(client, deed.request, done, verified)
    last = publish_records(client, settings.kafka)
    if broken:
        raise NotEndedError(f"a task of the run {run.run_id} failed; its log tells why")
    return {"seq": last.seq, "hash": last.hash, "effect": verified.told if verified else ""}
