"""An approval that comes by a link: who gives it is found out, signed, and handed to Airflow.

The link shows what would be done, and lets nobody approve by itself: for that somebody shows a key of their
own. Whoever executes checks all of it again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from processors.knowledge.actions.binding import Approval, check_link, sign_approval, sign_link
from processors.knowledge.actions.catalogue import find_action
from processors.knowledge.actions.policy import load_policy, require_may_approve
from processors.knowledge.actions.request import name_run
from serving.actions.seeing import is_same_person, read_own_request
from serving.actions.setup import load_secret, require_airflow
from serving.actions.status import read_status
from serving.clients.airflow import ApprovalAnswer, answer_approval
from serving.faults import UnknownActionError

if TYPE_CHECKING:
    from processors.knowledge.actions.binding import Proposal
    from processors.knowledge.actions.request import Person
    from processors.settings import Settings
    from serving.actions.status import Status
    from serving.clients.lifespan import Clients

Decision = Literal["approve", "reject"]


class Opened(NamedTuple):
    """A proposal that a good link has opened, and how far it is."""

    proposal: Proposal
    status: Status


def make_link(settings: Settings, proposal: Proposal) -> str:
    """Return the address of the page on which a proposal can be approved."""
    token = sign_link(proposal, load_secret(settings.actions))
    return f"{settings.ui_urls['service']}/actions/{proposal.request.key}?token={token}"


def link_run(settings: Settings, key: str) -> str:
    """Return the address of an action's run in Airflow."""
    return f"{settings.ui_urls['airflow']}/dags/actions/runs/{name_run(key)}"


async def open_link(clients: Clients, settings: Settings, key: str, token: str) -> Opened:
    """Return the proposal that a link is of.

    Args:
        clients: Airflow among them.
        settings: Of the platform.
        key: Of the request.
        token: Of the link, as it came.

    Raises:
        UnknownActionError: There is no such proposal.
        ActionRefusedError: The link is forged, of another proposal, or too old; or actions aren't set up.
        ActionsDownError: Airflow doesn't answer.
    """
    request = await read_own_request(clients, settings, key)
    if request is not None:
        status = await read_status(require_airflow(clients, settings), key)
        proposal = status.proposed.proposal if status.proposed else None
        if proposal is not None and proposal.request == request:
            check_link(proposal, token, load_secret(settings.actions), datetime.now(UTC))
            return Opened(proposal, status)
    raise UnknownActionError(f"There is no proposal {key}.")


async def decide(
    clients: Clients, settings: Settings, opened: Opened, person: Person, decision: Decision
) -> bool:
    """Hand somebody's decision to Airflow, and tell whether it was the first.

    Args:
        clients: Airflow among them.
        settings: Of the platform.
        opened: What they saw.
        person: Who they are, by a key or token of their own.
        decision: What they decided; who proposed an action may reject it, too.

    Raises:
        ActionRefusedError: They may not.
        ActionsDownError: Airflow doesn't answer.
    """
    request = opened.proposal.request
    policy = load_policy(settings.actions.policy_file)
    if decision == "approve" or not is_same_person(policy, request.proposer, person):
        require_may_approve(policy, find_action(request.action), person, request.proposer)
    if decision == "approve":
        approval = Approval(by=person, at=datetime.now(UTC), through="link", hash=opened.proposal.hash)
        signature = sign_approval(approval, request.key, load_secret(settings.actions))
        given = ApprovalAnswer(
            "Approve", {"approval": approval.model_dump(mode="json"), "signature": signature}
        )
    else:
        # Nothing signed: a signature could be shown again beside another option.
        given = ApprovalAnswer("Reject", {"by": person.model_dump(mode="json")})
    return await answer_approval(require_airflow(clients, settings), name_run(request.key), given)
