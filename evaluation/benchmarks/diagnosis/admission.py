"""Which pods the API server refuses, played: service accounts, quotas and limit ranges."""

from evaluation.benchmarks.diagnosis.cluster import Cluster, Object, find, walk
from evaluation.benchmarks.diagnosis.quantities import read_quantity, write_quantity


def refuse_pod(cluster: Cluster, pod: Object) -> str:
    """Return why a pod may not be made, or nothing if it may."""
    namespace = pod["metadata"]["namespace"]
    account = pod["spec"].get("serviceAccountName", "default")
    if account != "default" and not find(cluster, "ServiceAccount", namespace, account):
        return f'error looking up service account {namespace}/{account}: serviceaccount "{account}" not found'
    for limits in walk(cluster, "LimitRange", namespace):
        for limit in limits["spec"]["limits"]:
            for container in pod["spec"]["containers"]:
                asked = container.get("resources", {}).get("limits", {})
                for name, most in limit.get("max", {}).items():
                    if name in asked and read_quantity(asked[name]) > read_quantity(most):
                        return (
                            f"maximum {name} usage per {limit['type']} is {most}, but limit is {asked[name]}"
                        )
    for quota in walk(cluster, "ResourceQuota", namespace):
        hard, used, wants = quota["spec"]["hard"], _sum_pods(cluster, namespace), measure_pod(pod)
        if unsaid := _list_unsaid(pod, hard):
            return f"failed quota: {quota['metadata']['name']}: must specify {'; '.join(unsaid)}"
        over = [
            name
            for name in sorted(hard)
            if wants.get(name) and used.get(name, 0.0) + wants[name] > read_quantity(hard[name])
        ]
        if over:
            parts = (
                ("requested", wants),
                ("used", used),
            )
            said = [f"{word}: {_list_amounts(over, amounts)}" for word, amounts in parts]
            limited = ",".join(f"{name}={hard[name]}" for name in over)
            return f"exceeded quota: {quota['metadata']['name']}, {', '.join(said)}, limited: {limited}"
    return ""


def _list_unsaid(pod: Object, hard: dict[str, str]) -> list[str]:
    """Return what containers don't ask for though a quota limits it, with the containers."""
    containers = [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]
    lacking: dict[str, list[str]] = {}
    for limited in sorted(hard):
        what, _, name = limited.partition(".")
        for one in containers:
            if what in ("requests", "limits") and name not in one.get("resources", {}).get(what, {}):
                lacking.setdefault(limited, []).append(one["name"])
    return [f"{limited} for: {','.join(names)}" for limited, names in lacking.items()]


def _list_amounts(names: list[str], amounts: dict[str, float]) -> str:
    return ",".join(f"{name}={write_quantity(name, amounts.get(name, 0.0))}" for name in names)


def count_quotas(cluster: Cluster) -> None:
    """Write into each quota how much of it is used."""
    for quota in walk(cluster, "ResourceQuota"):
        used = _sum_pods(cluster, quota["metadata"]["namespace"])
        hard = quota["spec"]["hard"]
        quota["status"] = {
            "hard": hard,
            "used": {name: write_quantity(name, used.get(name, 0.0)) for name in hard},
        }


def measure_pod(pod: Object) -> dict[str, float]:
    """Return how much of what a quota limits a pod takes."""
    taken = {"pods": 1.0}
    for container in pod["spec"]["containers"]:
        for what, amounts in container.get("resources", {}).items():
            for name, amount in amounts.items():
                taken[f"{what}.{name}"] = taken.get(f"{what}.{name}", 0.0) + read_quantity(amount)
    return taken


def _sum_pods(cluster: Cluster, namespace: str) -> dict[str, float]:
    total: dict[str, float] = {}
    for pod in walk(cluster, "Pod", namespace):
        if pod["status"].get("phase") not in ("Failed", "Succeeded"):
            for name, amount in measure_pod(pod).items():
                total[name] = total.get(name, 0.0) + amount
    return total
