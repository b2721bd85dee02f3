"""What the played kubelets write: statuses of pods and nodes, events, and that they are alive."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Final

import httpx

from evaluation.benchmarks.diagnosis.cluster import (
    Key,
    Object,
    find,
    is_true,
    read_time,
    set_condition,
    walk,
)
from evaluation.benchmarks.diagnosis.kubelet import run_pods
from evaluation.benchmarks.diagnosis.kubelet_nodes import run_nodes
from evaluation.benchmarks.diagnosis.real.api import (
    MERGE,
    STRATEGIC,
    Api,
    RefusedError,
    create,
    name_path,
    patch,
    remove,
)
from evaluation.benchmarks.diagnosis.real.clock import OPENED, read_now, untell
from evaluation.benchmarks.diagnosis.real.mirror import Mirror, spread

_OF_POD: Final = (
    "phase", "reason", "message", "startTime", "podIP", "containerStatuses", "initContainerStatuses",
)  # fmt: skip
_CONDITIONS_OF_POD: Final = ("Initialized", "ContainersReady", "Ready")
_LEASES: Final = "kube-node-lease"
_BEAT_S: Final = 3.0


@dataclass
class Kubelets:
    """All kubelets of a cluster, and what they wrote last of each object."""

    mirror: Mirror
    written: dict[str, Any] = field(default_factory=dict)


def run_kubelets(kubelets: Kubelets) -> None:
    """Let all kubelets look at their pods once, and write what is new."""
    cluster = kubelets.mirror.cluster
    for node in walk(cluster, "Node"):
        if node["metadata"]["name"] not in cluster.silent and not is_true(node, "Ready"):
            set_condition(
                node, "Ready", "True", cluster.now, "KubeletReady", "kubelet is posting ready status"
            )
    run_nodes(cluster)
    run_pods(cluster)
    pods = [pod for pod in walk(cluster, "Pod") if _has_kubelet(kubelets, pod)]
    spread(lambda pod: _write_pod(kubelets, pod), pods)
    spread(lambda node: _write_node(kubelets, node), list(walk(cluster, "Node")))
    events = [one for one in cluster.events.values() if read_time(one["lastTimestamp"]) >= OPENED]
    spread(lambda event: _write_event(kubelets, event), events)


def _has_kubelet(kubelets: Kubelets, pod: Object) -> bool:
    cluster = kubelets.mirror.cluster
    name = pod["spec"].get("nodeName", "")
    return name not in cluster.silent and find(cluster, "Node", "", name) is not None


def _write_pod(kubelets: Kubelets, pod: Object) -> None:
    meta, status = pod["metadata"], pod["status"]
    path = name_path("Pod", meta["namespace"], meta["name"])
    if "deletionTimestamp" in meta:
        remove(kubelets.mirror.api, path, at_once=True)
        return
    wanted = {name: status[name] for name in _OF_POD if name in status}
    wanted["conditions"] = [one for one in status.get("conditions", ()) if one["type"] in _CONDITIONS_OF_POD]
    _write_status(kubelets, ("Pod", meta["namespace"], meta["name"]), meta["uid"], wanted)


def _write_node(kubelets: Kubelets, node: Object) -> None:
    meta, status = node["metadata"], node["status"]
    if meta["name"] in kubelets.mirror.cluster.silent:
        return
    wanted = {"allocatable": status["allocatable"], "conditions": status["conditions"]}
    _write_status(kubelets, ("Node", "", meta["name"]), meta["uid"], wanted)


def _write_status(kubelets: Kubelets, key: Key, uid: str, status: Object) -> None:
    """Write a status unless it is what was written last, and nobody has changed the object since."""
    mirror = kubelets.mirror
    wanted = untell(mirror.clock, {"status": status})
    if kubelets.written.get(uid) == (wanted, mirror.versions.get(key)):
        return
    try:
        now = patch(mirror.api, name_path(*key, "status"), wanted, STRATEGIC)
        kubelets.written[uid] = (wanted, now["metadata"]["resourceVersion"])
    except RefusedError as error:
        if ": 404 " not in str(error):
            mirror.refused.append(str(error))


def _write_event(kubelets: Kubelets, event: Object) -> None:
    meta, about = event["metadata"], event["involvedObject"]
    pod = find(kubelets.mirror.cluster, "Pod", about.get("namespace", ""), about["name"])
    host = about["name"] if about["kind"] == "Node" else (pod or {}).get("spec", {}).get("nodeName", "")
    mirror = kubelets.mirror
    told = untell(mirror.clock, {name: event[name] for name in ("count", "lastTimestamp")})
    before = kubelets.written.get(meta["uid"])
    kubelets.written[meta["uid"]] = told
    try:
        if before is None:
            names = {name: meta[name] for name in ("name", "namespace")}
            source = {"component": "kubelet", "host": host}
            create(mirror.api, {**untell(mirror.clock, event), "metadata": names, "source": source})
        elif before != told:
            patch(mirror.api, name_path("Event", meta["namespace"], meta["name"]), told, MERGE)
    except RefusedError as error:
        mirror.refused.append(str(error))


@contextmanager
def keep_alive(mirror: Mirror) -> Iterator[None]:
    """Say again and again that the kubelets live which aren't silent, while the context is open."""
    ended = Event()
    names = [node["metadata"]["name"] for node in walk(mirror.cluster, "Node")]
    for name in names:
        spec = {"holderIdentity": name, "leaseDurationSeconds": 40}
        create(mirror.api, {"kind": "Lease", "metadata": {"name": name, "namespace": _LEASES}, "spec": spec})

    def beat() -> None:
        while not ended.wait(_BEAT_S):
            for name in names:
                if name not in mirror.cluster.silent:
                    _renew(mirror.api, name)

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew(api: Api, name: str) -> None:
    body = {"spec": {"renewTime": f"{read_now():%Y-%m-%dT%H:%M:%S.%fZ}"}}
    with suppress(RefusedError, httpx.TransportError):
        patch(api, name_path("Lease", _LEASES, name), body, MERGE)
