"""The line that asks for an action, as somebody could write it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from processors.knowledge.actions.catalogue import build_command, find_action
from processors.knowledge.actions.commands.reading import read_command
from processors.knowledge.actions.refusal import ActionRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_command(action: str, parameters: Mapping[str, str | int]) -> str:
    """Return the line that `read_command` reads back as this action with these parameters.

    Args:
        action: Name in the catalogue.
        parameters: Checked ones.

    Raises:
        ActionRefusedError: There is no such action.

    Example:
        >>> write_command("kubernetes.scale",
        ...     {"namespace": "shop", "resource": "deployment", "name": "api", "replicas": 3})
        '/do kubectl scale deployment/api --replicas=3 --namespace=shop'
        >>> write_command("airflow.trigger", {"dag": "correlate"})
        '/do airflow.trigger dag=correlate'
    """
    typed = f"/do {shlex.join(build_command(find_action(action), parameters))}"
    try:
        if read_command(typed) == (action, dict(parameters)):
            return typed
    except ActionRefusedError:
        pass  # Not every action has a line of kubectl.
    return " ".join(["/do", action, *(f"{name}={shlex.quote(str(v))}" for name, v in parameters.items())])
