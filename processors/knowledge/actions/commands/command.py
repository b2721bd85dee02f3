"""What a message asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from processors.knowledge.actions.catalogue import check_parameters, find_action


class Command(NamedTuple):
    """An action of the catalogue, with parameters that are good for it."""

    action: str
    parameters: dict[str, str | int]


def make_command(action: str, given: Mapping[str, Any]) -> Command:
    """Return a command, its parameters checked and defaults filled in.

    Args:
        action: Name in the catalogue.
        given: Parameters, as they were read.

    Raises:
        ActionRefusedError: There is no such action, or a parameter isn't good for it.
    """
    return Command(action, check_parameters(find_action(action), given))
