"""The states of volumes, claims on them and their classes in words."""

from datetime import datetime

from processors.knowledge.fields import Object, take, take_labels, take_object, take_text, take_texts
from processors.knowledge.kubernetes.conditions import find_condition, say_reason
from processors.knowledge.kubernetes.facts import write_pairs
from processors.knowledge.kubernetes.words import StateDescription, Verdict, list_moments, say_names, say_when

_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def describe_claim(claim: Object, now: datetime) -> StateDescription:
    """Return what is told of a persistent volume claim's state."""
    phase = take_text(claim, "status", "phase") or "Pending"
    volume, class_ = take_text(claim, "spec", "volumeName"), take_text(claim, "spec", "storageClassName")
    asked = take_text(claim, "spec", "resources", "requests", "storage")
    has = take_text(claim, "status", "capacity", "storage")
    modes = say_names(take_texts(claim, "spec", "accessModes"))
    details = [
        f"Phase {phase}; storage class {class_ or 'not named'}; asked for {asked or 'an unknown size'}"
        f"{f', has {has}' if has else ''}{f'; access {modes}' if modes else ''}.",
    ]
    labels = {
        "phase": phase,
        "volume": volume,
        "storage_class": class_,
        "size": asked,
        "modes": ",".join(take_texts(claim, "spec", "accessModes")),
        "selector": write_pairs(take_labels(claim, "spec", "selector", "matchLabels")),
    }
    return StateDescription(
        _judge_claim(claim, phase, volume, now), list_moments(claim, now), details, labels
    )


def _judge_claim(claim: Object, phase: str, volume: str, now: datetime) -> Verdict:
    if phase == "Lost":
        told = f"has lost its volume{f' {volume}' if volume else ''} (Lost)"
        return Verdict(told, told, "error")
    if phase == "Pending":
        told = "is not bound: it waits for a volume (Pending)"
        since = say_when(take(claim, "metadata", "creationTimestamp"), now, "since")
        return Verdict(f"{told}{since}", told, "warning")
    for name in ("ControllerResizeError", "NodeResizeError", "FileSystemResizePending", "Resizing"):
        if resize := find_condition(claim, name, "True"):
            why = say_reason(resize)
            told = f"is being resized ({name}): {why}"
            return Verdict(told, told, "warning" if name.endswith(("Error", "Pending")) else "info")
    told = f"is {phase.lower()}{f' to volume {volume}' if volume else ''}"
    return Verdict(told, told, "info" if phase == "Bound" else "warning")


def describe_volume(volume: Object, now: datetime) -> StateDescription:
    """Return what is told of a persistent volume's state."""
    status = take_object(volume, "status")
    phase = take_text(status, "phase") or "Pending"
    claim = "/".join(take_text(volume, "spec", "claimRef", name) for name in ("namespace", "name")).strip("/")
    policy = take_text(volume, "spec", "persistentVolumeReclaimPolicy")
    class_ = take_text(volume, "spec", "storageClassName")
    size = take_text(volume, "spec", "capacity", "storage")
    details = [
        f"Phase {phase}; size {size or 'unknown'}; storage class {class_ or 'not named'}; "
        f"reclaim policy {policy or 'not named'}{f'; claim {claim}' if claim else ''}."
    ]
    times = list_moments(volume, now, status.get("lastPhaseTransitionTime"))
    labels = {
        "phase": phase,
        "claim": claim,
        "storage_class": class_,
        "size": size,
        "modes": ",".join(take_texts(volume, "spec", "accessModes")),
        "volume_labels": write_pairs(take_labels(volume, "metadata", "labels")),
    }
    return StateDescription(_judge_volume(status, phase, claim, policy), times, details, labels)


def _judge_volume(status: Object, phase: str, claim: str, policy: str) -> Verdict:
    why = f": {say_reason(status)}" if status.get("reason") or status.get("message") else ""
    if phase == "Failed":
        told = f"has failed to be reclaimed{why}"
        return Verdict(told, told, "error")
    if phase == "Released":
        kept = f" and its data is kept ({policy})" if policy == "Retain" else ""
        told = f"is released: its claim {claim or ''} is gone{kept}{why}".replace("  ", " ")
        return Verdict(told, told, "warning")
    bound = f" to claim {claim}" if phase == "Bound" and claim else ""
    told = f"is {phase.lower()}{bound}"
    return Verdict(told, told, "info")


def describe_storage_class(class_: Object, now: datetime) -> StateDescription:
    """Return what is told of a storage class."""
    provisioner = take_text(class_, "provisioner") or "nobody"
    is_default = take_labels(class_, "metadata", "annotations").get(_DEFAULT_CLASS) == "true"
    told = f"{'is the default class and has' if is_default else 'has'} its volumes made by {provisioner}"
    grows = "can" if class_.get("allowVolumeExpansion") is True else "can't"
    details = [
        f"Reclaim policy {take_text(class_, 'reclaimPolicy') or 'Delete'}; volumes are bound "
        f"{take_text(class_, 'volumeBindingMode') or 'Immediate'} and {grows} be enlarged."
    ]
    return StateDescription(
        Verdict(told, told, "info"),
        list_moments(class_, now),
        details,
        {
            "provisioner": provisioner,
            "default": "True" if is_default else "",
            "binding": take_text(class_, "volumeBindingMode"),
        },
    )
