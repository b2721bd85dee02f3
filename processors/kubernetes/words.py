"""What the sentences about Kubernetes objects have in common: who it is, when it was, whose it is."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from processors.services import find_app

Object = dict[str, Any]

# The letters of random name suffixes, which spell no words.
_RANDOM: Final = "[bcdfghjklmnpqrstvwxz2456789]"
_SUFFIXES: Final = {
    "Pod": re.compile(rf"-{_RANDOM}{{5}}$|-\d+$"),
    "ReplicaSet": re.compile(rf"-{_RANDOM}{{6,10}}$"),
    "Job": re.compile(r"-\d{8,}$"),
}


class Told(NamedTuple):
    """What is told of an object's state.

    Attributes:
        predicate: Goes on after the object's name: "was restarted 4 times; it now waits in CrashLoopBackOff".
        gist: The same without counts and times.
        severity: error, warning or info.
        moments: When something about it changed.
        details: Further sentences.
        labels: Figures for programs.
    """

    predicate: str
    gist: str
    severity: str
    moments: list[datetime]
    details: list[str]
    labels: dict[str, str]


def read_moments(*times: str | None) -> list[datetime]:
    """Return the times of an object that are given, in UTC.

    Example:
        >>> read_moments("2026-11-21T10:02:11Z", None)[0].hour
        10
    """
    return [datetime.fromisoformat(time).astimezone(UTC) for time in times if time]


def say_when(time: str | datetime | None) -> str:
    """Return a time for a sentence.

    Example:
        >>> say_when("2026-11-21T10:02:11Z")
        '10:02:11 UTC on 2026-11-21'
    """
    if time is None:
        return "an unknown time"
    moment = time if isinstance(time, datetime) else read_moments(time)[0]
    return f"{moment:%H:%M:%S} UTC on {moment:%Y-%m-%d}"


def say_times(count: int) -> str:
    """Return how often something happened.

    Example:
        >>> say_times(1), say_times(4)
        ('once', '4 times')
    """
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def say_conditions(conditions: Iterable[Object], good: dict[str, str]) -> list[str]:
    """Return a sentence for each condition that isn't as it should be.

    Args:
        conditions: Of an object's status.
        good: Type to the status that is nothing to tell of; other types are not told of.

    Example:
        >>> unready = {"type": "Ready", "status": "False", "reason": "KubeletNotReady"}
        >>> say_conditions([unready], {"Ready": "True"})
        ['Condition Ready is False: KubeletNotReady.']
    """
    return [
        f"Condition {c['type']} is {c['status']}{_say_since(c)}{_say_why(c)}."
        for c in conditions
        if c["type"] in good and c["status"] != good[c["type"]]
    ]


def _say_since(condition: Object) -> str:
    since = condition.get("lastTransitionTime")
    return f" since {say_when(since)}" if since else ""


def _say_why(condition: Object) -> str:
    return f": {say_reason(condition)}" if condition.get("reason") or condition.get("message") else ""


def say_reason(state: Object) -> str:
    """Return the reason of a condition or state with its message, which may be missing.

    Example:
        >>> say_reason({"reason": "Evicted", "message": "The node was low on memory. "})
        'Evicted: The node was low on memory'
    """
    parts = (state.get("reason") or "", " ".join((state.get("message") or "").split()).rstrip("."))
    return ": ".join(filter(None, parts)) or "no reason is given"


def describe_object(object_: Object) -> str:
    """Return an object's kind and name, its owner and namespace, as people name it.

    Example:
        >>> describe_object({"kind": "Node", "metadata": {"name": "n1"}})
        'Node n1'
    """
    meta = object_["metadata"]
    owner = find_owner(object_)
    of = f" of {owner[0][0].lower()}{owner[0][1:]} {owner[1]}" if owner else ""
    within = f" in namespace {meta['namespace']}" if meta.get("namespace") else ""
    return f"{object_['kind']} {meta['name']}{of}{within}"


def find_owner(object_: Object) -> tuple[str, str] | None:
    """Return kind and name of what an object belongs to; a deployment in place of its replica set.

    Example:
        >>> owner = {"kind": "ReplicaSet", "name": "checkout-7d9f8c6b5", "controller": True}
        >>> labels = {"pod-template-hash": "7d9f8c6b5"}
        >>> find_owner({"metadata": {"ownerReferences": [owner], "labels": labels}})
        ('Deployment', 'checkout')
    """
    meta = object_["metadata"]
    owners: list[Object] = meta.get("ownerReferences") or []
    owner = next((owner for owner in owners if owner.get("controller")), owners[0] if owners else None)
    if owner is None:
        return None
    template = (meta.get("labels") or {}).get("pod-template-hash")
    if owner["kind"] == "ReplicaSet" and template and owner["name"].endswith(f"-{template}"):
        return "Deployment", owner["name"].removesuffix(f"-{template}")
    return owner["kind"], owner["name"]


def find_service(object_: Object) -> str:
    """Return the service that an object is a part of: its app label, else its owner's name, else its own.

    Example:
        >>> find_service({"kind": "Job", "metadata": {"name": "backup-29338560"}})
        'backup'
    """
    named = find_app(object_["metadata"].get("labels"))
    owner = find_owner(object_)
    kind, name = owner or (object_["kind"], object_["metadata"]["name"])
    return named or guess_service(kind, name)


def guess_service(kind: str, name: str) -> str:
    """Return what is left of a name without the suffixes that controllers add; a node is no service.

    Example:
        >>> guess_service("Pod", "checkout-7d9f8c6b5-x2vqn")
        'checkout'
        >>> guess_service("Pod", "kafka-0"), guess_service("Node", "node-1")
        ('kafka', '')
    """
    if kind == "Node":
        return ""
    stem = _SUFFIXES[kind].sub("", name) if kind in _SUFFIXES else name
    return _SUFFIXES["ReplicaSet"].sub("", stem) if kind == "Pod" and stem != name else stem
