"""What is known of a cluster at a moment: the newest state of each object, and what else was seen of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import Observation, seen_at
from processors.knowledge.kubernetes.facts import CUT, read_facts, read_pairs
from processors.knowledge.kubernetes.names import guess_service

CURRENT: Final = timedelta(minutes=30)
"""So long an event, a log line or an anomaly speaks for what is so now."""

WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet")
"""Kinds that make pods; a replica set or a job comes last, as others may own it."""

_MAKERS: Final = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job")


class World(NamedTuple):
    """What is known at a moment.

    Attributes:
        now: The moment.
        states: The newest state of each object that is there.
        gone: Objects that were told to be deleted.
        events: What happened lately, by the object it happened to.
        others: What was seen besides: logs, metrics, alerts, runs.
        members: Pods, and replica sets and jobs, by what makes them.
        of_kind: Objects that are there, by cluster, namespace and kind.
        labelled: Pods and what makes them, by cluster, namespace and one of the pods' labels.
        serving: What makes pods, by cluster, namespace and service.
    """

    now: datetime
    states: dict[Ref, Observation]
    gone: frozenset[Ref]
    events: dict[Ref, list[Observation]]
    others: list[Observation]
    members: dict[Ref, list[Ref]]
    of_kind: dict[tuple[str, str, str], list[Ref]]
    labelled: dict[tuple[str, str, str], list[Ref]]
    serving: dict[tuple[str, str, str], list[Ref]]

    def labels(self, ref: Ref) -> dict[str, str]:
        """Return the labels of an object's state; of one that isn't known none."""
        state = self.states.get(ref)
        return state["labels"] if state else {}

    def list_kind(self, like: Ref, *kinds: str) -> list[Ref]:
        """Return the objects of some kinds in the namespace of an object."""
        return [one for kind in kinds for one in self.of_kind.get((like.cluster, like.namespace, kind), [])]

    def list_everywhere(self, kind: str) -> list[Ref]:
        """Return all objects of a kind."""
        return [ref for place, refs in self.of_kind.items() if place[2] == kind for ref in refs]

    def find_maker(self, ref: Ref) -> Ref:
        """Return what a person edits to change an object: the workload of a pod, else the object itself."""
        for _ in range(3):
            owner = self.labels(ref).get("owner", "")
            kind, _, name = owner.partition("/")
            if not name or kind not in (*WORKLOADS, "ReplicaSet"):
                break
            ref = ref._replace(kind=kind, name=name)
        if ref in self.states or ref.kind not in ("Pod", "ReplicaSet", "Job"):
            return ref
        return self._guess_maker(ref)

    def _guess_maker(self, ref: Ref) -> Ref:
        """Return the workload whose name a pod's begins with, if such is known, else as names are made."""
        stem = guess_service(ref.kind, ref.name)
        for kind in _MAKERS:
            maker = ref._replace(kind=kind, name=stem)
            if maker in self.states:
                return maker
        is_of_deployment = ref.kind == "ReplicaSet" or ref.name.count("-") >= stem.count("-") + 2
        if stem != ref.name and is_of_deployment and ref.kind != "Job":
            return ref._replace(kind="Deployment", name=stem)
        return ref


def build_world(observations: Iterable[Observation], now: datetime) -> World:
    """Return what is known at a moment, whatever the order of the observations.

    Args:
        observations: Chunks; of an object's states the newest counts.
        now: The moment; events and what else happened long before it are left out.
    """
    ordered = sorted(observations, key=lambda one: (one["observed_at"], one["chunk_id"]))
    newest = {_name_object(one): one for one in ordered if one["kind"] == "k8s_state"}
    states = {ref: one for ref, one in sorted(newest.items()) if one["labels"].get("deleted") != "True"}
    cluster = _find_only_cluster(states)
    events: dict[Ref, list[Observation]] = defaultdict(list)
    others = []
    for one in ordered:
        if one["kind"] == "k8s_state" or (now - seen_at(one) > CURRENT and one["kind"] in _MOMENTARY):
            continue
        placed: Observation = {**one, "cluster": one["cluster"] or cluster}
        if one["kind"] == "k8s_event":
            events[_name_subject(placed)].append(placed)
        else:
            others.append(placed)
    gone = frozenset(newest.keys() - states.keys())
    indices: list[dict[Any, list[Ref]]] = [defaultdict(list) for _ in range(4)]
    world = World(now, states, gone, dict(events), others, *indices)
    for ref in states:
        _index(world, ref)
    return world


