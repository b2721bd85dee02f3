"""An action as the API tells it: what was asked for, what would be done, and what came of it."""

from typing import Any, NotRequired, TypedDict

from processors.knowledge.actions.binding import Proposal
from processors.knowledge.actions.request import Request, name_run
from processors.settings import Settings
from serving.actions.approving import link_run, make_link
from serving.actions.status import State, Status


class ProposalReport(TypedDict):
    """What would be done, and where it can be approved."""

    command: list[str]
    target: dict[str, Any] | None
    rights: str
    dry_run: str
    expires_at: str
    hash: str
    approve_url: NotRequired[str]
    """Only while it waits for an approval."""


class Undoing(TypedDict):
    """An action that takes this one back."""

    action: str
    parameters: dict[str, str | int]


class ActionReport(TypedDict):
    """How far an action is."""

    key: str
    run_id: str
    action: str
    parameters: dict[str, str | int]
    proposer: str
    asked_at: str
    state: State
    is_over: bool
    url: str
    """Of its run in Airflow."""
    changing: NotRequired[bool]
    proposal: NotRequired[ProposalReport]
    reason: NotRequired[str]
    """Why it was refused, or isn't done."""
    output: NotRequired[str]
    approver: NotRequired[str]
    verified: NotRequired[bool | None]
    told: NotRequired[str]
    """What the verification saw."""
    rollback: NotRequired[Undoing]


def report_action(settings: Settings, request: Request, status: Status) -> ActionReport:
    """Return what the API tells of an action.

    Args:
        settings: Say where the service and Airflow are.
        request: What was asked for.
        status: How far it is.
    """
    report = ActionReport(
        key=request.key,
        run_id=name_run(request.key),
        action=request.action,
        parameters=dict(request.parameters),
        proposer=request.proposer.user,
        asked_at=request.asked_at.isoformat(),
        state=status.state,
        is_over=status.is_over,
        url=link_run(settings, request.key),
    )
    if status.proposed is not None:
        report["changing"] = status.proposed.changing
        if status.proposed.refused:
            report["reason"] = status.proposed.refused
        if status.proposed.proposal is not None:
            report["proposal"] = _report_proposal(settings, status.proposed.proposal, status.state)
    if status.done is not None:
        report["output"] = status.done.output
        if status.done.reason:
            report["reason"] = status.done.reason
        if status.done.approver is not None:
            report["approver"] = status.done.approver.user
    if status.verified is not None:
        report["verified"], report["told"] = status.verified.verified, status.verified.told
        if undo := status.verified.rollback:
            report["rollback"] = Undoing(action=undo.action, parameters=dict(undo.parameters))
    return report


def _report_proposal(settings: Settings, proposal: Proposal, state: State) -> ProposalReport:
    report = ProposalReport(
        command=list(proposal.command),
        target=proposal.target.model_dump(mode="json") if proposal.target else None,
        rights=proposal.rights,
        dry_run=proposal.dry_run,
        expires_at=proposal.expires_at.isoformat(),
        hash=proposal.hash,
    )
    if state == "waiting":
        report["approve_url"] = make_link(settings, proposal)
    return report
