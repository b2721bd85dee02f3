"""Whether actions are set up here, which setting is missing, and the secret that signs them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.knowledge.actions.catalogue import load_catalogue
from processors.knowledge.actions.commands import read_command
from processors.knowledge.actions.policy import load_policy
from processors.knowledge.actions.refusal import ActionRefusedError

if TYPE_CHECKING:
    from processors.settings import Settings
    from processors.settings.actions import Actions
    from serving.clients.airflow import AirflowClient
    from serving.clients.lifespan import Clients


def find_missing(settings: Settings, system: str = "") -> str:
    """Return the setting without which an action can't be carried out, nothing if all is there.

    Args:
        settings: Of the platform.
        system: What it acts on, as the catalogue names it; empty: any.
    """
    actions = settings.actions
    needed = {
        "RUNLORE_ACTIONS_SECRET_FILE": bool(actions.secret_file),
        "RUNLORE_AIRFLOW_URL": bool(settings.airflow.url),
        "RUNLORE_ACTIONS_AIRFLOW_USER": bool(actions.airflow_user),
        "RUNLORE_ACTIONS_KUBECONFIG": system != "kubernetes" or bool(actions.kubeconfig),
        "RUNLORE_ACTIONS_ALERTMANAGER_URL": system != "alertmanager" or bool(actions.alertmanager_url),
    }
    return next((name for name, is_there in needed.items() if not is_there), "")


def read_ahead(settings: Settings) -> None:
    """Read what actions are read by, so that no question waits for it, and what is wrong shows at the start.

    Raises:
        ValueError: The policy is none, or the secret is too short.
        OSError: A file can't be read.
    """
    if not find_missing(settings):
        load_secret(settings.actions)
        load_policy(settings.actions.policy_file)
        load_catalogue()
        read_command("nothing that would be done")


def require_airflow(clients: Clients, settings: Settings, system: str = "") -> AirflowClient:
    """Return what carries actions out.

    Args:
        clients: Airflow among them, if actions are set up.
        settings: Of the platform.
        system: What is acted on; empty: any.

    Raises:
        ActionRefusedError: A setting is missing; it names which.
    """
    missing = find_missing(settings, system)
    if missing or clients.airflow is None:
        raise ActionRefusedError("not_configured", setting=missing or "RUNLORE_ACTIONS_SECRET_FILE")
    return clients.airflow


@lru_cache(maxsize=1)
def load_secret(actions: Actions) -> str:
    """Return the secret that signs requests, approvals and links.

    Raises:
        ValueError: The file holds none that is long enough.
    """
    return actions.read_secret()
