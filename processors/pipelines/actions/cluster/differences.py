"""What a change makes of an object, as a diff that a person reads before approving it."""

import difflib
from collections.abc import Mapping
from typing import Any, Final

import yaml

from processors.knowledge.actions.sealing import digest
from processors.stores.actions.kubernetes import Object

# The API server writes these, and they say nothing of what was asked for.
_BOOKKEEPING: Final = (
    "managedFields",
    "resourceVersion",
    "uid",
    "generation",
    "creationTimestamp",
    "selfLink",
)
# The whole object once more, as somebody applied it.
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
# What a write of the status changes of the rest.
_STATUS_WRITES: Final = frozenset({"managedFields", "resourceVersion"})
_DIGITS: Final = 16
_CONTEXT: Final = 3
_GAP: Final = "…"


def compare_objects(before: Object | None, after: Object) -> str:
    """Return the difference that a change makes, without status and bookkeeping.

    Args:
        before: As it is; None: it isn't there yet.
        after: As it would be.

    Example:
        >>> one, two = ({"kind": "A", "spec": {"replicas": n}} for n in (1, 2))
        >>> print(compare_objects(one, two))
         kind: A
         spec:
        -  replicas: 1
        +  replicas: 2
    """
    old = _write(before).splitlines() if before else []
    lines = difflib.unified_diff(old, _write(after).splitlines(), lineterm="", n=_CONTEXT)
    # The first three name files and the first place.
    shown = [_GAP if line.startswith("@@") else line for line in [*lines][3:]]
    return "\n".join(shown) or "Nothing would change."


def _write(whole: Object) -> str:
    kept = {name: value for name, value in whole.items() if name != "status"}
    if isinstance(meta := kept.get("metadata"), Mapping):
        kept["metadata"] = {name: _drop_copy(meta[name]) for name in meta if name not in _BOOKKEEPING}
    written: str = yaml.safe_dump(kept, allow_unicode=True)
    return written


def _drop_copy(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: each for name, each in value.items() if name != _LAST_APPLIED}


def version_of(whole: Object) -> str:
    """Return what changes when an object does, but not when its status does.

    A `resourceVersion` changes with each sign of life of a node and each restart of a pod that crashes; what
    an action changes, and what its dry run showed, is all the rest.

    Example:
        >>> pod = {"kind": "Pod", "metadata": {"name": "api", "resourceVersion": "7"}}
        >>> later = {"kind": "Pod", "metadata": {"name": "api", "resourceVersion": "8"}, "status": {"a": 1}}
        >>> version_of(pod) == version_of(later)
        True
        >>> version_of(pod) == version_of({**pod, "spec": {"nodeName": "node-1"}})
        False
    """
    meta: Mapping[str, Any] = whole["metadata"]
    if whole.get("kind") == "Node":
        # Its annotations are signs of life, too.
        return digest({"spec": whole.get("spec", {}), "labels": meta.get("labels", {})})[:_DIGITS]
    kept = {name: value for name, value in meta.items() if name not in _STATUS_WRITES}
    return digest({**whole, "metadata": kept, "status": None})[:_DIGITS]
