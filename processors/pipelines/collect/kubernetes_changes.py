"""What changes of one resource of a cluster: listed where there is no other way, then watched."""

import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from threading import Event
from typing import Final, NamedTuple

from processors.knowledge.kubernetes.resync import choose_resynced
from processors.pipelines.collect.kubernetes_known import Known, list_known
from processors.settings import Settings
from processors.stores import kubernetes
from processors.stores.kubernetes import Cluster, Object, PositionGoneError, RefusedError

ADDED: Final = "ADDED"
MODIFIED: Final = "MODIFIED"
DELETED: Final = "DELETED"
BOOKMARK: Final = "BOOKMARK"
RETOLD: Final = "RETOLD"
# A follower looks this often whether it is still wanted.
_ONE_WATCH_S: Final = 20.0


class Change(NamedTuple):
    """Something to send, or just a position that is reached; a position of None is not reached yet.

    The type `RETOLD` says that a resource was told again, which is noted with the positions.
    """

    resource: str
    type: str
    object: Object | None
    position: str | None
    last_known: str = ""


class Follower(NamedTuple):
    """What the threads that follow a resource each have in common."""

    settings: Settings
    cluster: Cluster
    deadline: float
    stopped: Event
    refused: dict[str, RefusedError]
    retold: dict[str, str]


def follow_resource(follower: Follower, resource: str, since: str | None) -> Iterator[Change]:
    """Yield the changes of a resource until the deadline: listed where there is no other way, then watched.

    What changed since the position is read even if the deadline has passed.

    Args:
        follower: What to read, and for how long.
        resource: A key of `stores.kubernetes.RESOURCES`.
        since: Resource version up to which everything was sent; None: nothing was.

    Raises:
        RefusedError: The resource can't be read. Nothing of it is sent as deleted then.
    """
    if since is None:
        reached = yield from _list_changes(follower, resource, None)
    else:
        reached = since
        yield from _tell_again(follower, resource)
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


def _list_changes(follower: Follower, resource: str, since: str | None) -> Generator[Change, None, str]:
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
    if since is None:
        yield Change(resource, RETOLD, None, None)
    yield Change(resource, BOOKMARK, None, reached)
    return reached


def _tell_again(follower: Follower, resource: str) -> Iterator[Change]:
    """Yield what is to be told again. The position stays: what changed since it comes from the watch."""
    is_retold = choose_resynced(follower.retold.get(resource, ""), datetime.now(UTC))
    if is_retold is None or resource == "events":
        return
    for objects, _ in kubernetes.list_objects(follower.cluster, resource):
        for object_ in filter(is_retold, objects):
            yield Change(resource, ADDED, object_, None)
    yield Change(resource, RETOLD, None, None)


def _find_known(follower: Follower, resource: str) -> list[Known]:
    """Return the objects of a resource that were told of and are not told to be gone; events stay told."""
    if resource == "events":
        return []
    kind = kubernetes.RESOURCES[resource][1]
    return list_known(follower.settings, follower.cluster.name, follower.cluster.uid, kind)
