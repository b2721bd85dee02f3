"""A cluster in memory: its objects as the API gives them, a clock, and the events and records of a play.

Objects are changed by scripts as a person changes them; what controllers, scheduler and kubelet make of that
is played by the modules beside this one.
"""

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

Object = dict[str, Any]
Key = tuple[str, str, str]
"""Kind, namespace and name."""

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
LETTERS: Final = "bcdfghjklmnpqrstvwxz2456789"


class Ending(NamedTuple):
    """How a program ends by itself: exit code, and what it says before."""

    code: int
    lines: tuple[str, ...] = ()
    reason: str = "Error"
    message: str = ""


@dataclass
class App:
    """What a program does, which no object tells: its kubelet and its callers find out.

    Attributes:
        name: Of its workload and its service.
        namespace: Where it is.
        port: On which it listens.
        path: That answers probes; others get 404.
        starts_s: So long it takes until it listens.
        memory_mi: So much memory it takes.
        calls: Names of the services that it calls.
        ends: How its new containers end, if they do.
        init_ends: How its init container ends, if it fails.
    """

    name: str
    namespace: str
    port: int = 8080
    path: str = "/healthz"
    starts_s: int = 5
    memory_mi: int = 90
    calls: tuple[str, ...] = ()
    ends: Ending | None = None
    init_ends: Ending | None = None


