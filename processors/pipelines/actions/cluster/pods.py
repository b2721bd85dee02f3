"""Deleting a pod: exactly the one that was seen, so that a retry never ends the one that came after it."""

import time
from http import HTTPStatus
from typing import Final

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.results import Verified
from processors.pipelines.actions.cluster.access import enter, require_rights, resource_of
from processors.pipelines.actions.cluster.changing import make_target
from processors.pipelines.actions.operation import Deed, Look, Operation
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
        pod = _get(cluster, deed)
        target = make_target(cluster, pod)
        store.delete_object(cluster, _path(deed), target.uid, target.resource_version, dry_run=True)
    owners = pod["metadata"].get("ownerReferences", [])
    maker = next((f"{owner['kind']} {owner['name']}" for owner in owners if owner.get("controller")), "")
    after = f"{maker} makes another one." if maker else "Nothing makes another one: it has no controller."
    return Look(target, f"- pod {deed.get('name')}\n{after}")


def _delete(deed: Deed, look: Look | None) -> str:
    if look is None:
        raise ActionRefusedError("changed", what="the target")
    target = look.target
    with enter(deed) as cluster:
        store.delete_object(cluster, _path(deed), target.uid, target.resource_version, dry_run=False)
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


def _verify(deed: Deed, target: Target) -> Verified:
    until = time.monotonic() + deed.action.limit_s
    while not (gone := _is_gone(deed, target)) and time.monotonic() < until:
        time.sleep(_PAUSE_S)
    told = "is gone" if gone else "is still there"
    return Verified(verified=gone, told=f"pod {deed.get('name')} {told}")


DELETE_POD: Final = Operation(_may_delete, _delete, _look, _is_gone, _verify)
