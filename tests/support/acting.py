"""Who acts in tests: three keys with groups, and settings with which actions are on."""

import hashlib
import json
from pathlib import Path
from typing import Final

from processors.settings import Settings, change_settings

SECRET: Final = "a secret of thirty-two characters"
GROUPS: Final = {"ops": ["sre"], "lead": ["sre"], "dev": ["dev"]}


def show_key(who: str) -> dict[str, str]:
    """The header by which somebody asks."""
    return {"Authorization": f"Bearer the key of {who}"}


def switch_on(settings: Settings, folder: Path) -> Settings:
    """Settings with which actions are on, and the keys are known."""
    named = folder / "keys.json"
    digests = {who: hashlib.sha256(f"the key of {who}".encode()).hexdigest() for who in GROUPS}
    named.write_text(
        json.dumps({who: {"key_sha256": digests[who], "groups": groups} for who, groups in GROUPS.items()})
    )
    secret, policy = folder / "actions-secret", folder / "policy.yaml"
    secret.write_text(SECRET)
    policy.write_text(
        json.dumps({"people": {f"{who}@example.org": {"users": [f"key:{who}"]} for who in GROUPS}})
    )
    return change_settings(
        settings,
        access={"api_keys_file": named},
        actions={
            "secret_file": secret,
            "policy_file": policy,
            "kubeconfig": "actions.kubeconfig",
            "airflow_user": "runlore-actions",
            "wait_seconds": 5,
        },
        airflow={"url": "http://airflow.test"},
    )
