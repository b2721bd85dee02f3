"""Earlier revisions of a workload: where a roll-back goes to, as `kubectl rollout undo` finds it."""

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.resources import Resource
from processors.pipelines.actions.cluster.access import resource_of
from processors.pipelines.actions.cluster.changes import REVISION, Patch, apply_revision, replace_template
from processors.pipelines.actions.operation import Deed
from processors.stores.actions import kubernetes as store
from processors.stores.actions.kubernetes import Object


def holder_of(deed: Deed) -> Resource:
    """Return the kind of objects that hold a workload's revisions."""
    if resource_of(deed).kind == "Deployment":
        return resource_of(deed, "replicaset")
    return Resource("ControllerRevision", "apps", "v1")


def undo(cluster: store.Cluster, deed: Deed, current: Object) -> Patch:
    """Return the patch to the revision that is asked for, or to the one before the present one.

    Args:
        cluster: As the proposer may use it.
        deed: With a revision or none.
        current: The workload.

    Raises:
        ActionRefusedError: There is no such revision.
    """
    held = store.list_objects(cluster, holder_of(deed), deed.get("namespace"))
    own = {
        _read_revision(each): each
        for each in held
        if any(
            owner.get("uid") == current["metadata"]["uid"]
            for owner in each["metadata"].get("ownerReferences", [])
        )
    }
    wanted = deed.parameters.get("revision")
    chosen = int(wanted) if wanted else max((number for number in own if number != max(own)), default=0)
    if chosen not in own:
        what = f"revision {chosen}" if wanted else "an earlier revision"
        raise ActionRefusedError("not_found", what=f"{what} of {deed.get('resource')} {deed.get('name')}")
    found = own[chosen]
    return apply_revision(found) if "data" in found else replace_template(found["spec"]["template"])


def _read_revision(held: Object) -> int:
    """Return the number of a replica set or controller revision."""
    told = held.get("revision") or held["metadata"].get("annotations", {}).get(REVISION, 0)
    return int(told)
