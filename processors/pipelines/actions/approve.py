"""The task that asks a person: what is asked, and what was answered, as Airflow itself keeps it."""

import re
from datetime import datetime
from typing import Any, Final, TypedDict

from pydantic import ValidationError

from processors.knowledge.actions.binding import Approval, Proposal, check_approval
from processors.knowledge.actions.policy import find_airflow_person, require_may_approve
from processors.knowledge.actions.proposal import render_proposal
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.asked import Run
from processors.pipelines.actions.operation import Deed
from processors.settings import Settings
from processors.stores.airflow import open_airflow, read_answer

DAG: Final = "actions"
TASK: Final = "approval_task"
APPROVE: Final = "Approve"
REJECT: Final = "Reject"

# At the very end of what is asked, where no output of another system is.
_BOUND: Final = re.compile(r"\n\nhash `([0-9a-f]{64})`\Z")


class Question(TypedDict):
    """What a person is asked."""

    subject: str
    body: str


def ask(proposal: Proposal) -> Question:
    """Return what a person is asked about a proposal, with the hash that the answer binds."""
    request = proposal.request
    subject = f"{request.proposer.shown}: {' '.join(proposal.command)}"
    body = f"{render_proposal(proposal, request.language)}\n\nhash `{proposal.hash}`"
    return {"subject": subject, "body": body}


def read_approval(settings: Settings, run: Run, deed: Deed) -> Approval:
    """Return the approval of a run, of another person who may give it.

    Args:
        settings: Of the platform.
        run: Of the DAG.
        deed: What is to be done.

    Raises:
        ActionRefusedError: Nobody approved it, or one who may not.
    """
    airflow = settings.airflow
    with open_airflow(airflow.url, airflow.user, airflow.passwords_file) as client:
        answer = read_answer(client, DAG, run.run_id, TASK)
    if not answer or not answer.get("responded_at"):
        raise ActionRefusedError("not_approved")
    responder = answer.get("responded_by_user")
    if not responder:
        # Nobody answered: Airflow itself took the default, which is no.
        raise ActionRefusedError("expired", at=str(answer["responded_at"]))
    if answer.get("chosen_options") != [APPROVE]:
        raise ActionRefusedError("rejected", person=_name_rejecter(answer, responder["name"]))
    approval = _read_approval(settings, deed, answer)
    require_may_approve(deed.policy, deed.action, approval.by, deed.request.proposer)
    return approval


def _name_rejecter(answer: dict[str, Any], responder: str) -> str:
    by = (answer.get("params_input") or {}).get("by")
    return str(by["user"])[:500] if isinstance(by, dict) and "user" in by else f"airflow:{responder}"


def _read_approval(settings: Settings, deed: Deed, answer: dict[str, Any]) -> Approval:
    given = answer.get("params_input") or {}
    if "approval" in given:
        try:
            approval = Approval.model_validate(given["approval"])
        except ValidationError as error:
            raise ActionRefusedError("bad_approval") from error
        secret = settings.actions.read_secret()
        check_approval(approval, deed.request.key, given.get("signature"), secret)
        return approval
    person = find_airflow_person(deed.policy, answer["responded_by_user"]["name"])
    bound = _BOUND.search(answer.get("body") or "")
    if not bound:
        raise ActionRefusedError("bad_approval")
    at = datetime.fromisoformat(answer["responded_at"])
    return Approval(by=person, at=at, through="airflow", hash=bound[1])
