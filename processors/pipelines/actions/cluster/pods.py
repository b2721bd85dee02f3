"""Deleting a pod: exactly the one that was seen, so that a retry never ends the one that came after it."""

import time
from http import HTTPStatus
from typing import Final

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.findings import make_finding
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.pipelines.actions.cluster.access import enter, require_rights, resource_of
from processors.pipelines.actions.cluster.changing import make_target
from processors.pipelines.actions.cluster.racing import call_unless_changed
from processors.pipelines.actions.operation import Deed, Look, Operation, Seen
from processors.stores.actions import kubernetes as store
from processors.stores.actions.kubernetes import Cluster, Object, Permission, path_of

_PAUSE_S: Final = 0.5


def _may_delete(deed: Deed) -> str:
    pod, place = resource_of(deed, "pod"), (deed.get("namespace"), deed.get("name"))
    return require_rights(deed, Permission("get", pod, *place), Permission("delete", pod, *place))


def _path(deed: Deed) -> str:
    return path_of(resource_of(deed, "pod"), deed.get("namespace"), deed.get("name"))


def _get(cluster: Cluster, deed: Deed) -> Object:
    pod = resource_of(deed, "pod")
    return store.get_object(cluster, pod, deed.get("namespace"), deed.get("name"))


def _look(deed: Deed) -> Look:
    with enter(deed) as cluster:
        pod = call_unless_changed(lambda: _try_to_delete(cluster, deed, None))
        target = make_target(cluster, pod)
    owners = pod["metadata"].get("ownerReferences", [])
    maker = next((f"{owner['kind']} {owner['name']}" for owner in owners if owner.get("controller")), "")
    after = f"{maker} makes another one." if maker else "Nothing makes another one: it has no controller."
    return Look(target, f"- pod {deed.get('name')}\n{after}")


def _try_to_delete(cluster: Cluster, deed: Deed, approved: Target | None) -> Object:
    """Delete the pod if it is the one that was approved; without one, nothing is deleted."""
    pod = _get(cluster, deed)
    if approved and make_target(cluster, pod) != approved:
        raise ActionRefusedError("changed", what="the target")
    meta = pod["metadata"]
    dry_run = approved is None
    store.delete_object(cluster, _path(deed), meta["uid"], meta["resourceVersion"], dry_run=dry_run)
    return pod


def _delete(deed: Deed, look: Look | None) -> str:
    if look is None:
        raise ActionRefusedError("changed", what="the target")
    with enter(deed) as cluster:
        call_unless_changed(lambda: _try_to_delete(cluster, deed, look.target))
    return f"Pod {deed.get('name')} was deleted.\n{look.dry_run}"


def _is_gone(deed: Deed, target: Target) -> bool:
    with enter(deed) as cluster:
        try:
            pod = _get(cluster, deed)
        except store.AnswerError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return True
            raise
    return pod["metadata"]["uid"] != target.uid or "deletionTimestamp" in pod["metadata"]


def _verify(deed: Deed, target: Target) -> Seen:
    until = time.monotonic() + deed.action.limit_s
    while not (gone := _is_gone(deed, target)) and time.monotonic() < until:
        time.sleep(_PAUSE_S)
    return Seen(gone, make_finding("gone" if gone else "still_there", name=f"pod {deed.get('name')}"))


DELETE_POD: Final = Operation(_may_delete, _delete, _look, _is_gone, _verify)
