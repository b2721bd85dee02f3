"""Reads along what happens in a Kubernetes cluster and hands it to Kafka as the API's own objects.

A position is one resource version per resource, so it stays small however large the cluster is. Which objects
there were, which matters only when the API server has forgotten what was deleted meanwhile, is read back from
the topic.
"""

import json
import time
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, Queue
from threading import Event
from typing import Any, Final, NamedTuple

from processors.positions import Positions
from processors.record import Record
from processors.settings import Settings
from processors.stores import kafka, kubernetes
from processors.stores.kubernetes import Cluster, Object, PositionGoneError

ADDED: Final = "ADDED"
MODIFIED: Final = "MODIFIED"
DELETED: Final = "DELETED"
BOOKMARK: Final = "BOOKMARK"
_GATHER_S: Final = 0.2
_MOST_AT_ONCE: Final = 500
_READ_BACK: Final = 5_000
# A follower looks this often whether it is still wanted.
_ONE_WATCH_S: Final = 20.0
# What a process is given and run with may hold passwords, and tells nothing of how it fares.
_DROPPED_OF_CONTAINER: Final = frozenset(
    {"command", "args", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"}
)
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


class Change(NamedTuple):
    """Something to send, or just a position that is reached; a position of None is not reached yet."""

    resource: str
    type: str
    object: Object | None
    position: str | None


def collect_kubernetes(settings: Settings, seconds: float) -> dict[str, int]:
    """Send what changed since the last time to `runlore.kubernetes`, then what changes in the next seconds.

    Objects go as they are, less what may hold secrets; the header `type` says `ADDED`, `MODIFIED` or
    `DELETED`. Messages and positions go in one transaction, so a collector that is killed goes on from the
    last one. An event that has reached its age in the cluster is not sent as deleted.

    Args:
        settings: Of the platform; `kubeconfig` names the cluster.
        seconds: How long to watch.

    Returns:
        Counts of sent objects and, among them, of deletions.

    Raises:
        kubernetes.config.ConfigException: The kubeconfig is missing or wrong.
        kubernetes.client.exceptions.ApiException: The cluster refuses to be read.
        urllib3.exceptions.HTTPError: The API server is unreachable.
    """
    cluster = kubernetes.open_cluster(settings.kubeconfig)
    collector = f"kubernetes-{cluster.uid}"
    position = kafka.read_collected(settings.kafka_bootstrap, collector) or {}
    follower = _Follower(settings, cluster, time.monotonic() + seconds, Event())
    sent = deleted = 0
    for batch in _follow_all(follower, position):
        messages = [_make_message(cluster, change) for change in batch if change.object is not None]
        position |= {change.resource: change.position for change in batch if change.position}
        kafka.send_collected(settings.kafka_bootstrap, collector, kafka.KUBERNETES, messages, position)
        sent += len(messages)
        deleted += sum(change.type == DELETED for change in batch)
    return {"sent": sent, "deleted": deleted}


class _Follower(NamedTuple):
    """What the threads that follow a resource each have in common."""

    settings: Settings
    cluster: Cluster
    deadline: float
    stopped: Event


def _follow_all(follower: _Follower, position: dict[str, Any]) -> Iterator[list[Change]]:
    """Follow every resource in a thread of its own, and yield what comes within a moment of each other.

    Raises:
        Exception: What ended a thread, after the changes that came before it.
    """
    changes: Queue[Change] = Queue()

    def follow(resource: str, since: str | None) -> None:
        for change in follow_resource(follower, resource, since):
            changes.put(change)

    pool = ThreadPoolExecutor(len(kubernetes.RESOURCES), thread_name_prefix="follow")
    try:
        threads = [pool.submit(follow, name, position.get(name)) for name in kubernetes.RESOURCES]
        open_threads: list[Future[None]] = threads
        while open_threads or not changes.empty():
            ended = [thread for thread in open_threads if thread.done()]
            if batch := _gather(changes):
                yield batch
            for thread in ended:
                thread.result()
            open_threads = [thread for thread in open_threads if thread not in ended]
    finally:
        follower.stopped.set()
        pool.shutdown(wait=False)


def _gather(changes: "Queue[Change]") -> list[Change]:
    """Return what comes within a moment; nothing, if nothing does."""
    batch: list[Change] = []
    until = time.monotonic() + _GATHER_S
    while len(batch) < _MOST_AT_ONCE:
        try:
            batch.append(changes.get(timeout=max(0.0, until - time.monotonic())))
        except Empty:
            break
    return batch


def follow_resource(follower: _Follower, resource: str, since: str | None) -> Iterator[Change]:
    """Yield the changes of a resource until the deadline: listed where there is no other way, then watched.

    What changed since the position is read even if the deadline has passed.

    Args:
        follower: What to read, and for how long.
        resource: A key of `stores.kubernetes.RESOURCES`.
        since: Resource version up to which everything was sent; None: nothing was.
    """
    reached = since if since is not None else (yield from _list_changes(follower.cluster, resource, None, {}))
    while not follower.stopped.is_set():
        seconds = min(_ONE_WATCH_S, follower.deadline - time.monotonic())
        try:
            for type_, object_ in kubernetes.watch_objects(follower.cluster, resource, reached, seconds):
                reached = object_["metadata"]["resourceVersion"]
                # An event that has reached its age goes from the cluster; that it happened stays true.
                told = type_ != BOOKMARK and not (resource == "events" and type_ == DELETED)
                yield Change(resource, type_, object_ if told else None, reached)
                if follower.stopped.is_set():
                    return
        except PositionGoneError:
            known = {} if resource == "events" else _read_living(follower, resource)
            reached = yield from _list_changes(follower.cluster, resource, reached, known)
        if time.monotonic() >= follower.deadline:
            return


def _list_changes(
    cluster: Cluster, resource: str, since: str | None, known: dict[str, Object]
) -> Generator[Change, None, str]:
    """Yield what a list has that is newer than `since`, then what is known and not in the list.

    Returns:
        The resource version of the list, which only the last change carries as position: before it, a part of
        the list is missing.
    """
    gone = dict(known)
    reached = ""
    for objects, version in kubernetes.list_objects(cluster, resource):
        reached = version
        for object_ in objects:
            gone.pop(name_object(object_), None)
            if since is None or int(object_["metadata"]["resourceVersion"]) > int(since):
                yield Change(resource, ADDED if since is None else MODIFIED, object_, None)
    for object_ in gone.values():
        yield Change(resource, DELETED, object_, None)
    yield Change(resource, BOOKMARK, None, reached)
    return reached


def _read_living(follower: _Follower, resource: str) -> dict[str, Object]:
    """Return the objects that the topic knows of and that it doesn't know as deleted, by name."""
    living: dict[str, str] = {}
    at: Positions = {}
    while True:
        records, _, at = kafka.drain(follower.settings.kafka_bootstrap, [kafka.KUBERNETES], at, _READ_BACK)
        if not records:
            return {name: json.loads(value) for name, value in living.items()}
        _fold_living(living, records, kubernetes.RESOURCES[resource][1], follower.cluster.uid)


def _fold_living(living: dict[str, str], records: list[Record], kind: str, cluster_uid: str) -> None:
    for record in records:
        headers = record["headers"]
        if headers.get("cluster_uid") != cluster_uid or not record["key"].startswith(f"{kind}/"):
            continue
        if headers["type"] == DELETED:
            living.pop(record["key"], None)
        else:
            living[record["key"]] = record["value"] or ""


def _make_message(cluster: Cluster, change: Change) -> tuple[str, bytes, dict[str, str]]:
    object_ = change.object or {}
    headers = {
        "source": "kubernetes",
        "type": change.type,
        "cluster": cluster.name,
        "cluster_uid": cluster.uid,
    }
    return name_object(object_), json.dumps(prune_object(object_)).encode(), headers


def name_object(object_: Object) -> str:
    """Return the key of an object's messages, which keeps them in one partition, in their order.

    Example:
        >>> name_object({"kind": "Node", "metadata": {"name": "n1", "uid": "6f"}})
        'Node//n1/6f'
    """
    meta = object_["metadata"]
    return "/".join((object_["kind"], meta.get("namespace", ""), meta["name"], meta["uid"]))


def prune_object(object_: Object) -> Object:
    """Return an object without what may hold secrets: values of the environment, commands, what was applied.

    Its bookkeeping of fields goes too.

    Example:
        >>> container = {"name": "c", "args": ["-p", "x"], "env": [{"name": "A", "value": "x"}]}
        >>> pod = {"metadata": {"name": "p"}, "spec": {"containers": [container]}}
        >>> prune_object(pod)["spec"]["containers"]
        [{'name': 'c', 'env': [{'name': 'A'}]}]
    """
    meta = {name: value for name, value in object_["metadata"].items() if name != "managedFields"}
    if "annotations" in meta:
        meta["annotations"] = {k: v for k, v in meta["annotations"].items() if k != _LAST_APPLIED}
    pruned = {**object_, "metadata": meta}
    spec = object_.get("spec", {})
    if "containers" in spec:
        pruned["spec"] = _prune_pod_spec(spec)
    elif "template" in spec:
        template = {
            "spec": _prune_pod_spec(spec["template"]["spec"]),
            "metadata": spec["template"].get("metadata"),
        }
        pruned["spec"] = {**spec, "template": template}
    return pruned


def _prune_pod_spec(spec: dict[str, Any]) -> dict[str, Any]:
    lists = ("initContainers", "containers", "ephemeralContainers")
    return {**spec, **{name: [_prune_container(c) for c in spec[name]] for name in lists if name in spec}}


def _prune_container(container: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in container.items() if name not in _DROPPED_OF_CONTAINER}
    if "env" in kept:
        kept["env"] = [{k: v for k, v in variable.items() if k != "value"} for variable in kept["env"]]
    return kept
