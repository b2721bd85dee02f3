"""Each change of one object as a patch: it names the version that it is for, and leaves the action's mark."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.results import Undo
from processors.pipelines.actions.operation import Deed
from processors.stores.actions.kubernetes import STEPS, STRATEGIC, Object

MARK: Final = "runlore.io/action"
"""Annotation with the key of the action that changed an object last."""
REVISION: Final = "deployment.kubernetes.io/revision"
_RESTARTED: Final = "kubectl.kubernetes.io/restartedAt"
_TEMPLATE_HASH: Final = "pod-template-hash"


class Patch(NamedTuple):
    """What is sent, and as what."""

    body: Any
    form: str


def restart(deed: Deed, _current: Object) -> Patch:
    """Let the controller replace each pod, as `kubectl rollout restart` does."""
    # The same each time, so that the dry run before the approval and the one after it are alike.
    asked = deed.request.asked_at.isoformat(timespec="seconds")
    return _merge({"spec": {"template": {"metadata": {"annotations": {_RESTARTED: asked}}}}})


def scale(deed: Deed, _current: Object) -> Patch:
    """Change the number of replicas."""
    return _merge({"spec": {"replicas": deed.parameters["replicas"]}})


def set_image(deed: Deed, current: Object) -> Patch:
    """Change the image of a container that is there.

    Raises:
        ActionRefusedError: There is no such container: the patch would make one.
    """
    spec = current["spec"]["template"]["spec"]
    for part in ("containers", "initContainers"):
        if any(container["name"] == deed.get("container") for container in spec.get(part, [])):
            changed = {"name": deed.get("container"), "image": deed.get("image")}
            return _merge({"spec": {"template": {"spec": {part: [changed]}}}})
    raise ActionRefusedError("not_found", what=f"the container {deed.get('container')}")


def cordon(_deed: Deed, _current: Object) -> Patch:
    """Let no more pods be placed on a node."""
    return _merge({"spec": {"unschedulable": True}})


def uncordon(_deed: Deed, _current: Object) -> Patch:
    """Let pods be placed on a node again."""
    return _merge({"spec": {"unschedulable": None}})


def replace_template(template: Object) -> Patch:
    """Give a deployment the pod template of one of its replica sets."""
    labels = template["metadata"].get("labels", {})
    kept = {name: value for name, value in labels.items() if name != _TEMPLATE_HASH}
    whole = {**template, "metadata": {**template["metadata"], "labels": kept}}
    return Patch([{"op": "replace", "path": "/spec/template", "value": whole}], STEPS)


def apply_revision(revision: Object) -> Patch:
    """Give a stateful set or daemon set what one of its revisions holds, which is a patch."""
    return _merge(revision["data"])


def _merge(change: Mapping[str, Any]) -> Patch:
    return Patch(dict(change), STRATEGIC)


def bind_patch(patch: Patch, current: Object, key: str) -> Patch:
    """Return a patch that is refused if the object was changed meanwhile, and that marks it.

    Args:
        patch: The change.
        current: The object that it is made for.
        key: Of the action.

    Example:
        >>> current = {"metadata": {"resourceVersion": "7"}}
        >>> bind_patch(Patch({"spec": {"replicas": 3}}, STRATEGIC), current, "k").body["metadata"]
        {'resourceVersion': '7', 'annotations': {'runlore.io/action': 'k'}}
    """
    version, annotations = current["metadata"]["resourceVersion"], current["metadata"].get("annotations", {})
    if patch.form == STEPS:
        bound = [
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
            {"op": "add", "path": "/metadata/annotations", "value": {**annotations, MARK: key}},
        ]
        return Patch([*bound, *patch.body], patch.form)
    meta = {"resourceVersion": version, "annotations": {MARK: key}}
    return Patch({**patch.body, "metadata": meta}, patch.form)


def undo_by_revision(deed: Deed, current: Object) -> Undo:
    """Return the action that brings the present pod template back."""
    kept = {name: deed.get(name) for name in ("namespace", "resource", "name")}
    revision = current["metadata"].get("annotations", {}).get(REVISION, "")
    number = {"revision": int(revision)} if revision.isdecimal() else {}
    return Undo(action=deed.action.rollback, parameters={**kept, **number})


def undo_scale(deed: Deed, current: Object) -> Undo:
    """Return the action that brings the present number of replicas back."""
    replicas = current["spec"].get("replicas", 1)
    return Undo(action=deed.action.rollback, parameters={**deed.parameters, "replicas": replicas})


def undo_same(deed: Deed, _current: Object) -> Undo:
    """Return the opposite action, of the same object."""
    return Undo(action=deed.action.rollback, parameters=dict(deed.parameters))
