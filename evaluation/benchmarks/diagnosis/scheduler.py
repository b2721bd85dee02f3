"""Which node a pod gets, played in the words of the scheduler, and whom it takes the place from."""

from collections import Counter

from evaluation.benchmarks.diagnosis.admission import measure_pod
from evaluation.benchmarks.diagnosis.cluster import (
    Cluster,
    Object,
    delete,
    find,
    has_labels,
    set_condition,
    tell,
    walk,
)
from evaluation.benchmarks.diagnosis.quantities import read_quantity


def schedule(cluster: Cluster) -> None:
    """Give each waiting pod a node, or say why it gets none."""
    for pod in walk(cluster, "Pod"):
        if "nodeName" in pod["spec"] or pod["status"]["phase"] != "Pending":
            continue
        said, node = _choose(cluster, pod)
        if node:
            pod["spec"] = {**pod["spec"], "nodeName": node}
            set_condition(pod, "PodScheduled", "True", cluster.now)
        else:
            set_condition(pod, "PodScheduled", "False", cluster.now, "Unschedulable", said)
            tell(cluster, pod, "FailedScheduling", said)
            _preempt(cluster, pod)


def _choose(cluster: Cluster, pod: Object) -> tuple[str, str]:
    """Return why no node fits, or the name of one that does."""
    nodes = list(walk(cluster, "Node"))
    blocked = _check_claims(cluster, pod)
    if blocked:
        said = (
            f"0/{len(nodes)} nodes are available: {blocked}. preemption: 0/{len(nodes)} nodes are available"
        )
        return f"{said}: {len(nodes)} Preemption is not helpful for scheduling.", ""
    refusals: Counter[str] = Counter()
    fitting = []
    for node in nodes:
        why = _refuse(cluster, pod, node)
        if why:
            refusals[why] += 1
        else:
            fitting.append((sum(is_on(one, node) for one in walk(cluster, "Pod")), node["metadata"]["name"]))
    if fitting:
        return "", min(fitting)[1]
    said = ", ".join(f"{count} {why}" for why, count in sorted(refusals.items()))
    lacking = sum(count for why, count in refusals.items() if why.startswith("Insufficient"))
    helpless = len(nodes) - lacking
    tries = [f"{lacking} No preemption victims found for incoming pod"] if lacking else []
    tries += [f"{helpless} Preemption is not helpful for scheduling"] if helpless else []
    return (
        f"0/{len(nodes)} nodes are available: {said}. preemption: 0/{len(nodes)} nodes are available: "
        f"{', '.join(tries)}.",
        "",
    )


def _check_claims(cluster: Cluster, pod: Object) -> str:
    for volume in pod["spec"].get("volumes", ()):
        name = volume.get("persistentVolumeClaim", {}).get("claimName")
        if not name:
            continue
        claim = find(cluster, "PersistentVolumeClaim", pod["metadata"]["namespace"], name)
        if claim is None:
            return f'persistentvolumeclaim "{name}" not found'
        if claim["status"]["phase"] != "Bound":
            return "pod has unbound immediate PersistentVolumeClaims"
    return ""


def _refuse(cluster: Cluster, pod: Object, node: Object) -> str:
    spec = node["spec"]
    if spec.get("unschedulable"):
        return "node(s) were unschedulable"
    for taint in spec.get("taints", ()):
        tolerations = pod["spec"].get("tolerations", ())
        if taint["effect"] != "PreferNoSchedule" and all(
            one.get("key") not in (taint["key"], None) for one in tolerations
        ):
            return f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value', '')}}}"
    if not has_labels(node, pod["spec"].get("nodeSelector", {})):
        return "node(s) didn't match Pod's node affinity/selector"
    wants = measure_pod(pod)
    for name in ("cpu", "memory"):
        taken = sum_requests(cluster, node, name)
        if taken + wants.get(f"requests.{name}", 0.0) > read_quantity(node["status"]["allocatable"][name]):
            return f"Insufficient {name}"
    return ""


def sum_requests(cluster: Cluster, node: Object, name: str = "cpu") -> float:
    """Return how much of a resource the pods on a node ask for.

    Args:
        cluster: All of it; may be changed in place.
        node: That is looked at.
        name: Of the object.
    """
    pods = [pod for pod in walk(cluster, "Pod") if is_on(pod, node)]
    return sum(measure_pod(pod).get(f"requests.{name}", 0.0) for pod in pods)


def is_on(pod: Object, node: Object) -> bool:
    """Tell whether a pod that isn't done is on a node."""
    is_done = pod["status"].get("phase") in ("Failed", "Succeeded")
    return not is_done and pod["spec"].get("nodeName") == node["metadata"]["name"]


def _preempt(cluster: Cluster, pod: Object) -> None:
    """Let a pod take the place of others of lower priority, on the node where the fewest lose theirs."""
    priority, asked = _get_priority(pod), measure_pod(pod).get("requests.cpu", 0.0)
    choices = []
    for node in walk(cluster, "Node") if priority else ():
        if not _refuse(cluster, pod, node).startswith("Insufficient"):
            continue
        lacking = sum_requests(cluster, node) + asked - read_quantity(node["status"]["allocatable"]["cpu"])
        victims: list[Object] = []
        lower = [one for one in walk(cluster, "Pod") if is_on(one, node) and _get_priority(one) < priority]
        for one in sorted(lower, key=lambda pod: (_get_priority(pod), -_measure_cpu(pod))):
            if lacking > 0:
                victims.append(one)
                lacking -= _measure_cpu(one)
        if victims and lacking <= 0:
            highest = max(map(_get_priority, victims))
            choices.append((highest, len(victims), node["metadata"]["name"], victims))
    if choices:
        _, _, node_name, victims = min(choices, key=lambda one: one[:3])
        for one in victims:
            by = f"Preempted by pod {pod['metadata']['uid']} on node {node_name}"
            tell(cluster, one, "Preempted", by, calm=True)
            delete(cluster, "Pod", one["metadata"]["namespace"], one["metadata"]["name"])


def _get_priority(pod: Object) -> int:
    return int(pod["spec"].get("priority", 0))


def _measure_cpu(pod: Object) -> float:
    return measure_pod(pod).get("requests.cpu", 0.0)
