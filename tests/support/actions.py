"""Requests and proposals of actions, as tests need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from processors.knowledge.actions.binding import Proposal, Target, make_proposal
from processors.knowledge.actions.catalogue import build_command, check_parameters, find_action
from processors.knowledge.actions.request import Person, Request, make_request

NOW = datetime(2026, 11, 29, 15, 0, tzinfo=UTC)
SECRET = "a secret of the tests"
ALICE = Person(user="alice@example.org", groups=("public", "sre"))
BOB = Person(user="airflow:bob", groups=("sre",))


def make_restart(**parameters: str | int) -> Request:
    """A request of Alice to restart the deployment `api` in `shop`."""
    told = {"namespace": "shop", "resource": "deployment", "name": "api"} | parameters
    action = find_action("kubernetes.rollout_restart")
    return make_request(
        action.name, check_parameters(action, told), ALICE, source="chat", language="en", now=NOW
    )


def propose(request: Request, **changed: Any) -> Proposal:
    """The proposal of a request, with what is given in place of what it would have."""
    target = Target(kind="Deployment", namespace="shop", name="api", uid="u1", resource_version="7")
    told: dict[str, Any] = {
        "target": target,
        "command": build_command(find_action(request.action), request.parameters),
        "rights": "alice may patch deployments in shop",
        "dry_run": "-a\n+b",
        "expires_at": NOW + timedelta(minutes=15),
    }
    return make_proposal(request, **(told | changed))
