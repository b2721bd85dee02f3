"""Actions on this machine: who may propose and approve them, and how they are signed and carried out."""

import hashlib
import json
from collections.abc import Mapping

from local.passwords import Passwords
from local.settings import ROOT, StackSettings

POLICY = ROOT / "local/actions-policy.yaml"
# Holders of a key of the service, who are people of the policy: name to groups.
KEYS = {"oncall": ("sre", "ml"), "second": ("sre", "ml"), "guest": ("viewers",)}
# What a role in Open WebUI may do. Whoever signs up is no more than a guest.
ROLES = {"admin": ("sre", "ml"), "user": ("viewers",)}
AIRFLOW_USER = "runlore"


def describe_actions(
    settings: StackSettings, passwords: Passwords, chosen: Mapping[str, str]
) -> dict[str, str]:
    """Make the variables by which the service and Airflow's tasks know of actions.

    Args:
        settings: the stack's settings.
        passwords: its generated passwords.
        chosen: what the person says in `.env`, which wins.

    Returns:
        RUNLORE_ACTIONS_* and who holds a key.
    """
    own = {
        "RUNLORE_ACTIONS_SECRET_FILE": str(passwords.folder / "actions-secret"),
        "RUNLORE_ACTIONS_POLICY_FILE": str(POLICY),
        "RUNLORE_ACTIONS_AIRFLOW_USER": AIRFLOW_USER,
        "RUNLORE_API_KEYS_FILE": str(passwords.folder / "api-keys.json"),
        "RUNLORE_USER_GROUPS_FILE": str(passwords.folder / "user-groups.json"),
    }
    if settings.kubernetes_on:
        own["RUNLORE_ACTIONS_KUBECONFIG"] = str(settings.home / "kubernetes/actions.kubeconfig")
    return {name: chosen.get(name, value) for name, value in own.items()}


def write_holders(passwords: Passwords) -> None:
    """Write who holds a key, and what Open WebUI's roles may do; the files come from the passwords alone."""
    keys = {
        name: {
            "key_sha256": hashlib.sha256(passwords[f"api-key-{name}"].encode()).hexdigest(),
            "groups": groups,
        }
        for name, groups in KEYS.items()
    }
    for name, content in (("api-keys.json", keys), ("user-groups.json", {"roles": ROLES})):
        file = passwords.folder / name
        file.touch(mode=0o600)
        file.write_text(json.dumps(content, indent=1) + "\n")
