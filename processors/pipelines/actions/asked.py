"""What a run of the DAG `actions` is asked to do, and by whom.

Each task reads it anew from the run, and nothing of it from what the task before returned.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from processors.knowledge.actions.catalogue import check_parameters, find_action
from processors.knowledge.actions.manifests import check_image, check_manifest
from processors.knowledge.actions.policy import (
    Policy,
    find_airflow_person,
    load_policy,
    require_may_propose,
)
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import (
    Request,
    check_signature,
    make_request,
    name_run,
    read_request,
)
from processors.pipelines.actions.operation import Deed
from processors.settings import Settings

_PUBLIC: Final = "public"
"""The group that everybody is in."""


class Run(NamedTuple):
    """A run of the DAG, as Airflow's server knows it."""

    run_id: str
    conf: Mapping[str, Any]
    triggered_by: str
    """The user who triggered it."""
    began_at: datetime


def open_deed(settings: Settings, run: Run) -> Deed:
    """Return what is to be done; the request's signature, parameters and proposer are checked.

    Args:
        settings: Of the platform.
        run: Of the DAG.

    Raises:
        ActionRefusedError: It is no good request, or not allowed.
    """
    policy = load_policy(settings.actions.policy_file)
    request = read_asked(settings, run, policy)
    action = find_action(request.action)
    parameters = check_parameters(action, request.parameters)
    require_may_propose(policy, action, request.proposer)
    if "manifest" in parameters:
        check_manifest(policy.manifests, str(parameters["manifest"]), str(parameters["namespace"]))
    if "image" in parameters:
        check_image(policy.manifests, str(parameters["image"]))
    return Deed(request.model_copy(update={"parameters": parameters}), action, settings, policy)


def read_asked(settings: Settings, run: Run, policy: Policy) -> Request:
    """Return the request of a run: the service's own, or that of whoever triggered the run by hand.

    Args:
        settings: Of the platform.
        run: Of the DAG.
        policy: Knows the people behind Airflow's users.

    Raises:
        ActionRefusedError: It is none, isn't signed as it is, or is of another run.
    """
    signature, told = run.conf.get("signature"), run.conf.get("request")
    if not signature:
        return _read_own(run, told, policy)
    request = read_request(told)
    check_signature(request, signature, settings.actions.read_secret())
    if run.run_id != name_run(request.key):
        # Somebody took what the service had signed for another run.
        raise ActionRefusedError("used_before")
    return request


def _read_own(run: Run, told: Any, policy: Policy) -> Request:
    """Whatever else the run was given, who triggered it is who asks."""
    asked = told if isinstance(told, Mapping) else {}
    person = find_airflow_person(policy, run.triggered_by)
    proposer = person.model_copy(update={"groups": tuple(sorted({*person.groups, _PUBLIC}))})
    parameters = asked.get("parameters")
    return make_request(
        str(asked.get("action", "")),
        parameters if isinstance(parameters, Mapping) else {},
        proposer,
        source="airflow",
        language="ru" if asked.get("language") == "ru" else "en",
        now=run.began_at,
        key=hashlib.sha256(run.run_id.encode()).hexdigest()[:32],
    )


def require_recent(settings: Settings, request: Request, now: datetime) -> None:
    """Accept a request that was asked a moment ago: what is signed isn't kept for another day.

    Args:
        settings: Of the platform.
        request: With the time when it was asked.
        now: With a zone.

    Raises:
        ActionRefusedError: It is old.
    """
    until = request.asked_at + timedelta(seconds=settings.actions.expires_seconds)
    if now >= until:
        raise ActionRefusedError("expired", at=f"{until:%Y-%m-%d %H:%M:%S} UTC")
