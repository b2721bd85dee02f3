"""Who may see an action: who proposed it, and who may approve it. For all others it isn't there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.knowledge.actions.catalogue import find_action
from processors.knowledge.actions.policy import load_policy, name_human, require_may_approve
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import check_signature, name_run, read_request
from serving.actions.setup import load_secret, require_airflow
from serving.clients.airflow import read_run
from serving.faults import UnknownActionError

if TYPE_CHECKING:
    from processors.knowledge.actions.policy import Policy
    from processors.knowledge.actions.request import Person, Request
    from processors.settings import Settings
    from serving.clients.lifespan import Clients


async def read_seen_request(clients: Clients, settings: Settings, key: str, person: Person) -> Request:
    """Return the request of a key for somebody who may see it.

    Args:
        clients: Airflow among them.
        settings: Of the platform.
        key: Of the request.
        person: Who wants to see it.

    Raises:
        UnknownActionError: There is none that this person may see.
        ActionRefusedError: Actions aren't set up.
        ActionsDownError: Airflow doesn't answer.
    """
    request = await read_own_request(clients, settings, key)
    if request is not None and _may_see(settings, request, person):
        return request
    raise UnknownActionError(f"There is no action {key} that you may see.")


async def read_own_request(clients: Clients, settings: Settings, key: str) -> Request | None:
    """Return the request of a key as the service signed it, None if there is none.

    Args:
        clients: Airflow among them.
        settings: Of the platform.
        key: Of the request.

    Raises:
        ActionRefusedError: Actions aren't set up.
        ActionsDownError: Airflow doesn't answer.
    """
    run = await read_run(require_airflow(clients, settings), name_run(key))
    conf = (run or {}).get("conf") or {}
    try:
        request = read_request(conf.get("request"))
        check_signature(request, conf.get("signature"), load_secret(settings.actions))
    except ActionRefusedError:
        return None
    return request if request.key == key else None


def is_same_person(policy: Policy, first: Person, second: Person) -> bool:
    """Tell whether two accounts are one person, as far as is known.

    Args:
        policy: Says which accounts a person has.
        first: As one system knows them.
        second: As another one does.
    """
    name = name_human(policy, first.user)
    return first.user == second.user or (bool(name) and name == name_human(policy, second.user))


def _may_see(settings: Settings, request: Request, person: Person) -> bool:
    policy = load_policy(settings.actions.policy_file)
    if is_same_person(policy, request.proposer, person):
        return True
    try:
        require_may_approve(policy, find_action(request.action), person, request.proposer)
    except ActionRefusedError:
        return False
    return True
