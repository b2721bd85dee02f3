"""Reads along what happens in a Kubernetes cluster and hands it to Kafka as the API's own objects.

A position is one resource version per resource, so it stays small however large the cluster is. Which objects
were told of, which matters only when the API server has forgotten what was deleted meanwhile, is read back
from the live index and, as far as that isn't there yet, from the topic.
"""

import json
import time
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, Queue
from threading import Event
from typing import Any, Final, NamedTuple

import structlog

from processors.collectors.kubernetes_told import Known, list_known, name_object
from processors.kubernetes.chunks import LAST_KNOWN
from processors.kubernetes.pruning import prune_object
from processors.settings import Settings
from processors.stores import kafka, kubernetes
from processors.stores.kubernetes import Cluster, Object, PositionGoneError, RefusedError

log = structlog.get_logger(__name__)

ADDED: Final = "ADDED"
MODIFIED: Final = "MODIFIED"
DELETED: Final = "DELETED"
BOOKMARK: Final = "BOOKMARK"
_GATHER_S: Final = 0.2
_MOST_AT_ONCE: Final = 500
# A follower looks this often whether it is still wanted.
_ONE_WATCH_S: Final = 20.0
# In a position: the resources that the cluster refused at the last time.
_REFUSED: Final = "refused"


class Change(NamedTuple):
    """Something to send, or just a position that is reached; a position of None is not reached yet."""

    resource: str
    type: str
    object: Object | None
    position: str | None
    last_known: str = ""


def collect_kubernetes(settings: Settings, seconds: float) -> dict[str, int]:
    """Send what changed since the last time to `runlore.kubernetes`, then what changes in the next seconds.

    Objects go as they are, less what may hold secrets; the header `type` says `ADDED`, `MODIFIED` or
    `DELETED`. Messages and positions go in one transaction, so a collector that is killed goes on from the
    last one. An event that has reached its age in the cluster is not sent as deleted. A kind that the account
    may not read is left out, and named in the log once.

    Args:
        settings: Of the platform; `kubeconfig` names the cluster.
        seconds: How long to watch.

    Returns:
        Counts of sent objects and, among them, of deletions, and of kinds that the cluster refused.

    Raises:
        kubernetes.config.ConfigException: The kubeconfig is missing or wrong.
        kubernetes.client.exceptions.ApiException: The cluster answers with an error.
        RefusedError: The cluster lets nothing be read.
        urllib3.exceptions.HTTPError: The API server is unreachable.
    """
    cluster = kubernetes.open_cluster(settings.kubeconfig)
    collector = f"kubernetes-{cluster.uid}"
    position = kafka.read_collected(settings.kafka_bootstrap, collector) or {}
    follower = _Follower(settings, cluster, time.monotonic() + seconds, Event(), {})
    key = settings.mask_key_file.read_bytes().strip()
    sent = deleted = 0
    for batch in _follow_all(follower, position):
        messages = [_make_message(cluster, change, key) for change in batch if change.object is not None]
        position |= {change.resource: change.position for change in batch if change.position}
        kafka.send_collected(settings.kafka_bootstrap, collector, kafka.KUBERNETES, messages, position)
        sent += len(messages)
        deleted += sum(change.type == DELETED for change in batch)
    _name_refused(settings, collector, position, follower.refused)
    return {"sent": sent, "deleted": deleted, "refused": len(follower.refused)}


def _name_refused(
    settings: Settings, collector: str, position: dict[str, Any], refused: dict[str, RefusedError]
) -> None:
    """Log which kinds the cluster refuses, if they are not those of the last time."""
    if sorted(refused) == position.get(_REFUSED, []):
        return
    if refused:
        why = [str(refused[name]) for name in sorted(refused)]
        log.warning("kinds that the cluster doesn't let be read", why=why)
    position[_REFUSED] = sorted(refused)
    kafka.send_collected(settings.kafka_bootstrap, collector, kafka.KUBERNETES, [], position)


class _Follower(NamedTuple):
    """What the threads that follow a resource each have in common."""

    settings: Settings
    cluster: Cluster
    deadline: float
    stopped: Event
    refused: dict[str, RefusedError]


def _follow_all(follower: _Follower, position: dict[str, Any]) -> Iterator[list[Change]]:
    """Follow every resource in a thread of its own, and yield what comes within a moment of each other.

    Raises:
        Exception: What ended a thread, after the changes that came before it.
    """
    changes: Queue[Change] = Queue()

    def follow(resource: str, since: str | None) -> None:
        try:
            for change in follow_resource(follower, resource, since):
                changes.put(change)
        except RefusedError as error:
            follower.refused[resource] = error

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
    if len(follower.refused) == len(kubernetes.RESOURCES):
        raise next(iter(follower.refused.values()))


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

    Raises:
        RefusedError: The resource can't be read. Nothing of it is sent as deleted then.
    """
    reached = since if since is not None else (yield from _list_changes(follower, resource, None))
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
            reached = yield from _list_changes(follower, resource, reached)
        if time.monotonic() >= follower.deadline:
            return


def _list_changes(follower: _Follower, resource: str, since: str | None) -> Generator[Change, None, str]:
    """Yield what a list has that is newer than `since`, then what was told of and is not in the list.

    An object is known by its uid: what was made anew under an old name is another one.

    Returns:
        The resource version of the list, which only the last change carries as position: before it, a part of
        the list is missing.
    """
    present: set[str] = set()
    reached = ""
    for objects, version in kubernetes.list_objects(follower.cluster, resource):
        reached = version
        for object_ in objects:
            present.add(object_["metadata"]["uid"])
            if since is None or int(object_["metadata"]["resourceVersion"]) > int(since):
                yield Change(resource, ADDED if since is None else MODIFIED, object_, None)
    for known in _find_known(follower, resource):
        if known.object["metadata"]["uid"] not in present:
            yield Change(resource, DELETED, known.object, None, known.last_known)
    yield Change(resource, BOOKMARK, None, reached)
    return reached


def _find_known(follower: _Follower, resource: str) -> list[Known]:
    """Return the objects of a resource that were told of and are not told to be gone; events stay told."""
    if resource == "events":
        return []
    kind = kubernetes.RESOURCES[resource][1]
    return list_known(follower.settings, follower.cluster.name, follower.cluster.uid, kind)


def _make_message(cluster: Cluster, change: Change, key: bytes) -> tuple[str, bytes, dict[str, str]]:
    object_ = change.object or {}
    headers = {
        "source": "kubernetes",
        "type": change.type,
        "cluster": cluster.name,
        "cluster_uid": cluster.uid,
        **({LAST_KNOWN: change.last_known} if change.last_known else {}),
    }
    return name_object(object_), json.dumps(prune_object(object_, key)).encode(), headers
