"""The states of what keeps pods running, in words: deployments, stateful, daemon and replica sets."""

from datetime import datetime
from typing import Final

from processors.knowledge.fields import Object, take_count, take_labels, take_object, take_objects, take_text
from processors.knowledge.kubernetes.conditions import find_condition, say_conditions, say_reason
from processors.knowledge.kubernetes.facts import label_template, write_pairs
from processors.knowledge.kubernetes.specs import describe_template
from processors.knowledge.kubernetes.words import (
    StateDescription,
    Verdict,
    is_new,
    list_moments,
    say_labels,
    say_names,
)

_REVISION: Final = "deployment.kubernetes.io/revision"
_CHANGE_CAUSE: Final = "kubernetes.io/change-cause"
_GOOD: Final = {"Available": "True", "Progressing": "True", "ReplicaFailure": "False"}


def describe_deployment(deployment: Object, now: datetime) -> StateDescription:
    """Return what is told of a deployment's state."""
    desired = take_count(deployment, "spec", "replicas", default=1)
    status = take_object(deployment, "status")
    counts = {name: take_count(status, f"{name}Replicas") for name in _COUNTED}
    stuck = find_condition(deployment, "Progressing", "False") or _find_refusal(deployment)
    verdict = _judge_replicas(
        deployment, desired, counts["ready"], now, stuck=stuck, unavailable=counts["unavailable"]
    ) or _judge_rollout(desired, counts["updated"], "replicas")
    if verdict.severity == "info" and take_object(deployment, "spec").get("paused") is True:
        verdict = Verdict(f"is paused: {verdict.predicate}", f"is paused: {verdict.gist}", "info")
    figures = ", ".join(f"{name} {count}" for name, count in counts.items())
    return _tell(deployment, now, verdict, desired, counts["ready"], [f"Desired {desired}, {figures}."])


_COUNTED: Final = ("updated", "ready", "available", "unavailable")


def describe_stateful_set(stateful: Object, now: datetime) -> StateDescription:
    """Return what is told of a stateful set's state."""
    desired = take_count(stateful, "spec", "replicas", default=1)
    status = take_object(stateful, "status")
    ready = take_count(status, "readyReplicas")
    verdict = _judge_replicas(stateful, desired, ready, now)
    if verdict is None:
        is_updated = take_text(status, "updateRevision") == take_text(status, "currentRevision")
        updated = desired if is_updated else take_count(status, "updatedReplicas")
        verdict = _judge_rollout(desired, updated, "replicas")
    templates = take_objects(stateful, "spec", "volumeClaimTemplates")
    claims = say_names(take_text(claim, "metadata", "name") for claim in templates)
    details = [
        f"Desired {desired}, created {take_count(status, 'replicas')}, ready {ready}.",
        *([f"Each of its pods has volume claims: {claims}."] if claims else []),
    ]
    return _tell(stateful, now, verdict, desired, ready, details)


def describe_daemon_set(daemon: Object, now: datetime) -> StateDescription:
    """Return what is told of a daemon set's state."""
    status = take_object(daemon, "status")
    desired, ready = take_count(status, "desiredNumberScheduled"), take_count(status, "numberReady")
    unavailable, misplaced = take_count(status, "numberUnavailable"), take_count(status, "numberMisscheduled")
    updated = take_count(status, "updatedNumberScheduled", default=desired)
    if not desired:
        verdict = Verdict("is wanted on no node", "is wanted on no node", "info")
    else:
        verdict = _judge_replicas(
            daemon, desired, ready, now, unavailable=unavailable, what="pods"
        ) or _judge_rollout(desired, updated, "pods")
    details = [
        f"Wanted on {desired} nodes, ready {ready}, updated {updated}, unavailable {unavailable}.",
        *([f"On {misplaced} nodes it runs although it shouldn't."] if misplaced else []),
    ]
    return _tell(daemon, now, verdict, desired, ready, details)


def describe_replica_set(replica_set: Object, now: datetime) -> StateDescription:
    """Return what is told of a replica set's state."""
    desired = take_count(replica_set, "spec", "replicas", default=1)
    ready = take_count(replica_set, "status", "readyReplicas")
    verdict = _judge_replicas(
        replica_set, desired, ready, now, stuck=_find_refusal(replica_set)
    ) or _judge_rollout(desired, desired, "replicas")
    return _tell(replica_set, now, verdict, desired, ready, [f"Desired {desired}, ready {ready}."])


def _find_refusal(workload: Object) -> Object | None:
    """Return the condition that says that no pod can be made, as when a quota is used up."""
    return find_condition(workload, "ReplicaFailure", "True")


def _judge_replicas(
    workload: Object,
    desired: int,
    ready: int,
    now: datetime,
    *,
    stuck: Object | None = None,
    unavailable: int = 0,
    what: str = "replicas",
) -> Verdict | None:
    """Return what is wrong with the number of pods, or that there are to be none; else nothing."""
    figures = f"{ready} of {desired} {what} are ready"
    if stuck:
        begin = (
            "can't make its pods"
            if stuck.get("type") == "ReplicaFailure"
            else "doesn't get on with its rollout"
        )
        told = f"{begin}: {say_reason(stuck)}"
        return Verdict(f"{told}; {figures}", told, "error")
    if not desired:
        return Verdict("is scaled to zero", "is scaled to zero", "info")
    if not ready and not is_new(workload, now):
        gist = f"has no {what.removesuffix('s')} that is ready"
        return Verdict(f"{gist}: {figures}", gist, "error")
    if unavailable or ready < desired:
        gist = f"has {what} that are not available"
        return Verdict(f"{gist}: {figures}", gist, "warning")
    return None


def _judge_rollout(desired: int, updated: int, what: str) -> Verdict:
    if updated < desired:
        gist = "is being rolled out"
        return Verdict(f"{gist}: {updated} of {desired} {what} are updated", gist, "info")
    return Verdict(f"is available: {desired} of {desired} {what} are ready", "is available", "info")


def _tell(
    workload: Object, now: datetime, verdict: Verdict, desired: int, ready: int, details: list[str]
) -> StateDescription:
    pod_spec = take_object(workload, "spec", "template", "spec")
    selector = take_labels(workload, "spec", "selector", "matchLabels")
    told = [
        *details,
        *say_conditions(workload, _GOOD, now),
        *describe_template(pod_spec),
        *([f"It selects pods with {say_labels(selector)}."] if selector else []),
    ]
    labels = {
        "desired": str(desired),
        "ready": str(ready),
        "unavailable": str(take_count(workload, "status", "unavailableReplicas") or ""),
        "selector": write_pairs(selector),
        "paused": "True" if take_object(workload, "spec").get("paused") is True else "",
        "revision": take_labels(workload, "metadata", "annotations").get(_REVISION, ""),
        "change_cause": take_labels(workload, "metadata", "annotations").get(_CHANGE_CAUSE, ""),
        "refused": take_text(_find_refusal(workload), "message"),
        "stuck": say_reason(stuck) if (stuck := find_condition(workload, "Progressing", "False")) else "",
        **label_template(take_object(workload, "spec", "template", "metadata"), pod_spec),
    }
    return StateDescription(verdict, list_moments(workload, now), told, labels)
