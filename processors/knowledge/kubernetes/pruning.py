"""What of an object may leave its cluster: nothing that may hold a secret, and no bookkeeping."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any, Final

from processors.knowledge.fields import Object, take_object, take_objects, take_text
from processors.knowledge.kubernetes.configuration import HASHES, WHOLE
from processors.knowledge.kubernetes.facts import read_address

_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_VALUES: Final = ("data", "binaryData", "stringData")
_CONFIGURATION: Final = frozenset({"Secret", "ConfigMap"})
# What a process is run with may hold passwords, and tells nothing of how it fares.
_DROPPED_OF_CONTAINER: Final = frozenset({"command", "args", "lifecycle"})
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
# Where a pod is described within an object.
_POD_SPECS: Final = (
    ("spec",),
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
)
_PURPOSE: Final = b"runlore kubernetes values"


def prune_object(object_: Object, key: bytes) -> Object:
    """Return an object without what may hold secrets.

    Left out are values of the environment but hosts and ports of addresses, commands, headers and commands
    of probes, what was applied last, parameters of volumes and their classes. Of config maps and secrets only
    the keys stay, with a hash of each value. Of the bookkeeping of fields it stays who changed the object.

    Args:
        object_: As the API gives it.
        key: Of the hashes; without it nobody can try out which value a hash is of.

    Example:
        >>> container = {"name": "c", "args": ["-p", "x"], "env": [{"name": "A", "value": "x"}]}
        >>> pod = {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container]}}
        >>> prune_object(pod, b"")["spec"]["containers"]
        [{'name': 'c', 'env': [{'name': 'A'}]}]
        >>> secret = prune_object({"kind": "Secret", "metadata": {"name": "s"}, "data": {"a": "x"}}, b"k")
        >>> "data" in secret, [hash_["key"] for hash_ in secret["dataHashes"]]
        (False, ['a', '*'])
    """
    pruned = {**object_, "metadata": _prune_metadata(object_["metadata"])}
    for path in _POD_SPECS:
        pruned = _change(pruned, path, _prune_pod_spec)
    pruned = _change(pruned, ("spec", "csi"), _without("volumeAttributes"))
    pruned = _change(pruned, ("spec", "flexVolume"), _without("options"))
    pruned.pop("parameters", None)
    if object_.get("kind") in _CONFIGURATION:
        pruned[HASHES] = _hash_values(object_, key)
        pruned = {name: value for name, value in pruned.items() if name not in _VALUES}
    return pruned


def _prune_metadata(meta: Object) -> Object:
    kept = dict(meta)
    if "managedFields" in meta:
        names = ("manager", "operation", "subresource", "time")
        kept["managedFields"] = [
            {name: entry[name] for name in names if name in entry}
            for entry in take_objects(meta, "managedFields")
        ]
    if "annotations" in meta:
        notes = take_object(meta, "annotations")
        kept["annotations"] = {name: note for name, note in notes.items() if name != _LAST_APPLIED}
    return kept


def _change(whole: Object, path: tuple[str, ...], change: Callable[[Object], Object]) -> Object:
    """Return an object in which the object at a path is changed, if there is one."""
    inner = whole.get(path[0])
    if not isinstance(inner, dict):
        return whole
    return {**whole, path[0]: _change(inner, path[1:], change) if path[1:] else change(inner)}


def _without(name: str) -> Callable[[Object], Object]:
    return lambda whole: {key: value for key, value in whole.items() if key != name}


def _prune_pod_spec(spec: Object) -> Object:
    containers = {name: take_objects(spec, name) for name in _CONTAINERS if name in spec}
    return {**spec, **{name: [_prune_container(c) for c in found] for name, found in containers.items()}}


def _prune_container(container: Object) -> Object:
    kept = {name: value for name, value in container.items() if name not in _DROPPED_OF_CONTAINER}
    if "env" in kept:
        kept["env"] = [_prune_variable(variable) for variable in take_objects(container, "env")]
    for name in _PROBES:
        if name in kept:
            kept[name] = _prune_probe(take_object(container, name))
    return kept


def _prune_variable(variable: Object) -> Object:
    """Return a variable without its value; of an address host and port stay, which say who calls whom."""
    kept = {name: value for name, value in variable.items() if name != "value"}
    address = read_address(take_text(variable, "name"), take_text(variable, "value"))
    return {**kept, "value": address} if address else kept


def _prune_probe(probe: Object) -> Object:
    kept = {name: value for name, value in probe.items() if name != "exec"}
    if get := take_object(probe, "httpGet"):
        # A query may hold a token.
        path = take_text(get, "path").partition("?")[0]
        kept["httpGet"] = {**{name: get[name] for name in ("port", "scheme") if name in get}, "path": path}
    return kept


def _hash_values(object_: Object, key: bytes) -> list[dict[str, str]]:
    """Return the hash of each value of an object, and of all of them; equal values elsewhere have others."""
    values = {name: value for place in _VALUES for name, value in take_object(object_, place).items()}
    own = take_text(object_, "metadata", "uid").encode()

    def digest(value: Any) -> str:
        message = b"\0".join((_PURPOSE, own, json.dumps(value, sort_keys=True).encode()))
        return hmac.digest(key, message, hashlib.sha256)[:6].hex()

    each = [{"key": name, "hash": digest([name, values[name]])} for name in sorted(values)]
    return [*each, {"key": WHOLE, "hash": digest(values)}]
