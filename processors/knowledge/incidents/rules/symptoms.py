"""That something is wrong with an object, where nothing yet says why: the symptoms of states."""

from collections.abc import Iterator
from datetime import datetime

from processors.knowledge.incidents.finding import SYMPTOM, Finding
from processors.knowledge.incidents.health import (
    SETTLED,
    count,
    has_failed_lately,
    is_fine,
    list_pods,
    read_time,
)
from processors.knowledge.incidents.incident import Ref
from processors.knowledge.incidents.observation import seen_at
from processors.knowledge.incidents.world import World, walk_states


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


def _find_since(world: World, ref: Ref) -> datetime:
    """Return since when a workload lacks pods: since the first of its pods that isn't ready isn't so."""
    pods = [world.labels(pod) for pod in list_pods(world, ref)]
    times = (read_time(labels.get("unready_since", "")) for labels in pods if labels.get("ready") == "False")
    return min(filter(None, times), default=seen_at(world.states[ref]))
