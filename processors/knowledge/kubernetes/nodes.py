"""The states of nodes and namespaces in words."""

from datetime import datetime
from typing import Final

from processors.knowledge.fields import Object, take, take_labels, take_object, take_objects, take_text
from processors.knowledge.kubernetes.conditions import find_condition, say_conditions, say_reason
from processors.knowledge.kubernetes.facts import write_facts, write_pairs, write_taint
from processors.knowledge.kubernetes.words import StateDescription, Verdict, list_moments, say_names, say_when

_PRESSURES: Final = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_GOOD_NODE: Final = {"Ready": "True", **dict.fromkeys(_PRESSURES, "False")}
_GOOD_NAMESPACE: Final = dict.fromkeys(
    (
        "NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceDeletionContentFailure", "NamespaceContentRemaining", "NamespaceFinalizersRemaining",
    ),
    "False",
)  # fmt: skip
_SHOWN_CAPACITY: Final = ("cpu", "memory", "pods", "ephemeral-storage")


def describe_node(node: Object, now: datetime) -> StateDescription:
    """Return what is told of a node's state."""
    status = take_object(node, "status")
    taints = [f"{take_text(t, 'key')}:{take_text(t, 'effect')}" for t in take_objects(node, "spec", "taints")]
    kubelet = take_text(status, "nodeInfo", "kubeletVersion")
    details = [
        *say_conditions(node, _GOOD_NODE, now),
        *_say_amounts("Capacity", take_object(status, "capacity")),
        *_say_amounts("Allocatable", take_object(status, "allocatable")),
        *([f"Taints: {say_names(taints)}."] if taints else []),
        *([f"Kubelet {kubelet}."] if kubelet else []),
    ]
    ready = "False" if find_condition(node, "Ready", "False", "Unknown") else "True"
    pressures = (name for name in _PRESSURES if find_condition(node, name, "True"))
    labels = {
        **({"ready": ready} if take_objects(status, "conditions") else {}),
        "pressures": ",".join(pressures),
        "cordoned": "True" if take(node, "spec", "unschedulable") is True else "",
        "taints": write_facts(map(write_taint, take_objects(node, "spec", "taints"))),
        "allocatable": write_pairs(take_labels(status, "allocatable")),
        "node_labels": write_pairs(take_labels(node, "metadata", "labels")),
    }
    return StateDescription(_judge_node(node, now), list_moments(node, now), details, labels)


def _judge_node(node: Object, now: datetime) -> Verdict:
    cordoned = " and takes no new pods (cordoned)" if take(node, "spec", "unschedulable") is True else ""
    if unready := find_condition(node, "Ready", "False", "Unknown"):
        told = f"is not ready (NotReady){cordoned}"
        since = say_when(unready.get("lastTransitionTime"), now, "since")
        why = say_reason(unready)
        return Verdict(f"{told}{since}: {why}", f"{told}: {why}", "error")
    pressures = [found for name in _PRESSURES if (found := find_condition(node, name, "True"))]
    if pressures:
        gist = f"is under {' and '.join(take_text(c, 'type') for c in pressures)}{cordoned}"
        return Verdict(f"{gist}: {'; '.join(say_reason(c) for c in pressures)}", gist, "warning")
    has_said = bool(take_objects(node, "status", "conditions"))
    told = f"is ready{cordoned}" if has_said else "has not said yet how it is"
    return Verdict(told, told, "warning" if cordoned else "info")


def _say_amounts(what: str, amounts: Object) -> list[str]:
    said = ", ".join(f"{name} {take_text(amounts, name)}" for name in _SHOWN_CAPACITY if name in amounts)
    return [f"{what}: {said}."] if said else []


def describe_namespace(namespace: Object, now: datetime) -> StateDescription:
    """Return what is told of a namespace's state; of its end is told as of every object's."""
    phase = take_text(namespace, "status", "phase") or "Active"
    told = f"is {phase.lower()}"
    verdict = Verdict(told, told, "info")
    details = say_conditions(namespace, _GOOD_NAMESPACE, now)
    return StateDescription(verdict, list_moments(namespace, now), details, {"phase": phase})
