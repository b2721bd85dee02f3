"""What is no trouble and looks like it: stale events, old restarts, what is off on purpose, words in logs."""

from datetime import timedelta

from evaluation.benchmarks.diagnosis.cluster import (
    NOON,
    Cluster,
    Object,
    put,
    say,
    tell,
    walk,
    write_time,
)
from evaluation.benchmarks.diagnosis.town import Town, add_service, make_job_spec
from processors.knowledge import topics

_LINES = (
    ("info", "served 214 requests in the last minute"),
    ("warn", "slow query took 812 ms"),
    ("info", "cache refreshed, 0 errors"),
    ("warn", "retrying request, attempt 2"),
    ("error", "client closed connection before the response was sent"),
)


def add_old_noise(town: Town) -> None:
    """Add to a namespace what happened days ago and is as it should be."""
    cluster, namespace = town.cluster, town.namespace
    old = add_service(cluster, namespace, "legacy-sync")
    old["spec"]["replicas"] = 0
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "on-demand",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    put(cluster, "PersistentVolumeClaim", "scratch", namespace, spec=claim, status={"phase": "Pending"})
    spec = make_job_spec(cluster, "seed-data", tries=2)
    put(cluster, "Job", "seed-data", namespace, spec=spec, status={})


def add_old_lines(cluster: Cluster) -> None:
    """Let every pod have logged long ago what it logs on any day."""
    for pod in _list_talkers(cluster):
        for level, text in _LINES:
            say(cluster, pod, text, level)


def add_stale_events(town: Town) -> None:
    """Add events of a while ago about pods that are well, and about pods that are gone."""
    cluster = town.cluster
    pods = [pod for pod in walk(cluster, "Pod") if "nodeName" in pod["spec"]]
    for pod in cluster.chance.sample(pods, min(4, len(pods))):
        ago = NOON - timedelta(minutes=cluster.chance.uniform(16, 50))
        said = (
            'Readiness probe failed: Get "http://10.244.1.20:8080/healthz": context deadline exceeded '
            "(Client.Timeout exceeded while awaiting headers)"
        )
        tell(cluster, pod, "Unhealthy", said, times=2, at=ago)
    old = NOON - timedelta(minutes=40)
    pod = cluster.chance.choice([one for one in pods if one["metadata"]["namespace"] == town.namespace])
    meta = pod["metadata"]
    gone = {"kind": "Pod", "metadata": {**meta, "name": f"{meta['name'][:-5]}zzzzz", "uid": "gone-1"}}
    tell(cluster, gone, "FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu.", times=4, at=old)
    tell(cluster, gone, "BackOff", "Back-off restarting failed container", times=9, at=old)
    cluster.gone.append(gone)


def add_chatter(cluster: Cluster) -> None:
    """Add lines of logs and an alert that always fires, as on any day."""
    for pod in _list_talkers(cluster):
        for _ in range(cluster.chance.randint(0, 2)):
            level, text = cluster.chance.choice(_LINES)
            at = NOON - timedelta(minutes=cluster.chance.uniform(1, 40))
            say(cluster, pod, text, level, at)
    cluster.others.append((topics.METRICS, {"status": "success", "data": {"alerts": [_make_alert(cluster)]}}))


def _list_talkers(cluster: Cluster) -> list[Object]:
    return [pod for pod in walk(cluster, "Pod") if "app" in pod["metadata"]["labels"]]


def _make_alert(cluster: Cluster) -> Object:
    return {
        "labels": {"alertname": "Watchdog", "severity": "none"},
        "state": "firing",
        "activeAt": write_time(cluster.now - timedelta(days=9)),
        "annotations": {"summary": "This alert always fires."},
        "value": "1",
    }
