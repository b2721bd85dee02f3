"""What changes one object of a cluster: looked at, approved, done to that very version, looked at again."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.findings import Finding, make_finding
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.resources import Resource
from processors.knowledge.actions.results import Undo
from processors.pipelines.actions.cluster import changes, revisions
from processors.pipelines.actions.cluster.access import enter, namespace_of, require_rights, resource_of
from processors.pipelines.actions.cluster.changes import MARK, Patch, bind_patch
from processors.pipelines.actions.cluster.differences import compare_objects, version_of
from processors.pipelines.actions.cluster.racing import call_unless_changed
from processors.pipelines.actions.cluster.rollouts import describe_rollout
from processors.pipelines.actions.operation import Deed, Look, Operation, Seen
from processors.stores.actions import kubernetes as store
from processors.stores.actions.kubernetes import Cluster, Object, Permission, path_of

_PAUSE_S: Final = 0.5


class Change(NamedTuple):
    """A change of one object."""

    plan: Callable[[Cluster, Deed, Object], Patch]
    undo: Callable[[Deed, Object], Undo | None]
    resource: str = ""
    """Of which kind the object is; empty: the action says it."""
    reads: Callable[[Deed], Resource] | None = None
    """What else is read."""


def _only(plan: Callable[[Deed, Object], Patch]) -> Callable[[Cluster, Deed, Object], Patch]:
    return lambda _cluster, deed, current: plan(deed, current)


def make_operation(change: Change) -> Operation:
    """Return the operation that a change of one object is."""
    return Operation(
        rights=lambda deed: _may_change(deed, change),
        run=lambda deed, look: _run(deed, change, look),
        look=lambda deed: _look(deed, change),
        find_mark=lambda deed, target: _find_mark(deed, change, target),
        verify=lambda deed, _target: _verify(deed, change),
    )


def _place(deed: Deed, change: Change) -> tuple[Resource, str, str]:
    resource = resource_of(deed, change.resource)
    return resource, namespace_of(deed, resource), deed.get("name")


def _may_change(deed: Deed, change: Change) -> str:
    place = _place(deed, change)
    reads = [Permission("list", change.reads(deed), place[1])] if change.reads else []
    return require_rights(deed, Permission("get", *place), Permission("patch", *place), *reads)


def make_target(cluster: Cluster, current: Object) -> Target:
    """Return an object as what an action is done to."""
    meta = current["metadata"]
    return Target(
        cluster=cluster.name,
        kind=current["kind"],
        namespace=meta.get("namespace", ""),
        name=meta["name"],
        uid=meta["uid"],
        resource_version=version_of(current),
    )


def _look(deed: Deed, change: Change) -> Look:
    place = _place(deed, change)
    with enter(deed) as cluster:

        def try_it() -> Look:
            current = store.get_object(cluster, *place)
            changed = _patch(cluster, deed, change, current, dry_run=True)
            target, diff = make_target(cluster, current), compare_objects(current, changed)
            return Look(target, diff, change.undo(deed, current))

        return call_unless_changed(try_it)


def _patch(cluster: Cluster, deed: Deed, change: Change, current: Object, *, dry_run: bool) -> Object:
    patch = bind_patch(change.plan(cluster, deed, current), current, deed.request.key)
    return store.patch_object(
        cluster, path_of(*_place(deed, change)), patch.body, patch.form, dry_run=dry_run
    )


def _run(deed: Deed, change: Change, look: Look | None) -> str:
    place = _place(deed, change)
    if look is None:
        raise ActionRefusedError("changed", what="the target")
    with enter(deed) as cluster:

        def try_it() -> Object:
            current = store.get_object(cluster, *place)
            if make_target(cluster, current) != look.target:
                raise ActionRefusedError("changed", what="the target")
            return _patch(cluster, deed, change, current, dry_run=False)

        changed = call_unless_changed(try_it)
    return f"{changed['kind']} {changed['metadata']['name']} was changed:\n{look.dry_run}"


def _find_mark(deed: Deed, change: Change, target: Target) -> bool:
    with enter(deed) as cluster:
        try:
            found = store.get_object(cluster, *_place(deed, change))
        except store.AnswerError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
    meta = found["metadata"]
    return bool(meta["uid"] == target.uid and meta.get("annotations", {}).get(MARK) == deed.request.key)


def _verify(deed: Deed, change: Change) -> Seen:
    """Wait until the rollout is done, it is stuck, or the action's time is over."""
    until = time.monotonic() + deed.action.limit_s
    while True:
        with enter(deed) as cluster:
            found = store.get_object(cluster, *_place(deed, change))
        if deed.action.verification != "rollout":
            marked = found["metadata"].get("annotations", {}).get(MARK) == deed.request.key
            return Seen(marked, _find_out(found, is_marked=marked))
        rollout = describe_rollout(found)
        if rollout.is_done or rollout.is_stuck or time.monotonic() > until:
            return Seen(rollout.is_done, rollout.finding)
        time.sleep(_PAUSE_S)


def _find_out(found: Object, *, is_marked: bool) -> Finding:
    name = f"{found['kind'].lower()} {found['metadata']['name']}"
    return make_finding("as_left" if is_marked else "changed_since", name=name)


CHANGING: Final[Mapping[str, Operation]] = {
    "rollout_restart": make_operation(Change(_only(changes.restart), changes.undo_by_revision)),
    "rollout_undo": make_operation(
        Change(revisions.undo, changes.undo_by_revision, reads=revisions.holder_of)
    ),
    "scale": make_operation(Change(_only(changes.scale), changes.undo_scale)),
    "set_image": make_operation(Change(_only(changes.set_image), changes.undo_by_revision)),
    "cordon": make_operation(Change(_only(changes.cordon), changes.undo_same, "node")),
    "uncordon": make_operation(Change(_only(changes.uncordon), changes.undo_same, "node")),
}