def _index(world: World, ref: Ref) -> None:
    place = ref.cluster, ref.namespace
    state = world.states[ref]
    world.of_kind[*place, ref.kind].append(ref)
    maker = world.find_maker(ref)
    if maker != ref:
        world.members[maker].append(ref)
    if ref.kind != "Pod" and ref.kind not in WORKLOADS:
        return
    labels = state["labels"].get("pod_labels", "")
    for fact in [*read_facts(labels), *([CUT] if labels.endswith(CUT) else [])]:
        world.labelled[*place, fact].append(ref)
    for name in {maker.name, state["service"]} - {""}:
        if maker not in (named := world.serving[*place, name]):
            named.append(maker)


_MOMENTARY: Final = ("k8s_event", "log_pattern", "metric_window")


def _find_only_cluster(states: Iterable[Ref]) -> str:
    """Return the cluster that whatever names none is of, if there is only one."""
    clusters = {ref.cluster for ref in states}
    return clusters.pop() if len(clusters) == 1 else ""


def _name_object(state: Observation) -> Ref:
    cite = state["cite"]
    return Ref(state["cluster"], state["namespace"], str(cite.get("kind", "")), str(cite.get("name", "")))


def _name_subject(event: Observation) -> Ref:
    kind, _, name = event["labels"].get("object", "").partition("/")
    return Ref(event["cluster"], event["namespace"], kind, name)


def matches(selector: str, labels: str) -> bool:
    """Tell whether a selector, as it is kept, selects pods with some labels; an empty one selects none.

    Example:
        >>> matches("app=shop", "app=shop,tier=web"), matches("app=shop", "app=pay"), matches("", "app=pay")
        (True, False, False)
    """
    wanted, has = read_pairs(selector), read_pairs(labels)
    is_cut = labels.endswith(CUT)
    return bool(wanted) and all(
        has.get(name, value if is_cut else None) == value for name, value in wanted.items()
    )


def list_selected(world: World, by: Ref, selector: str) -> list[Ref]:
    """Return the pods, and what makes pods, that a selector selects.

    Args:
        world: All that is known.
        by: Whose selector it is; others of its namespace are selected.
        selector: As it is kept.
    """
    wanted = read_facts(selector)
    if not wanted:
        return []
    place = by.cluster, by.namespace
    found = [
        *world.labelled.get((*place, wanted[0]), []),
        *world.labelled.get((*place, CUT), []),
    ]
    return [ref for ref in dict.fromkeys(found) if matches(selector, world.labels(ref).get("pod_labels", ""))]


def list_makers(world: World, by: Ref, selector: str) -> list[Ref]:
    """Return the workloads, and pods that nothing makes, whose pods a selector selects.

    Args:
        world: All that is known.
        by: Whose selector it is.
        selector: As it is kept.
    """
    return list(dict.fromkeys(world.find_maker(ref) for ref in list_selected(world, by, selector)))


def find_serving(world: World, seen: Observation) -> Ref:
    """Return what makes the pods of the service that something was seen of, or the service's bare name."""
    name, namespace = seen["service"], seen["namespace"]
    places = [(seen["cluster"], namespace, name)] if namespace else []
    if not namespace:
        places = sorted(place for place in world.serving if place[2] == name)
    found = [maker for place in places for maker in world.serving.get(place, [])]
    own = [maker for maker in found if maker.name == name]
    if own or found:
        return min(own or found, key=lambda maker: (_rank_kind(maker.kind), maker))
    return Ref(seen["cluster"], namespace, "service", name)


def _rank_kind(kind: str) -> int:
    return WORKLOADS.index(kind) if kind in WORKLOADS else len(WORKLOADS)


def walk_states(world: World, *kinds: str) -> Iterator[tuple[Ref, Observation]]:
    """Yield the objects of some kinds with their states."""
    for (_, _, kind), refs in world.of_kind.items():
        if kind in kinds:
            yield from ((ref, world.states[ref]) for ref in refs)
