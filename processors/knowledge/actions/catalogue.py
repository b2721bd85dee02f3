"""The catalogue: all that may be done, as data that is validated when it is read.

What isn't in it can't be asked for. A command is a list of arguments, each filled by itself, so a value can
never become another argument.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from processors.knowledge.actions.refusal import ActionRefusedError, Language
from processors.knowledge.actions.values import KINDS, Kind, read_amount, read_value

_FILE: Final = Path(__file__).with_name("catalogue.yaml")
_NAME: Final = r"^[a-z][a-z0-9_]*$"
Groups = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Parameter(_Model):
    """What an action is told."""

    name: Annotated[str, Field(pattern=_NAME)]
    kind: Kind
    about: dict[Language, str] = {}
    required: bool = True
    minimum: int | None = None
    """Of an integer, or of a duration in seconds."""
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    """What the whole value must match, besides what its kind asks for."""
    default: str | int | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        re.compile(self.pattern)
        if (self.choices and self.kind not in ("choice", "resource")) or (
            self.kind == "choice" and not self.choices
        ):
            raise ValueError(f"{self.name}: a choice has choices, a kind of objects may have them")
        if self.kind in ("integer", "duration") and (self.minimum is None or self.maximum is None):
            raise ValueError(f"{self.name}: {self.kind} has a minimum and a maximum")
        if self.default is not None and self.required:
            raise ValueError(f"{self.name}: what has a default isn't required")
        return self


class Action(_Model):
    """One entry of the catalogue."""

    name: Annotated[str, Field(pattern=r"^[a-z]+\.[a-z][a-z0-9_]*$")]
    about: dict[Language, str]
    system: Literal["kubernetes", "prometheus", "alertmanager", "airflow", "mlflow", "runlore"]
    operation: Annotated[str, Field(pattern=_NAME)]
    """Key of the functions that do it."""
    changing: bool
    parameters: tuple[Parameter, ...] = ()
    command: tuple[str | tuple[str, ...], ...]
    """Arguments; a group of them is left out whole if a parameter in it isn't given."""
    propose: Groups
    approve: tuple[str, ...] = ()
    verification: Literal["", "rollout", "present", "absent", "silenced", "run", "alias"] = ""
    rollback: str = ""
    """Name of the action that undoes it."""
    limit_s: Annotated[int, Field(ge=1, le=3600)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.changing != bool(self.approve):
            raise ValueError(f"{self.name}: what changes something has approvers, and nothing else has")
        if self.changing != bool(self.verification):
            raise ValueError(f"{self.name}: what changes something is verified, and nothing else is")
        names = [parameter.name for parameter in self.parameters]
        used = {field for word in _flatten(self.command) for field in _find_fields(word)}
        if len(set(names)) != len(names) or used != set(names):
            raise ValueError(f"{self.name}: its command must name each of its parameters, and no other")
        return self


@lru_cache(maxsize=1)
def load_catalogue() -> Mapping[str, Action]:
    """Return the actions by name.

    Raises:
        ValueError: The file isn't of its form; the message says where.
    """
    return read_catalogue(_FILE.read_text(encoding="utf-8"))


def read_catalogue(text: str) -> Mapping[str, Action]:
    """Return the actions of a YAML list by name.

    Raises:
        ValueError: It isn't of its form, names an action twice, or a roll-back that isn't there.
    """
    actions = _ACTIONS.validate_python(yaml.safe_load(text))
    named = {action.name: action for action in actions}
    if len(named) != len(actions):
        raise ValueError("the catalogue names an action twice")
    for action in actions:
        if action.rollback and action.rollback not in named:
            raise ValueError(f"{action.name}: there is no action {action.rollback}")
    return named


def find_action(name: str) -> Action:
    """Return an action of the catalogue.

    Raises:
        ActionRefusedError: There is none of that name.
    """
    action = load_catalogue().get(name)
    if action is None:
        raise ActionRefusedError("unknown_action", action=name[:100])
    return action


def check_parameters(action: Action, given: Mapping[str, Any]) -> dict[str, str | int]:
    """Return the parameters of a request, each of its kind and within its limits, defaults filled in.

    Args:
        action: Of the catalogue.
        given: As they came.

    Raises:
        ActionRefusedError: One is missing, unknown, or not as the catalogue says.

    Example:
        >>> action = find_action("kubernetes.rollout_restart")
        >>> check_parameters(action, {"resource": "deploy", "name": "api"})
        {'namespace': 'default', 'resource': 'deployment', 'name': 'api'}
        >>> check_parameters(action, {"resource": "deploy"})
        Traceback (most recent call last):
        ...
        processors.knowledge.actions.refusal.ActionRefusedError: `kubernetes.rollout_restart` needs `name`.
    """
    known = {parameter.name for parameter in action.parameters}
    for name in given:
        if name not in known:
            raise ActionRefusedError("unknown_parameter", action=action.name, parameter=str(name)[:100])
    checked: dict[str, str | int] = {}
    for parameter in action.parameters:
        value = given.get(parameter.name, parameter.default)
        if value is None or value == "":
            if parameter.required:
                raise ActionRefusedError("missing_parameter", action=action.name, parameter=parameter.name)
            continue
        checked[parameter.name] = _check_value(action, parameter, value)
    return checked


def _check_value(action: Action, parameter: Parameter, value: Any) -> str | int:
    read = read_value(parameter.kind, value, parameter.choices)
    fits = read is not None and (
        not parameter.pattern or re.fullmatch(parameter.pattern, str(read)) is not None
    )
    if read is not None and fits and parameter.kind in ("integer", "duration"):
        amount = read_amount(read)
        fits = (parameter.minimum or 0) <= amount <= (parameter.maximum or 0)
    if read is None or not fits:
        raise ActionRefusedError(
            "bad_parameter",
            action=action.name,
            parameter=parameter.name,
            form=describe_form(parameter),
            value=" ".join(str(value).split())[:200],
        )
    return read


def describe_form(parameter: Parameter) -> str:
    """Return what a parameter must be, in English."""
    told = KINDS[parameter.kind].form
    if parameter.choices:
        return f"one of {', '.join(parameter.choices)}"
    if parameter.kind == "integer":
        return f"{told} from {parameter.minimum} to {parameter.maximum}"
    if parameter.kind == "duration":
        return f"{told}, {parameter.minimum} to {parameter.maximum} seconds"
    return told


def build_command(action: Action, parameters: Mapping[str, str | int]) -> tuple[str, ...]:
    """Return what would run, as a person would type it: each argument by itself.

    Args:
        action: Of the catalogue.
        parameters: Checked ones.

    Example:
        >>> action = find_action("kubernetes.rollout_restart")
        >>> build_command(action, {"namespace": "shop", "resource": "deployment", "name": "api"})
        ('kubectl', 'rollout', 'restart', 'deployment/api', '--namespace=shop')
    """
    words: list[str] = []
    for part in action.command:
        group = (part,) if isinstance(part, str) else part
        if all(field in parameters for word in group for field in _find_fields(word)):
            words += [word.format_map(parameters) for word in group]
    return tuple(words)


def _flatten(command: tuple[str | tuple[str, ...], ...]) -> list[str]:
    return [word for part in command for word in ((part,) if isinstance(part, str) else part)]


def _find_fields(word: str) -> list[str]:
    return [field for _, field, _, _ in Formatter().parse(word) if field]


_ACTIONS: Final = TypeAdapter(tuple[Action, ...])
