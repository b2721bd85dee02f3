"""The local stack's people: who proposes isn't who approves, and what a person chose stays chosen."""

import hashlib
import json

from local.actions import KEYS, POLICY, ROLES, describe_actions, write_holders
from local.passwords import AIRFLOW_USERS, ensure_passwords
from local.settings import StackSettings
from processors.knowledge.actions.catalogue import load_catalogue
from processors.knowledge.actions.policy import load_policy, require_may_approve, require_may_propose
from processors.knowledge.actions.request import Person


def test_every_change_has_somebody_who_proposes_and_another_who_approves() -> None:
    policy = load_policy(POLICY)
    oncall = Person(user="key:oncall", groups=("public", *KEYS["oncall"]))
    webui = Person(user="jwt:open-webui:1", groups=("public", *ROLES["admin"]))
    second = Person(user="key:second", groups=("public", *KEYS["second"]))
    for action in load_catalogue().values():
        for proposer in (oncall, webui):
            require_may_propose(policy, action, proposer)
            if action.changing:
                require_may_approve(policy, action, second, proposer)


def test_every_person_of_airflow_is_a_user_of_it() -> None:
    people = load_policy(POLICY).people.values()
    assert {human.airflow for human in people if human.airflow} <= AIRFLOW_USERS.keys()


def test_a_key_is_known_by_its_hash(settings: StackSettings) -> None:
    passwords = ensure_passwords(settings.home / "secrets")
    write_holders(passwords)
    held = json.loads((passwords.folder / "api-keys.json").read_text())
    assert held["oncall"]["key_sha256"] == hashlib.sha256(passwords["api-key-oncall"].encode()).hexdigest()
    assert passwords["api-key-oncall"] not in (passwords.folder / "api-keys.json").read_text()


def test_what_a_person_chose_wins(settings: StackSettings) -> None:
    passwords = ensure_passwords(settings.home / "secrets")
    chosen = {"RUNLORE_ACTIONS_POLICY_FILE": "/etc/policy.yaml", "RUNLORE_ACTIONS_KUBECONFIG": "/etc/kube"}
    told = describe_actions(settings, passwords, chosen)
    assert told["RUNLORE_ACTIONS_POLICY_FILE"] == "/etc/policy.yaml"
    # Without a cluster of the stack's own, that of .env stands as it is.
    assert "RUNLORE_ACTIONS_KUBECONFIG" not in told
