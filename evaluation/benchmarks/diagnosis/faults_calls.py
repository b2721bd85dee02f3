"""Faults of who reaches whom: services, policies, ingresses, addresses and certificates; jobs and metrics."""

import math
from typing import Final

from evaluation.benchmarks.diagnosis.cluster import (
    NOON,
    App,
    Ending,
    Object,
    delete,
    edit,
    minutes,
    put,
    say,
    walk,
)
from evaluation.benchmarks.diagnosis.fault import Expected, change_container, expect, get_object
from evaluation.benchmarks.diagnosis.town import Town, make_job_spec
from processors.knowledge import topics


def service_selector(town: Town) -> Expected:
    """Let a service select labels that no pod has."""
    selector = {"app": f"{town.back}-v2"}
    edit(
        town.cluster, "Service", town.namespace, town.back, lambda one: one["spec"].update(selector=selector)
    )
    return expect(town, f"Service/{town.back}", "selector|selects|select")


def service_target_port(town: Town) -> Expected:
    """Let a service send to a port on which its pods don't listen."""

    def change(service: Object) -> None:
        service["spec"]["ports"] = [{**service["spec"]["ports"][0], "targetPort": 8181}]

    edit(town.cluster, "Service", town.namespace, town.middle, change)
    return expect(town, f"Service/{town.middle}", "8181|port")


def policy_denies_all(town: Town) -> Expected:
    """Close a namespace to all calls."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress"]}
    put(town.cluster, "NetworkPolicy", "default-deny", town.namespace, spec=spec)
    return expect(town, "NetworkPolicy/default-deny", "ingress|deny|denies|blocks|no |nothing")


def policy_wrong_selector(town: Town) -> Expected:
    """Let a policy name callers that there aren't."""
    name = f"{town.back}-from-{town.front}"
    peers = [{"podSelector": {"matchLabels": {"app": f"{town.front}-web"}}}]
    edit(
        town.cluster,
        "NetworkPolicy",
        town.namespace,
        name,
        lambda one: one["spec"].update(ingress=[{"from": peers}]),
    )
    return expect(town, f"NetworkPolicy/{name}", "select|match|lets|allow|from|block")


def ingress_to_missing_service(town: Town) -> Expected:
    """Let an ingress lead to a service that there isn't."""

    def change(ingress: Object) -> None:
        ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] = "storefront"

    edit(town.cluster, "Ingress", town.namespace, town.front, change)
    return expect(town, f"Ingress/{town.front}", "storefront")


def ingress_certificate_missing(town: Town) -> Expected:
    """Delete the secret of an ingress's certificate."""
    name = f"{town.namespace}-tls"
    delete(town.cluster, "Secret", town.namespace, name)
    return expect(town, f"Ingress/{town.front}", name, also=(f"Secret/{name}",))


def wrong_host(town: Town) -> Expected:
    """Mistype the address of a service that is called."""
    wrong = f"{town.back}-svc"
    app = town.cluster.apps[town.namespace, town.front]
    app.calls = tuple(wrong if host == town.back else host for host in app.calls)

    def change(container: Object) -> None:
        for one in container["env"]:
            if one["name"] == f"{town.back.upper()}_ADDR":
                one["value"] = f"{wrong}:80"

    change_container(town, town.front, change)
    return expect(town, f"Deployment/{town.front}", wrong)


def wrong_port_of_dependency(town: Town) -> Expected:
    """Call a service on a port that it doesn't have."""
    app = town.cluster.apps[town.namespace, town.front]
    app.calls = tuple(f"{host}:8443" if host == town.middle else host for host in app.calls)

    def change(container: Object) -> None:
        for one in container["env"]:
            if one["name"] == f"{town.middle.upper()}_ADDR":
                one["value"] = f"{town.middle}:8443"

    change_container(town, town.front, change)
    return expect(town, f"Deployment/{town.front}", "8443|port")


