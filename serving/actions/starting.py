"""An action begins: its request is made and signed, and Airflow is given it. Nothing else is done here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from processors.knowledge.actions.catalogue import check_parameters, find_action
from processors.knowledge.actions.policy import Policy, load_policy, require_may_propose
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import Person, make_request, name_run, read_request, sign_request
from serving.actions.setup import load_secret, require_airflow
from serving.clients.airflow import begin_run, read_run
from serving.context.correlation import correlation_id
from serving.context.metrics import ACTIONS
from serving.faults import ActionTakenError

if TYPE_CHECKING:
    from typing import Any

    from processors.knowledge.actions.catalogue import Action
    from processors.knowledge.actions.commands import Command
    from processors.knowledge.actions.refusal import Language
    from processors.knowledge.actions.request import Request, Source
    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.context.caller import Caller


def make_person(caller: Caller) -> Person:
    """Return who proposes or approves.

    Example:
        >>> from serving.context.caller import make_caller
        >>> make_person(make_caller("key:ops", ["sre"]))
        Person(user='key:ops', groups=('public', 'sre'))
    """
    return Person(user=caller.user, groups=caller.groups, name=caller.name)


def may_propose(policy: Policy, action: Action, caller: Caller) -> bool:
    """Tell whether somebody may propose an action.

    Args:
        policy: Read by the caller, who has many actions to ask about.
        action: Of the catalogue.
        caller: Who would ask for it.
    """
    try:
        require_may_propose(policy, action, make_person(caller))
    except ActionRefusedError:
        return False
    return True


async def begin_action(
    clients: Clients,
    settings: Settings,
    command: Command,
    caller: Caller,
    *,
    source: Source,
    language: Language,
    key: str = "",
) -> Request:
    """Return the request of a command, once Airflow has it.

    Args:
        clients: Airflow among them.
        settings: Of the platform.
        command: What is to be done; it is checked here, and again by the run.
        caller: Who asks for it.
        source: Where.
        language: In which they are answered.
        key: The client's own, so that its retry is the same action; empty: a new one.

    Raises:
        ActionRefusedError: It isn't in the catalogue, is no good, or the caller may not propose it.
        ActionTakenError: The key is another action's.
        ActionsDownError: Airflow doesn't answer.
    """
    action = find_action(command.action)
    airflow = require_airflow(clients, settings, action.system)
    person = make_person(caller)
    require_may_propose(load_policy(settings.actions.policy_file), action, person)
    parameters = check_parameters(action, command.parameters)
    now = datetime.now(UTC)
    request = make_request(
        action.name, parameters, person, source=source, language=language, now=now, key=key
    )
    signed = {
        "request": request.model_dump(mode="json"),
        "signature": sign_request(request, load_secret(settings.actions)),
        # For the logs alone, so nobody vouches for it.
        "correlation_id": correlation_id(),
    }
    if not await begin_run(airflow, name_run(request.key), signed):
        await _require_same(clients, settings, request)
    ACTIONS.labels(action.name, source).inc()
    return request


async def _require_same(clients: Clients, settings: Settings, request: Request) -> None:
    """Accept a key that is there already if it stands for the same action of the same person."""
    run = await read_run(require_airflow(clients, settings), name_run(request.key))
    there: Any = (run or {}).get("conf", {}).get("request")
    first = read_request(there)
    if (first.action, first.parameters, first.proposer.user) != (
        request.action,
        request.parameters,
        request.proposer.user,
    ):
        raise ActionTakenError(f"The key {request.key} stands for another action.")
