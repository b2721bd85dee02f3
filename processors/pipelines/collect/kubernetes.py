"""Reads along what happens in a Kubernetes cluster and hands it to Kafka as the API's own objects.

A position is one resource version per resource, so it stays small however large the cluster is. Which objects
were told of, which matters only when the API server has forgotten what was deleted meanwhile, is read back
from the live index and, as far as that isn't there yet, from the topic.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from queue import Empty, Queue
from threading import Event
from typing import Any, Final

import structlog

from processors.knowledge import topics
from processors.knowledge.kubernetes.chunks import LAST_KNOWN
from processors.knowledge.kubernetes.pruning import prune_object
from processors.pipelines.collect.kubernetes_changes import DELETED, RETOLD, Change, Follower, follow_resource
from processors.pipelines.collect.kubernetes_known import name_object
from processors.settings import Settings
from processors.stores import kafka, kubernetes
from processors.stores.kubernetes import Cluster, RefusedError

log = structlog.get_logger(__name__)

_GATHER_S: Final = 0.2
_MOST_AT_ONCE: Final = 500
# In a position: the resources that the cluster refused at the last time, and when each was told again.
_REFUSED: Final = "refused"
_RETOLD: Final = "retold"


def collect_kubernetes(settings: Settings, seconds: float) -> dict[str, int]:
    """Send what changed since the last time to `runlore.kubernetes`, then what changes in the next seconds.

    Objects go as they are, less what may hold secrets; the header `type` says `ADDED`, `MODIFIED` or
    `DELETED`. Messages and positions go in one transaction, so a collector that is killed goes on from the
    last one. An event that has reached its age in the cluster is not sent as deleted. A kind that the account
    may not read is left out, and named in the log once. What waits or isn't as it should be is sent again
    every hour, and everything once a day.

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
    cluster = kubernetes.open_cluster(settings.kubernetes.kubeconfig)
    collector = f"kubernetes-{cluster.uid}"
    position = kafka.read_collected(settings.kafka, collector) or {}
    retold = position.setdefault(_RETOLD, {})
    follower = Follower(settings, cluster, time.monotonic() + seconds, Event(), {}, dict(retold))
    key = settings.redaction.key_file.read_bytes().strip()
    sent = deleted = 0
    for batch in _follow_all(follower, position):
        messages = [_make_message(cluster, change, key) for change in batch if change.object is not None]
        position |= {change.resource: change.position for change in batch if change.position}
        now = datetime.now(UTC).isoformat()
        retold |= {change.resource: now for change in batch if change.type == RETOLD}
        kafka.send_collected(settings.kafka, collector, topics.KUBERNETES, messages, position)
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
    kafka.send_collected(settings.kafka, collector, topics.KUBERNETES, [], position)


def _follow_all(follower: Follower, position: dict[str, Any]) -> Iterator[list[Change]]:
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


def _make_message(cluster: Cluster, change: Change, key: bytes) -> kafka.Message:
    object_ = change.object or {}
    headers = {
        "source": "kubernetes",
        "type": change.type,
        "cluster": cluster.name,
        "cluster_uid": cluster.uid,
        **({LAST_KNOWN: change.last_known} if change.last_known else {}),
    }
    return name_object(object_), json.dumps(prune_object(object_, key)).encode(), headers
