"""Who may propose and approve what, who is the same person, and which manifests are allowed.

Without a file nobody is known, and so nothing that changes anything can be proposed or approved.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.request import Person

if TYPE_CHECKING:
    from processors.knowledge.actions.catalogue import Action

Groups = tuple[Annotated[str, Field(min_length=1)], ...]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Model):
    """Who may do the actions whose names match; the first rule that fits decides."""

    action: Annotated[str, Field(min_length=1, description="With * and ? as in a file's name.")] = "*"
    propose: Groups | None = None
    approve: Groups | None = None


class Human(_Model):
    """One human being under all of their accounts."""

    airflow: str = ""
    """Name in Airflow; empty: none."""
    users: Groups = ()
    """As the service knows them: `key:<name>`, `jwt:<issuer>:<subject>`; with * and ?."""
    groups: Groups = ()
    """Of what they do in Airflow; through the service they have those that it knows."""


class Manifests(_Model):
    """What may stand in a manifest that is applied."""

    kinds: tuple[str, ...] = (
        "Deployment", "StatefulSet", "Job", "CronJob", "Pod", "Service", "Ingress", "ConfigMap",
        "PersistentVolumeClaim", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy",
    )  # fmt: skip
    images: Groups = ("*",)
    """Patterns; an image must match one."""
    service_accounts: Groups = ("default",)
    """Patterns; whoever runs a pod as an account has its rights."""
    privileged: bool = False
    host_paths: bool = False
    host_network: bool = False
    """Also the host's processes, its IPC, and ports of the host."""
    capabilities: tuple[str, ...] = ()
    """Those that may be added."""


class Policy(_Model):
    """All that the policy's file says."""

    groups: Groups = ()
    """Those that clusters know; no other is told to a cluster."""
    rules: tuple[Rule, ...] = ()
    people: dict[str, Human] = {}
    manifests: Manifests = Manifests()


class Allowed(NamedTuple):
    """The groups that may do an action."""

    propose: Groups
    approve: Groups


@lru_cache(maxsize=4)
def load_policy(path: Path | None) -> Policy:
    """Return the policy of a YAML file, or without one that which knows nobody.

    Raises:
        ValueError: The file is no policy; the message says where.
        OSError: The file can't be read.
    """
    return Policy() if path is None else read_policy(path.read_text(encoding="utf-8"))


def read_policy(text: str) -> Policy:
    """Return the policy that a YAML text is.

    Raises:
        ValueError: It is none, or gives one account to two people.
    """
    try:
        policy = Policy.model_validate(yaml.safe_load(text) or {})
    except (yaml.YAMLError, ValidationError) as error:
        raise ValueError(f"this is no policy of actions: {error}") from error
    accounts = [
        account
        for name, human in policy.people.items()
        for account in {name, *human.users, *((f"airflow:{human.airflow}",) if human.airflow else ())}
    ]
    if twice := {account for account in accounts if accounts.count(account) > 1}:
        raise ValueError(f"two people have one account: {', '.join(sorted(twice))}")
    return policy


def find_allowed(policy: Policy, action: Action) -> Allowed:
    """Return who may propose and approve an action: as a rule says, else as the catalogue does."""
    rule = next((rule for rule in policy.rules if fnmatchcase(action.name, rule.action)), Rule())
    propose = action.propose if rule.propose is None else rule.propose
    approve = action.approve if rule.approve is None else rule.approve
    return Allowed(propose, approve if action.changing else ())


def name_human(policy: Policy, user: str) -> str:
    """Return the name of the human being behind an account, empty if the policy doesn't tell.

    Example:
        >>> policy = read_policy("people: {alice@example.org: {airflow: alice, users: ['key:alice']}}")
        >>> [name_human(policy, user) for user in ("key:alice", "airflow:alice", "airflow:bob")]
        ['alice@example.org', 'alice@example.org', '']
    """
    for name, human in policy.people.items():
        if user == name or (human.airflow and user == f"airflow:{human.airflow}"):
            return name
    # Behind the exact names, for a pattern may fit more accounts than it was written for.
    matching = (
        name
        for name, human in policy.people.items()
        if any(not user.startswith("airflow:") and fnmatchcase(user, pattern) for pattern in human.users)
    )
    return next(matching, "")


def is_same_person(policy: Policy, user: str, other: str) -> bool:
    """Tell whether two accounts are of one human being.

    Args:
        policy: With its people.
        user: An account.
        other: Another one, or the same.
    """
    name = name_human(policy, user)
    return user == other or (name != "" and name == name_human(policy, other))


def find_airflow_person(policy: Policy, name: str) -> Person:
    """Return who an Airflow user is, with the groups that the policy gives them.

    Args:
        policy: With its people.
        name: Of the user, as Airflow tells it.

    Raises:
        ActionRefusedError: The policy doesn't know them.
    """
    human = next((human for human in policy.people.values() if name and human.airflow == name), None)
    if human is None:
        raise ActionRefusedError("unknown_approver", person=f"airflow:{name}")
    return Person(user=f"airflow:{name}", groups=tuple(sorted(human.groups)))


def require_may_propose(policy: Policy, action: Action, person: Person) -> None:
    """Accept who proposes an action.

    Args:
        policy: As loaded.
        action: Of the catalogue.
        person: With their groups.

    Raises:
        ActionRefusedError: None of their groups may; or it changes something, and the policy doesn't tell
            who they are, so that nobody could say whether they approve their own.
    """
    allowed = find_allowed(policy, action).propose
    if not set(allowed) & set(person.groups):
        raise ActionRefusedError(
            "may_not_propose", person=person.user, action=action.name, groups=_tell(allowed)
        )
    if action.changing and not name_human(policy, person.user):
        raise ActionRefusedError("unknown_proposer", person=person.user)


def require_may_approve(policy: Policy, action: Action, person: Person, proposer: Person) -> None:
    """Accept who approves an action.

    Args:
        policy: As loaded.
        action: Of the catalogue.
        person: Who approves, with their groups.
        proposer: Who proposed it.

    Raises:
        ActionRefusedError: None of their groups may, the policy doesn't tell who they are, or they are the
            proposer, under whatever account.
    """
    if not name_human(policy, person.user):
        raise ActionRefusedError("unknown_approver", person=person.user)
    if is_same_person(policy, person.user, proposer.user):
        raise ActionRefusedError("self_approval", person=person.user)
    allowed = find_allowed(policy, action).approve
    if not set(allowed) & set(person.groups):
        raise ActionRefusedError(
            "may_not_approve", person=person.user, action=action.name, groups=_tell(allowed)
        )


def _tell(groups: Groups) -> str:
    return ", ".join(groups) or "–"
