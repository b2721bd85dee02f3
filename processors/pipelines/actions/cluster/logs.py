"""The last lines of a pod's log, or of one pod of a workload, as `kubectl logs` gives them."""

from typing import Final

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.values import read_amount
from processors.pipelines.actions.cluster.access import enter, require_rights, resource_of
from processors.pipelines.actions.operation import Deed, Look, Operation
from processors.stores.actions import kubernetes as store
from processors.stores.actions.kubernetes import Cluster, Object, Permission

_MOST_BYTES: Final = 1_000_000


def _may_read(deed: Deed) -> str:
    pod, owner, place = resource_of(deed, "pod"), resource_of(deed), deed.get("namespace")
    if owner == pod:
        return require_rights(deed, Permission("get", pod, place, deed.get("name"), "log"))
    return require_rights(
        deed,
        Permission("get", owner, place, deed.get("name")),
        Permission("list", pod, place),
        Permission("get", pod, place, subresource="log"),
    )


def _read(deed: Deed, _look: Look | None) -> str:
    options: dict[str, str | int] = {"tailLines": deed.parameters["tail"], "limitBytes": _MOST_BYTES}
    if deed.get("container"):
        options["container"] = deed.get("container")
    if deed.get("since"):
        options["sinceSeconds"] = read_amount(deed.get("since"))
    if deed.get("previous"):
        options["previous"] = "true"
    with enter(deed) as cluster:
        pod, told = _choose_pod(cluster, deed)
        lines = store.read_pod_log(cluster, deed.get("namespace"), pod, **options)
    since = f" of the last {deed.get('since')}" if deed.get("since") else ""
    return f"{told}{lines or f'The log of pod {pod}{since} is empty.'}"


def _choose_pod(cluster: Cluster, deed: Deed) -> tuple[str, str]:
    """Return the pod whose log is meant, and what is said of it: of a workload, the newest that is ready.

    Raises:
        ActionRefusedError: The workload has no pod.
    """
    pod, owner, place, name = (
        resource_of(deed, "pod"),
        resource_of(deed),
        deed.get("namespace"),
        deed.get("name"),
    )
    if owner == pod:
        return name, ""
    selector = write_selector(store.get_object(cluster, owner, place, name)["spec"]["selector"])
    pods = store.list_objects(cluster, pod, place, labelSelector=selector)
    if not pods:
        raise ActionRefusedError("not_found", what=f"A pod of {owner.name} {name}")
    chosen = str(max(pods, key=_rank)["metadata"]["name"])
    return chosen, f"Pod {chosen}, of {len(pods)}:\n" if len(pods) > 1 else ""


def _rank(pod: Object) -> tuple[bool, str]:
    conditions = pod.get("status", {}).get("conditions", [])
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
    return ready, pod["metadata"]["creationTimestamp"]


def write_selector(selector: Object) -> str:
    """Return a workload's selector as a query takes it.

    Example:
        >>> write_selector({"matchLabels": {"app": "api"}, "matchExpressions": [
        ...     {"key": "tier", "operator": "NotIn", "values": ["db", "cache"]},
        ...     {"key": "canary", "operator": "DoesNotExist"}]})
        'app=api,tier notin (db,cache),!canary'
    """
    labels = [f"{key}={value}" for key, value in selector.get("matchLabels", {}).items()]
    return ",".join([*labels, *map(_write_expression, selector.get("matchExpressions", []))])


def _write_expression(expression: Object) -> str:
    key, operator = expression["key"], expression["operator"]
    if operator in ("In", "NotIn"):
        return f"{key} {operator.lower()} ({','.join(expression['values'])})"
    return key if operator == "Exists" else f"!{key}"


LOGS: Final = Operation(_may_read, _read)