@dataclass
class Cluster:
    """Everything of a play.

    Attributes:
        chance: Decides names, counts and times.
        now: What the clock shows.
        objects: What the API has.
        events: Those of the kubelet and, where they are played, of controllers; by what they say of what.
        gone: Objects as they were last, of those that aren't there any more.
        apps: What programs do, by namespace and name.
        images: Those that a registry has.
        private: Repositories that need a pull secret.
        started: When a pod's containers started, by its uid.
        programs: What a pod's containers do, as it was when they started.
        lines: Of logs.
        others: What else is told, by topic.
        silent: Names of nodes whose kubelet is stopped.
        full: Names of nodes whose disk is full.
        loads: Processors taken, in percent of what is asked for, by namespace and workload.
        unmeasured: Workloads of which the metrics API tells nothing, by namespace and name.
    """

    chance: random.Random
    now: datetime
    objects: dict[Key, Object] = field(default_factory=dict)
    events: dict[tuple[str, ...], Object] = field(default_factory=dict)
    gone: list[Object] = field(default_factory=list)
    apps: dict[tuple[str, str], App] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)
    private: set[str] = field(default_factory=set)
    started: dict[str, datetime] = field(default_factory=dict)
    programs: dict[str, App] = field(default_factory=dict)
    lines: list[Object] = field(default_factory=list)
    others: list[tuple[str, Object]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    full: set[str] = field(default_factory=set)
    loads: dict[tuple[str, str], int] = field(default_factory=dict)
    unmeasured: set[tuple[str, str]] = field(default_factory=set)


def write_time(at: datetime) -> str:
    """Return a time as the API writes it.

    Example:
        >>> write_time(NOON)
        '2026-11-21T12:00:00Z'
    """
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def read_time(text: str) -> datetime:
    """Return a time that the API wrote."""
    return datetime.fromisoformat(text)


def make_id(cluster: Cluster, length: int) -> str:
    """Return letters as Kubernetes ends names with."""
    return "".join(cluster.chance.choices(LETTERS, k=length))


def put(cluster: Cluster, kind: str, name: str, namespace: str = "", **parts: Any) -> Object:
    """Make an object, or replace it by another of the same name, and return it.

    Args:
        cluster: All of it; may be changed in place.
        kind: Such as `Pod`.
        name: Of the object.
        namespace: Where it is; of what is in none it is empty.
    """
    given = parts.pop("metadata", {})
    uid = f"{cluster.chance.getrandbits(32):08x}-{len(cluster.objects):04x}"
    meta = {"name": name, "uid": uid, "creationTimestamp": write_time(cluster.now), "generation": 1, **given}
    if namespace:
        meta["namespace"] = namespace
    object_: Object = {"kind": kind, "metadata": meta, **parts}
    cluster.objects[kind, namespace, name] = object_
    return object_


def find(cluster: Cluster, kind: str, namespace: str, name: str) -> Object | None:
    """Return an object, if it is there.

    Args:
        cluster: All of it; may be changed in place.
        kind: Such as `Pod`.
        namespace: Where it is; of what is in none it is empty.
        name: Of the object.
    """
    return cluster.objects.get((kind, namespace, name))


def edit(
    cluster: Cluster, kind: str, namespace: str, name: str, change: Callable[[Object], object]
) -> Object:
    """Change an object as a person does with an editor, and return it.

    Args:
        cluster: All of it; may be changed in place.
        kind: Such as `Pod`.
        namespace: Where it is; of what is in none it is empty.
        name: Of the object.
        change: Changes a copy in place.
    """
    object_ = copy.deepcopy(cluster.objects[kind, namespace, name])
    change(object_)
    meta = object_["metadata"]
    meta["generation"] = meta.get("generation", 1) + 1
    entry = {"manager": "kubectl-edit", "operation": "Update", "time": write_time(cluster.now)}
    meta["managedFields"] = [entry]
    cluster.objects[kind, namespace, name] = object_
    return object_


def delete(cluster: Cluster, kind: str, namespace: str, name: str) -> None:
    """Take an object away.

    Args:
        cluster: All of it; may be changed in place.
        kind: Such as `Pod`.
        namespace: Where it is; of what is in none it is empty.
        name: Of the object.
    """
    cluster.gone.append(cluster.objects.pop((kind, namespace, name)))


def walk(cluster: Cluster, kind: str, namespace: str | None = None) -> Iterator[Object]:
    """Yield the objects of a kind, in one namespace or in all.

    Args:
        cluster: All of it; may be changed in place.
        kind: Such as `Pod`.
        namespace: Where it is; of what is in none it is empty.
    """
    for (one, place, _), object_ in list(cluster.objects.items()):
        if one == kind and namespace in (None, place):
            yield object_


def walk_owned(cluster: Cluster, kind: str, owner: Object) -> Iterator[Object]:
    """Yield the objects of a kind that another one made.

    Args:
        cluster: All of it; may be changed in place.
        kind: Such as `Pod`.
        owner: What made others.
    """
    for one in walk(cluster, kind, owner["metadata"].get("namespace", "")):
        owners = one["metadata"].get("ownerReferences", ())
        if any(each["uid"] == owner["metadata"]["uid"] for each in owners):
            yield one


def own(owner: Object) -> list[Object]:
    """Return the reference of what an object made to that object."""
    meta = owner["metadata"]
    return [{"kind": owner["kind"], "name": meta["name"], "uid": meta["uid"], "controller": True}]


def tell(
    cluster: Cluster,
    about: Object,
    reason: str,
    message: str,
    *,
    calm: bool = False,
    times: int = 1,
    at: datetime | None = None,
) -> None:
    """Make an event, or count one up that says the same.

    Args:
        cluster: Where it happens.
        about: The object it is about.
        reason: One word.
        message: What is said.
        calm: Whether it is no warning.
        times: How often since the last time.
        at: When; now if left out.
    """
    meta, stamp = about["metadata"], write_time(at or cluster.now)
    key = (meta["uid"], reason, message)
    event = cluster.events.get(key)
    if event is None:
        named = {name: meta[name] for name in ("name", "namespace", "uid") if name in meta}
        event = {
            "kind": "Event",
            "metadata": {
                "name": f"{meta['name']}.{cluster.chance.getrandbits(60):x}",
                "namespace": meta.get("namespace", "default"),
                "uid": f"e-{cluster.chance.getrandbits(60):x}",
                "creationTimestamp": stamp,
            },
            "involvedObject": {"kind": about["kind"], **named},
            "reason": reason,
            "type": "Normal" if calm else "Warning",
            "message": message,
            "firstTimestamp": stamp,
            "count": 0,
        }
        cluster.events[key] = event
    event["count"] += times
    event["lastTimestamp"] = stamp


def say(cluster: Cluster, pod: Object, text: str, level: str = "error", at: datetime | None = None) -> None:
    """Let a pod write a line into its log.

    Args:
        cluster: All of it; may be changed in place.
        pod: The one that says it.
        text: Of the line.
        level: Such as `error`.
        at: When.
    """
    meta = pod["metadata"]
    cluster.lines.append(
        {
            "@timestamp": write_time(at or cluster.now),
            "message": text,
            "log": {"level": level},
            "service": {"name": meta["labels"].get("app", meta["name"])},
            "kubernetes": {"namespace": meta["namespace"], "pod": {"name": meta["name"]}},
        }
    )


def set_condition(
    object_: Object, type_: str, status: str, at: datetime, reason: str = "", message: str = ""
) -> None:
    """Write a condition; the time of its last change stays if its status does.

    Args:
        object_: Changed in place.
        type_: Of the condition.
        status: True, False or Unknown.
        at: When.
        reason: One word.
        message: What is said.
    """
    conditions = object_["status"].setdefault("conditions", [])
    old = next((one for one in conditions if one["type"] == type_), None)
    since = old["lastTransitionTime"] if old and old["status"] == status else write_time(at)
    new = {"type": type_, "status": status, "lastTransitionTime": since}
    new |= {name: value for name, value in (("reason", reason), ("message", message)) if value}
    object_["status"]["conditions"] = [*(one for one in conditions if one is not old), new]


def is_true(object_: Object, type_: str) -> bool:
    """Tell whether a condition is met."""
    conditions = object_.get("status", {}).get("conditions", ())
    return any(one["type"] == type_ and one["status"] == "True" for one in conditions)


def has_labels(object_: Object, wanted: dict[str, str]) -> bool:
    """Tell whether an object has labels; no labels are had by all."""
    labels: dict[str, str] = object_["metadata"].get("labels", {})
    return wanted.items() <= labels.items()


def get_age(cluster: Cluster, object_: Object) -> float:
    """Return for how many seconds an object has been there."""
    return (cluster.now - read_time(object_["metadata"]["creationTimestamp"])).total_seconds()


def minutes(count: float) -> timedelta:
    """Return a time of so many minutes."""
    return timedelta(minutes=count)


def list_containers(workload: Object) -> list[Object]:
    """Return the containers of a workload's pods."""
    containers: list[Object] = workload["spec"]["template"]["spec"]["containers"]
    return containers
