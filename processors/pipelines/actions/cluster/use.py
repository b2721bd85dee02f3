"""What pods and nodes use now, as `kubectl top` tells it: by the metrics API, which metrics-server brings."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

from kubernetes.utils.quantity import parse_quantity

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.resources import Resource
from processors.pipelines.actions.cluster.access import SYSTEM, enter, namespace_of, require_rights
from processors.pipelines.actions.cluster.tables import draw_table
from processors.pipelines.actions.operation import Deed, Look, Operation
from processors.stores.actions import kubernetes as store
from processors.stores.actions.kubernetes import Object, Permission

_PODS: Final = Resource("Pod", "metrics.k8s.io", "v1beta1")
_NODES: Final = Resource("Node", "metrics.k8s.io", "v1beta1", namespaced=False)
_MISSING: Final = {
    HTTPStatus.NOT_FOUND: "the cluster has no metrics API, which metrics-server brings",
    HTTPStatus.SERVICE_UNAVAILABLE: "its metrics API doesn't answer: look whether metrics-server runs",
}


class Use(NamedTuple):
    """What somebody uses: thousandths of a processor, and MiB."""

    cpu: int
    memory: int


def read_use(usage: Mapping[str, str]) -> Use:
    """Return the metrics API's figures in the units that kubectl prints; a part of one counts as one.

    Args:
        usage: As the API writes it, in whatever unit the kubelet measures.

    Example:
        >>> read_use({"cpu": "31560127n", "memory": "24716Ki"})
        Use(cpu=32, memory=25)
    """
    # This part of the client carries no types.
    cpu, memory = (parse_quantity(usage[name]) for name in ("cpu", "memory"))  # type: ignore[no-untyped-call]
    return Use(math.ceil(cpu * 1000), math.ceil(memory / 2**20))


def _may_list(deed: Deed, resource: Resource) -> str:
    return require_rights(deed, Permission("list", resource, namespace_of(deed, resource)))


def _list(deed: Deed, resource: Resource) -> list[Object]:
    """Return the figures of all, or of the one that was named.

    Raises:
        ActionRefusedError: Nothing serves them, or there are none yet.
    """
    namespace, name = namespace_of(deed, resource), deed.get("name")
    with enter(deed) as cluster:
        try:
            found = store.list_objects(cluster, resource, namespace)
        except store.AnswerError as error:
            if error.status not in _MISSING:
                raise
            missing = _MISSING[HTTPStatus(error.status)]
            raise ActionRefusedError("system_refused", system=SYSTEM, what=missing) from error
    if kept := [one for one in found if name in ("", one["metadata"]["name"])]:
        return kept
    whose = f"{resource.name} {name}" if name else f"any {resource.name}"
    place = f" in the namespace {namespace}" if namespace else ""
    what = f"A figure of {whose}{place} (the first one comes half a minute after a start)"
    raise ActionRefusedError("not_found", what=what)


def _sort(deed: Deed, rows: list[tuple[list[str], Use]]) -> list[tuple[list[str], Use]]:
    """Order by name, or the largest first."""
    by = deed.get("sort")
    return sorted(rows, key=lambda row: (-getattr(row[1], by) if by else 0, row[0]))


def _draw(heads: list[str], rows: list[tuple[list[str], Use]]) -> str:
    lines = [[*names, f"{use.cpu}m", f"{use.memory}Mi"] for names, use in rows]
    return draw_table([*heads, "CPU", "MEMORY"], lines)


def _top_pods(deed: Deed, _look: Look | None) -> str:
    rows = [
        (
            [pod["metadata"]["namespace"], pod["metadata"]["name"], container["name"]],
            read_use(container["usage"]),
        )
        for pod in _list(deed, _PODS)
        for container in pod.get("containers", [])
    ]
    heads = ["NAMESPACE", "POD", "CONTAINER"]
    first = 1 if deed.get("namespace") else 0
    return _draw(heads[first:], [(names[first:], use) for names, use in _sort(deed, rows)])


def _top_nodes(deed: Deed, _look: Look | None) -> str:
    rows = [([node["metadata"]["name"]], read_use(node["usage"])) for node in _list(deed, _NODES)]
    return _draw(["NODE"], _sort(deed, rows))


USE: Final[Mapping[str, Operation]] = {
    "top_pods": Operation(lambda deed: _may_list(deed, _PODS), _top_pods),
    "top_nodes": Operation(lambda deed: _may_list(deed, _NODES), _top_nodes),
}