def certificate_expired(town: Town) -> Expected:
    """Let the certificate of a called service end."""
    cluster = town.cluster
    line = (
        f'request to {town.middle} failed: Get "https://{town.middle}/v1/items": tls: failed to verify '
        "certificate: x509: certificate has expired or is not yet valid: current time 2026-11-21T11:50:00Z "
        "is after 2026-11-21T11:46:12Z"
    )
    for pod in _list_pods(town, town.front):
        for minute in range(1, 9):
            say(cluster, pod, line, at=cluster.now + minutes(minute / 2))
    also = (f"Deployment/{town.middle}", f"Service/{town.middle}", f"Secret/{town.middle}-keys")
    return expect(town, f"Deployment/{town.front}", "expired", also=also)


def job_out_of_tries(town: Town) -> Expected:
    """Let a job fail as often as it may."""
    cluster, name = town.cluster, "import-prices"
    lines = ("cannot open /data/prices.csv: no such file or directory",)
    cluster.apps[town.namespace, name] = App(name, town.namespace, ends=Ending(1, lines))
    put(cluster, "Job", name, town.namespace, spec=make_job_spec(cluster, name, tries=2), status={})
    return expect(town, f"Job/{name}", "backoff|failed|limit|prices.csv")


def cron_job_failing(town: Town) -> Expected:
    """Let the jobs of a cron job fail."""
    cluster, name = town.cluster, "nightly-report"
    lines = ("report failed: bucket reports: access denied",)
    cluster.apps[town.namespace, name] = App(name, town.namespace, ends=Ending(1, lines))
    template = {"spec": make_job_spec(cluster, name, tries=0)}
    spec = {"schedule": "*/5 * * * *", "jobTemplate": template}
    put(cluster, "CronJob", name, town.namespace, spec=spec, status={})
    return expect(town, f"CronJob/{name}", "fail|backoff|denied")


def memory_leak(town: Town) -> Expected:
    """Let the memory of a pod grow within an hour, as metrics tell."""
    pod = _list_pods(town, town.middle)[0]
    calm = [90 + 3 * math.sin(place / 7) for place in range(660)]
    grown = [calm[-1] + 2.1 * place for place in range(1, 61)]
    _measure(town, pod, "container_memory_working_set_bytes", [value * 1e6 for value in (*calm, *grown)])
    return expect(town, f"Deployment/{town.middle}", "memory")


def cpu_saturation(town: Town) -> Expected:
    """Let a pod take all the processors that it may, as metrics tell."""
    pod = _list_pods(town, town.back)[0]
    calm = [0.11 + 0.02 * math.sin(place / 9) for place in range(705)]
    _measure(town, pod, "container_cpu_usage_cores", [*calm, *[0.5] * 15])
    return expect(town, f"Deployment/{town.back}", "cpu")


def _list_pods(town: Town, name: str) -> list[Object]:
    get_object(town, "Deployment", name)
    pods = walk(town.cluster, "Pod", town.namespace)
    return [pod for pod in pods if pod["metadata"]["labels"].get("app") == name]


def _measure(town: Town, pod: Object, metric: str, values: list[float]) -> None:
    """Add what Prometheus answers about a pod at noon: a point a minute."""
    end = NOON.timestamp()
    begin = end - 60 * (len(values) - 1)
    labels = {
        "__name__": metric,
        "namespace": town.namespace,
        "pod": pod["metadata"]["name"],
        "container": pod["spec"]["containers"][0]["name"],
    }
    points = [[begin + 60 * place, f"{value:.4f}"] for place, value in enumerate(values)]
    data = {"resultType": "matrix", "result": [{"metric": labels, "values": points}]}
    town.cluster.others.append((topics.METRICS, {"status": "success", "data": data}))


ACTS: Final = (
    service_selector,
    service_target_port,
    policy_denies_all,
    policy_wrong_selector,
    ingress_to_missing_service,
    ingress_certificate_missing,
    wrong_host,
    wrong_port_of_dependency,
    certificate_expired,
    job_out_of_tries,
    cron_job_failing,
    memory_leak,
    cpu_saturation,
)
