"""What programs say in their logs of each other: calls that are refused, get lost or find no name."""

from collections.abc import Iterator

from evaluation.benchmarks.diagnosis.cluster import (
    App,
    Cluster,
    Object,
    find,
    has_labels,
    is_true,
    say,
    walk,
)

_NAMESERVER = "10.96.0.10:53"


def call_all(cluster: Cluster) -> None:
    """Let every pod that runs call the services that it needs, and log what doesn't work."""
    has_names = any(
        is_true(pod, "Ready")
        for pod in walk(cluster, "Pod", "kube-system")
        if pod["metadata"]["labels"].get("k8s-app") == "kube-dns"
    )
    for app in cluster.apps.values():
        for pod in _list_ready(cluster, app):
            for host in app.calls:
                said = _call(cluster, app, pod, host, has_names=has_names)
                if said:
                    say(cluster, pod, f"request to {host} failed: {said}")


def _list_ready(cluster: Cluster, app: App) -> list[Object]:
    pods = walk(cluster, "Pod", app.namespace)
    return [pod for pod in pods if pod["metadata"]["labels"].get("app") == app.name and is_true(pod, "Ready")]


def _call(cluster: Cluster, app: App, pod: Object, host: str, *, has_names: bool) -> str:
    """Return how a call fails, or nothing."""
    name, _, rest = host.partition(":")
    port = int(rest or 80)
    if not has_names:
        return (
            f"dial tcp: lookup {name} on {_NAMESERVER}: read udp 10.244.1.9:41873->{_NAMESERVER}: i/o timeout"
        )
    service = find(cluster, "Service", app.namespace, name)
    if service is None:
        return f"dial tcp: lookup {name} on {_NAMESERVER}: no such host"
    address = f"{service['spec']['clusterIP']}:{port}"
    targets = [
        one
        for one in walk(cluster, "Pod", app.namespace)
        if has_labels(one, service["spec"]["selector"]) and is_true(one, "Ready")
    ]
    asked = next((one for one in service["spec"]["ports"] if one["port"] == port), None)
    if not targets or asked is None:
        return f"dial tcp {address}: connect: connection refused"
    other = cluster.apps[app.namespace, targets[0]["metadata"]["labels"]["app"]]
    if any(not _lets_in(policy, pod) for policy in _list_policies(cluster, targets[0])):
        return f"dial tcp {address}: i/o timeout"
    if asked["targetPort"] not in (other.port, "http"):
        return f"dial tcp {address}: connect: connection refused"
    return ""


def _list_policies(cluster: Cluster, pod: Object) -> Iterator[Object]:
    for policy in walk(cluster, "NetworkPolicy", pod["metadata"]["namespace"]):
        selector = policy["spec"]["podSelector"].get("matchLabels", {})
        if has_labels(pod, selector) and "Ingress" in policy["spec"].get("policyTypes", ("Ingress",)):
            yield policy


def _lets_in(policy: Object, caller: Object) -> bool:
    for rule in policy["spec"].get("ingress", ()):
        if "from" not in rule:
            return True
        for peer in rule["from"]:
            if has_labels(caller, peer.get("podSelector", {}).get("matchLabels", {})):
                return True
    return False
