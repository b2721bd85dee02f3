"""What all groups of settings have in common: they are frozen, and their fields have variables' names."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict


def variables(prefix: str) -> Callable[[str], str]:
    """Return what names the environment variable of a group's field.

    Example:
        >>> variables("RUNLORE_KAFKA_")("bootstrap")
        'RUNLORE_KAFKA_BOOTSTRAP'
    """
    return lambda field: f"{prefix}{field.upper()}"


class SettingsGroup(BaseModel):
    """Settings of one subject; a field whose variable doesn't follow from its own name has it as `alias`."""

    # The value isn't shown, for it may hold a password: the name and what is wrong are enough.
    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, alias_generator=variables("RUNLORE_")
    )
