"""Who an object is: what people call it, what it belongs to, and the service that it is a part of."""

import re
from typing import Final

from processors.knowledge.fields import Object, take_labels, take_objects, take_text
from processors.knowledge.services import find_app

# The letters of random name suffixes, which spell no words.
_RANDOM: Final = "[bcdfghjklmnpqrstvwxz2456789]"
_SUFFIXES: Final = {
    "Pod": re.compile(rf"-{_RANDOM}{{5}}$|-\d+$"),
    "ReplicaSet": re.compile(rf"-{_RANDOM}{{6,10}}$"),
    "Job": re.compile(r"-\d{8,}$"),
    "PersistentVolumeClaim": re.compile(r"-\d+$"),
    "EndpointSlice": re.compile(rf"-{_RANDOM}{{5}}$"),
}
_OF_NO_SERVICE: Final = frozenset(
    {"Node", "Namespace", "StorageClass", "PersistentVolume", "ResourceQuota", "LimitRange"}
)
_TARGET: Final = ("spec", "scaleTargetRef", "name")
SERVICE_OF_SLICE: Final = "kubernetes.io/service-name"


def describe_object(object_: Object) -> str:
    """Return an object's kind and name, its owner and namespace, as people name it.

    Example:
        >>> describe_object({"kind": "Node", "metadata": {"name": "n1"}})
        'Node n1'
    """
    meta = object_["metadata"]
    owner = find_owner(object_)
    of = f" of {owner[0][:1].lower()}{owner[0][1:]} {owner[1]}" if owner else ""
    namespace = take_text(meta, "namespace")
    return f"{object_['kind']} {meta['name']}{of}{f' in namespace {namespace}' if namespace else ''}"


def find_owner(object_: Object) -> tuple[str, str] | None:
    """Return kind and name of what an object belongs to; a deployment in place of its replica set.

    Example:
        >>> owner = {"kind": "ReplicaSet", "name": "checkout-7d9f8c6b5", "controller": True}
        >>> labels = {"pod-template-hash": "7d9f8c6b5"}
        >>> find_owner({"metadata": {"ownerReferences": [owner], "labels": labels}})
        ('Deployment', 'checkout')
    """
    owners = list_owners(object_)
    owner = next((owner for owner in owners if owner.get("controller") is True), owners[0] if owners else {})
    kind, name = take_text(owner, "kind"), take_text(owner, "name")
    if not (kind and name):
        return None
    template = take_text(object_, "metadata", "labels", "pod-template-hash")
    if kind == "ReplicaSet" and template and name.endswith(f"-{template}"):
        return "Deployment", name.removesuffix(f"-{template}")
    return kind, name


def list_owners(object_: Object) -> list[Object]:
    """Return what an object names as its owners, as the API gives them."""
    return take_objects(object_, "metadata", "ownerReferences")


def find_service(object_: Object) -> str:
    """Return the service that an object is a part of.

    That is what its labels, those of its pods or those that it selects name as the application; else the
    service whose endpoints it holds, what it scales, its owner or its own name.

    Example:
        >>> find_service({"kind": "Job", "metadata": {"name": "backup-29338560"}})
        'backup'
        >>> template = {"metadata": {"labels": {"app": "shop"}}}
        >>> find_service({"kind": "Deployment", "metadata": {"name": "api"}, "spec": {"template": template}})
        'shop'
    """
    places = (
        ("metadata", "labels"),
        ("spec", "template", "metadata", "labels"),
        ("spec", "jobTemplate", "spec", "template", "metadata", "labels"),
        ("spec", "selector", "matchLabels"),
        ("spec", "selector"),
    )
    named = next((app for place in places if (app := find_app(take_labels(object_, *place)))), "")
    if named or object_["kind"] in _OF_NO_SERVICE:
        return named
    if other := take_text(object_, "metadata", "labels", SERVICE_OF_SLICE) or take_text(object_, *_TARGET):
        return other
    return guess_service(*(find_owner(object_) or (object_["kind"], object_["metadata"]["name"])))


def guess_service(kind: str, name: str) -> str:
    """Return what is left of a name without the suffixes that controllers add; a node is no service.

    Example:
        >>> guess_service("Pod", "checkout-7d9f8c6b5-x2vqn")
        'checkout'
        >>> guess_service("Pod", "kafka-0"), guess_service("Node", "node-1")
        ('kafka', '')
    """
    if kind in _OF_NO_SERVICE:
        return ""
    stem = _SUFFIXES[kind].sub("", name) if kind in _SUFFIXES else name
    return _SUFFIXES["ReplicaSet"].sub("", stem) if kind == "Pod" and stem != name else stem
