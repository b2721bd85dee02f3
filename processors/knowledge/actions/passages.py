"""Past actions as knowledge: what was done to what, by whom, and how often it helped.

A record tells of one step of one action. Its passage is written anew by each step; behind the last one it
tells how it ended. What was verified also writes the passage of all actions of its kind on that object, with
the counts that the record carries: "it had its effect 3 of 4 times".
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from processors.knowledge.actions.audit import Record
from processors.knowledge.actions.binding import show_output
from processors.knowledge.actions.catalogue import build_command, load_catalogue
from processors.knowledge.actions.request import name_run
from processors.knowledge.chunk_factory import Description, Reading
from processors.knowledge.record import Record as Message
from processors.knowledge.untrusted import PoisonError, read_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.knowledge.actions.request import Value

KIND: Final = "action"

_LONGEST: Final = 2_000
_SUBJECTS: Final = ("namespace", "resource", "name", "alertname", "silence", "dag", "model", "pipeline")
_TOLD: Final = {
    "executed": "was done",
    "failed": "failed",
    "unknown": "was begun, and nobody knows whether it was done",
    "rejected": "was proposed and rejected",
    "rolled_back": "was taken back",
}
_SEVERITIES: Final = {"failed": "error", "unknown": "warning"}


def name_subject(action: str, parameters: Mapping[str, Value]) -> str:
    """Return what an action is done to, the same for each action of its kind on the same object.

    Args:
        action: Name in the catalogue.
        parameters: Of the request.

    Example:
        >>> name_subject("kubernetes.scale",
        ...     {"namespace": "shop", "resource": "deployment", "name": "api", "replicas": 3})
        'kubernetes.scale shop/deployment/api'
    """
    return f"{action} {'/'.join(str(parameters[name]) for name in _SUBJECTS if name in parameters)}".strip()


def count_effects(effect: dict[str, Any], past: Iterable[Record], subject: str) -> dict[str, Any]:
    """Return an effect with how often such an action was verified on that object, and how often it helped.

    Args:
        effect: What the verification found: `verified`, `told`, and `effect` with what was measured.
        past: Verified records, of whatever object.
        subject: As `name_subject` has it.
    """
    before = [
        one.effect for one in past if one.effect and name_subject(one.action, one.parameters) == subject
    ]
    all_ = [*before, effect]
    return effect | {"times": len(all_), "helped": sum(map(_has_helped, all_))}


def _has_helped(effect: Mapping[str, Any]) -> bool:
    """What was measured counts before what was only seen to be finished."""
    measured = effect.get("effect")
    helped = measured.get("helped") if isinstance(measured, dict) else None
    return bool(effect.get("verified") if helped is None else helped)


def describe_action(message: Message) -> Reading:
    """Return what a record of the audit tells: nothing of steps before the end, and of what changed nothing.

    Raises:
        PoisonError: The message holds no record.
    """
    try:
        record = Record.model_validate(read_object(message["value"]))
    except ValueError as error:
        raise PoisonError(f"expected a record of actions: {type(error).__name__}") from error
    action = load_catalogue().get(record.action)
    if action is None or not action.changing:
        return Reading([], [])
    if record.event == "verified":
        told = [_describe_effect(record), _describe_history(record)]
        return Reading([one for one in told if one is not None], [])
    if record.event not in _TOLD:
        return Reading([], [])
    return Reading([_describe_end(record, _TOLD[record.event])], [])


def _describe_end(record: Record, told: str) -> Description:
    lines = [f"{_write(record)} {told} {_say_when(record)}{_say_who(record)}."]
    if record.reason:
        lines.append(f"Why: {record.reason[:_LONGEST]}")
    if record.result:
        lines.append(f"The system said: {record.result[:_LONGEST]}")
    return _describe(record, "\n".join(lines), _SEVERITIES.get(record.event, "info"))


def _describe_effect(record: Record) -> Description:
    effect = record.effect or {}
    had = _has_helped(effect)
    outcome = "and it had its effect" if had else "and it didn't have its effect"
    text = f"{_write(record)} was done {_say_when(record)}{_say_who(record)}, {outcome}"
    return _describe(record, f"{text}: {_say_effect(effect)}", "info" if had else "warning")


def _describe_history(record: Record) -> Description | None:
    """Return the passage of all actions of a kind on an object, None if the record carries no counts."""
    effect = record.effect or {}
    times, helped = effect.get("times"), effect.get("helped")
    if not isinstance(times, int) or not isinstance(helped, int) or times < 1:
        return None
    subject = name_subject(record.action, record.parameters)
    text = (
        f"{_write(record)} was done {times} {'time' if times == 1 else 'times'}; it had its effect "
        f"{helped} of {times} times. The last time was {_say_when(record)}: {_say_effect(effect)}"
    )
    described = _describe(record, text, "info", identity=(KIND, "all", subject))
    return described._replace(
        title=f"How often it helped: {described.title}",
        labels={**described.labels, "times": str(times), "helped": str(helped)},
    )


def _describe(
    record: Record, text: str, severity: str, identity: tuple[object, ...] | None = None
) -> Description:
    parameters, subject = record.parameters, name_subject(record.action, record.parameters)
    about = load_catalogue()[record.action].about["en"]
    target = subject.partition(" ")[2]
    # A run that somebody triggered in Airflow has a name that they gave it.
    run = {} if record.proposer.user.startswith("airflow:") else {"run_id": name_run(record.key)}
    return Description(
        kind=KIND,
        identity=identity or (KIND, record.key),
        document=(KIND, subject),
        source=f"actions:{record.action}",
        title=f"{about}: {target}" if target else about,
        text=text,
        gist=f"{about} {record.action} {target}",
        began_at=record.at.isoformat(),
        observed_at=record.at.isoformat(),
        service=str(parameters.get("name") or parameters.get("dag") or parameters.get("model") or ""),
        namespace=str(parameters.get("namespace", "")),
        severity=severity,
        labels={"action": record.action, "event": record.event, "key": record.key},
        values=[record.key, record.action],
        cite={"type": "airflow", "dag_id": "actions", **run},
    )


def _write(record: Record) -> str:
    try:
        words = build_command(load_catalogue()[record.action], record.parameters)
    except (KeyError, ValueError):
        return f"`{record.action}`"
    line = show_output(shlex.join(words))
    return f"`{line if len(line) <= _LONGEST else record.action}`"


def _say_when(record: Record) -> str:
    return f"on {record.at:%Y-%m-%d at %H:%M} UTC"


def _say_who(record: Record) -> str:
    by = f", proposed by {record.proposer.shown}"
    return f"{by}, approved by {record.approver.shown}" if _is_approved(record) and record.approver else by


def _is_approved(record: Record) -> bool:
    return record.event in ("executed", "failed", "unknown", "verified", "rolled_back")


def _say_effect(effect: Mapping[str, Any]) -> str:
    return show_output(str(effect.get("told") or "nothing more is known"))[:_LONGEST]
