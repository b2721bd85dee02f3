"""Applying a manifest: by the server, to the version that was seen, and nothing that others manage."""

from http import HTTPStatus
from typing import Any, Final

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.findings import make_finding
from processors.knowledge.actions.manifests import check_manifest
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.resources import Resource
from processors.pipelines.actions.cluster.access import enter, require_rights, resource_of
from processors.pipelines.actions.cluster.changes import MARK
from processors.pipelines.actions.cluster.changing import make_target
from processors.pipelines.actions.cluster.differences import compare_objects
from processors.pipelines.actions.cluster.racing import call_unless_changed
from processors.pipelines.actions.operation import Deed, Look, Operation, Seen
from processors.stores.actions import kubernetes as store
from processors.stores.actions.kubernetes import APPLY, Cluster, Object, Permission, path_of


def _read(deed: Deed) -> Object:
    """Return the object of the manifest, which the policy allows."""
    return check_manifest(deed.policy.manifests, deed.get("manifest"), deed.get("namespace"))


def _place(deed: Deed, manifest: Object) -> tuple[Resource, str, str]:
    return resource_of(deed, manifest["kind"]), deed.get("namespace"), manifest["metadata"]["name"]


def _may_apply(deed: Deed) -> str:
    place = _place(deed, _read(deed))
    return require_rights(deed, *(Permission(verb, *place) for verb in ("get", "patch", "create")))


def _find(cluster: Cluster, deed: Deed, manifest: Object) -> Object | None:
    try:
        return store.get_object(cluster, *_place(deed, manifest))
    except store.AnswerError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return None
        raise


def _apply(cluster: Cluster, deed: Deed, current: Object | None, *, dry_run: bool) -> Object:
    manifest = _read(deed)
    annotations = {**(manifest["metadata"].get("annotations") or {}), MARK: deed.request.key}
    meta: dict[str, Any] = {**manifest["metadata"], "annotations": annotations}
    if current:
        # What was made since it was looked at, or changed, isn't what was approved.
        meta |= {name: current["metadata"][name] for name in ("uid", "resourceVersion")}
    path, whole = path_of(*_place(deed, manifest)), {**manifest, "metadata": meta}
    return store.patch_object(cluster, path, whole, APPLY, dry_run=dry_run)


def _find_target(cluster: Cluster, deed: Deed, current: Object | None) -> Target:
    if current:
        return make_target(cluster, current)
    manifest = _read(deed)
    name, namespace = manifest["metadata"]["name"], deed.get("namespace")
    return Target(cluster=cluster.name, kind=manifest["kind"], namespace=namespace, name=name)


def _look(deed: Deed) -> Look:
    with enter(deed) as cluster:

        def try_it() -> Look:
            current = _find(cluster, deed, _read(deed))
            changed = _apply(cluster, deed, current, dry_run=True)
            return Look(_find_target(cluster, deed, current), compare_objects(current, changed))

        return call_unless_changed(try_it)


def _run(deed: Deed, look: Look | None) -> str:
    if look is None:
        raise ActionRefusedError("changed", what="the target")
    with enter(deed) as cluster:

        def try_it() -> Object:
            current = _find(cluster, deed, _read(deed))
            if _find_target(cluster, deed, current) != look.target:
                raise ActionRefusedError("changed", what="the target")
            return _apply(cluster, deed, current, dry_run=False)

        changed = call_unless_changed(try_it)
    return f"{changed['kind']} {changed['metadata']['name']} was applied:\n{look.dry_run}"


def _find_mark(deed: Deed, _target: Target) -> bool:
    with enter(deed) as cluster:
        found = _find(cluster, deed, _read(deed))
    return found is not None and found["metadata"].get("annotations", {}).get(MARK) == deed.request.key


def _verify(deed: Deed, target: Target) -> Seen:
    there = _find_mark(deed, target)
    name = f"{target.kind} {target.name}"
    return Seen(there, make_finding("applied" if there else "not_as_applied", name=name))


APPLY_MANIFEST: Final = Operation(_may_apply, _run, _look, _find_mark, _verify)
