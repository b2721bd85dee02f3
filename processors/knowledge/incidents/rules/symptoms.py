"""That something is wrong with an object, where nothing yet says why: the symptoms of states."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from processors.knowledge.incidents.finding import SYMPTOM, Finding
from processors.knowledge.incidents.health import (
    SETTLED,
    count,
    has_failed_lately,
    is_fine,
    is_stale,
    list_pods,
    read_time,
)
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import began_at, say_predicate, seen_at
from processors.knowledge.incidents.standing import is_news
from processors.knowledge.incidents.world import WORKLOADS, World, walk_states

# Kinds of which no other rule reads the state.
_PLAIN: Final = ("Namespace", "PersistentVolume", "Service", "Ingress")
_OF_EVENTS: Final = {
    "Node": "node-not-ready", "PersistentVolumeClaim": "claim-pending", "HorizontalPodAutoscaler": "scaler",
}  # fmt: skip


def find_symptoms(world: World) -> Iterator[Finding]:
    """Yield workloads that lack pods, pods that aren't ready, and services without ready endpoints."""
    for ref, state in walk_states(world, "Deployment", "StatefulSet", "DaemonSet"):
        labels = state["labels"]
        desired, ready = count(labels, "desired"), count(labels, "ready")
        since = _find_since(world, ref)
        if desired and ready < desired and world.now - since >= SETTLED:
            says = f"{ready} of its {desired} replicas are ready"
            severity = "error" if not ready else "warning"
            yield Finding(ref, "unavailable", says, SYMPTOM, (state["chunk_id"],), since, severity)
        elif labels.get("stuck") and not is_fine(world, ref):
            says = f"its rollout doesn't get on: {labels['stuck']}"
            yield Finding(ref, "unavailable", says, SYMPTOM, (state["chunk_id"],), since)
    for ref, state in walk_states(world, "Pod"):
        labels = state["labels"]
        unready = read_time(labels.get("unready_since", ""))
        is_unready = labels.get("ready") == "False" and labels.get("phase") in ("Running", "Pending")
        if is_unready and unready and world.now - unready >= SETTLED:
            evidence, maker = (state["chunk_id"],), world.find_maker(ref)
            yield Finding(maker, "unready", "a pod of it is not ready", SYMPTOM, evidence, unready, "warning")
        if labels.get("ready") == "True" and has_failed_lately(world, ref):
            says = f"a pod of it was restarted, {labels.get('restarts', '1')} times so far"
            since = read_time(labels.get("ended_at", "")) or seen_at(state)
            maker = world.find_maker(ref)
            yield Finding(maker, "unready", says, SYMPTOM, (state["chunk_id"],), since, "warning")
    for ref, state in walk_states(world, "EndpointSlice"):
        name = state["labels"].get("of_service", "")
        service = ref._replace(kind="Service", name=name)
        if state["labels"].get("ready") == "0" and service in world.states:
            endpoints = count(state["labels"], "endpoints")
            says = "none of its endpoints is ready" if endpoints else "it has no endpoints"
            evidence = (state["chunk_id"],)
            yield Finding(service, "endpoints", says, 0.25, evidence, seen_at(state), alone=False)


def find_other_states(world: World) -> Iterator[Finding]:
    """Yield what is wrong with objects of which no rule knows more, and what can't be deleted."""
    for ref, state in world.states.items():
        if state["severity"] not in ("warning", "error"):
            continue
        said = say_predicate(state)
        if ref.kind in _PLAIN or said.startswith("is being deleted"):
            alone = is_news(world, ref) or state["severity"] == "error"
            evidence, since = (state["chunk_id"],), seen_at(state)
            yield Finding(ref, "state", f"it {said}", 0.4, evidence, since, state["severity"], alone=alone)


def find_other_events(world: World) -> Iterator[Finding]:
    """Yield what events say of objects whose state isn't known, and that aren't made of pods."""
    for about, events in world.events.items():
        for event in events:
            is_known = about in world.states or about.kind in ("Pod", *WORKLOADS)
            if is_known or event["severity"] not in ("warning", "error") or is_stale(world, event, about):
                continue
            labels = event["labels"]
            says = f"{labels.get('reason', '')}: {labels.get('message', '')}".rstrip(": .")
            rule = _OF_EVENTS.get(about.kind, "other")
            evidence = (event["chunk_id"],)
            yield Finding(about, rule, says, 0.6, evidence, began_at(event), event["severity"])


def _find_since(world: World, ref: Ref) -> datetime:
    """Return since when a workload lacks pods: since the first of its pods that isn't ready isn't so."""
    pods = [world.labels(pod) for pod in list_pods(world, ref)]
    times = (read_time(labels.get("unready_since", "")) for labels in pods if labels.get("ready") == "False")
    return min(filter(None, times), default=seen_at(world.states[ref]))
