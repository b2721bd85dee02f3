"""The conditions of an object's status: which of them hold, which should, and why they don't."""

from datetime import datetime

from processors.knowledge.fields import Object, take_objects, take_text
from processors.knowledge.kubernetes.words import say_when


def find_condition(whole: object, type_: str, *statuses: str) -> Object | None:
    """Return the condition of a type in an object's status if it has one of these statuses.

    Example:
        >>> job = {"status": {"conditions": [{"type": "Failed", "status": "True"}]}}
        >>> find_condition(job, "Failed", "True"), find_condition(job, "Complete", "True")
        ({'type': 'Failed', 'status': 'True'}, None)
    """
    conditions = take_objects(whole, "status", "conditions")
    return next((c for c in conditions if c.get("type") == type_ and c.get("status") in statuses), None)


def say_conditions(object_: Object, good: dict[str, str], now: datetime) -> list[str]:
    """Return a sentence for each condition of an object that isn't as it should be.

    Args:
        object_: With a status.
        good: Type to the status that is nothing to tell of; other types are not told of.
        now: The broker's time.

    Example:
        >>> from datetime import UTC
        >>> unready = {"type": "Ready", "status": "False", "reason": "KubeletNotReady"}
        >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        >>> say_conditions({"status": {"conditions": [unready]}}, {"Ready": "True"}, now)
        ['Condition Ready is False: KubeletNotReady.']
    """
    return [
        f"Condition {c['type']} is {c.get('status')}{say_when(c.get('lastTransitionTime'), now, 'since')}"
        f"{_say_why(c)}."
        for c in take_objects(object_, "status", "conditions")
        if (best := good.get(take_text(c, "type"))) and c.get("status") != best
    ]


def _say_why(condition: Object) -> str:
    return f": {say_reason(condition)}" if condition.get("reason") or condition.get("message") else ""


def say_reason(state: Object) -> str:
    """Return the reason of a condition or state with its message, which may be missing.

    Example:
        >>> say_reason({"reason": "Evicted", "message": "The node was low on memory. "})
        'Evicted: The node was low on memory'
    """
    parts = (take_text(state, "reason"), take_text(state, "message").rstrip("."))
    return ": ".join(filter(None, parts)) or "no reason is given"
