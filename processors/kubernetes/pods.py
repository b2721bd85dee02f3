"""A pod's state in words: what a person would answer to "why did it restart?" and "why doesn't it start?"."""

from datetime import datetime
from typing import Any, Final

from processors.kubernetes.words import (
    Object,
    Told,
    find_owner,
    read_moments,
    say_conditions,
    say_reason,
    say_times,
    say_when,
)

# A container that waits for these is on its way.
_ON_ITS_WAY: Final = frozenset({"ContainerCreating", "PodInitializing"})
_GOOD: Final = {"Ready": "True", "PodScheduled": "True", "DisruptionTarget": "False"}


def tell_pod(pod: Object) -> Told:
    """Return what is told of a pod's state."""
    status = pod.get("status") or {}
    containers: list[Object] = [
        *(status.get("initContainerStatuses") or []),
        *(status.get("containerStatuses") or []),
    ]
    conditions: list[Object] = status.get("conditions") or []
    predicate, gist, severity = _judge(pod, status, containers, conditions)
    node = (pod.get("spec") or {}).get("nodeName", "")
    owner = find_owner(pod)
    details = [
        f"Phase {status.get('phase', 'Unknown')}{f' on node {node}' if node else ', on no node yet'}.",
        *(_describe_container(pod, container) for container in containers),
        # Of a pod that has done its work it is no news that it isn't ready.
        *(say_conditions(conditions, _GOOD) if status.get("phase") != "Succeeded" else ()),
        *([f"It belongs to {owner[0]} {owner[1]}."] if owner else []),
    ]
    restarts = sum(container.get("restartCount", 0) for container in containers)
    labels = {"phase": str(status.get("phase", "Unknown")), "restarts": str(restarts), "node": node}
    return Told(predicate, gist, severity, _list_moments(pod, containers, conditions), details, labels)


def _judge(
    pod: Object, status: Object, containers: list[Object], conditions: list[Object]
) -> tuple[str, str, str]:
    """Return predicate, gist and severity: the first thing that a person would want to know."""
    phase = status.get("phase", "Unknown")
    ended = _find_last_end(containers)
    waiting = next((c for c in containers if _waits_in_vain(c)), None)
    restarts = sum(container.get("restartCount", 0) for container in containers)
    node = (pod.get("spec") or {}).get("nodeName", "")
    if phase == "Failed":
        reason = say_reason(status) if status.get("reason") else _say_end(ended) or "no reason is given"
        when = f" at {say_when(ended[1].get('finishedAt'))}" if ended and not status.get("reason") else ""
        return f"has failed: {reason}{when}", f"has failed: {reason}", "error"
    if restarts and phase != "Succeeded":
        why = _say_end(ended) or "no container says why"
        when = f" at {say_when(ended[1].get('finishedAt'))}" if ended else ""
        now = _say_present(phase, waiting, conditions)
        severity = "error" if waiting else "warning"
        told = f"was restarted {say_times(restarts)}; the last time {why}{when}; it now {now}"
        return told, f"was restarted; {why}; it now {now}", severity
    if waiting:
        why = say_reason(waiting["state"]["waiting"])
        return (told := f"can't start: container {waiting['name']} waits in {why}"), told, "error"
    if ended and ended[1].get("exitCode") and phase == "Running":
        told = f"has a container that ended: {_say_end(ended)}"
        return f"{told} at {say_when(ended[1].get('finishedAt'))}", told, "error"
    if pod["metadata"].get("deletionTimestamp"):
        return "is being deleted", "is being deleted", "info"
    unscheduled = next(
        (c for c in conditions if c["type"] == "PodScheduled" and c["status"] == "False"), None
    )
    if unscheduled:
        return (told := f"can't be scheduled: {say_reason(unscheduled)}"), told, "warning"
    if phase in ("Pending", "Succeeded"):
        return (told := "has completed" if phase == "Succeeded" else "is starting"), told, "info"
    told = _say_present(phase, None, conditions).replace(
        "runs", f"runs on node {node}" if node else "runs", 1
    )
    return told, told, "info" if _is_ready(conditions) else "warning"


def _say_present(phase: str, waiting: Object | None, conditions: list[Object]) -> str:
    if waiting:
        return f"waits in {waiting['state']['waiting']['reason']}"
    if phase != "Running":
        return f"is in phase {phase}"
    return "runs and is ready" if _is_ready(conditions) else "runs but is not ready"


def _is_ready(conditions: list[Object]) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def _waits_in_vain(container: Object) -> bool:
    waiting = (container.get("state") or {}).get("waiting")
    return bool(waiting and waiting.get("reason") and waiting["reason"] not in _ON_ITS_WAY)


def _find_last_end(containers: list[Object]) -> tuple[str, Object] | None:
    """Return name and end of the container that ended last, other than well."""
    ends = [
        (container["name"], state["terminated"])
        for container in containers
        for state in (container.get("lastState") or {}, container.get("state") or {})
        if "terminated" in state
    ]
    bad = [end for end in ends if end[1].get("exitCode") or end[1].get("signal")] or ends
    return max(bad, key=lambda end: end[1].get("finishedAt") or "", default=None)


def _say_end(end: tuple[str, Object] | None) -> str:
    if end is None:
        return ""
    name, terminated = end
    reason, signal = terminated.get("reason"), terminated.get("signal")
    code = f"exit code {terminated.get('exitCode')}{f', signal {signal}' if signal else ''}"
    said = "was OOMKilled" if reason == "OOMKilled" else f"ended with {reason}" if reason else "ended"
    return f"container {name} {said} ({code})"


def _describe_container(pod: Object, container: Object) -> str:
    spec = _find_spec(pod, container["name"])
    facts = [
        f"Container {container['name']} (image {container.get('image') or spec.get('image', 'unknown')}): "
        f"{'ready' if container.get('ready') else 'not ready'}",
        *_say_state(container.get("state") or {}),
        f"restarted {say_times(container['restartCount'])}" if container.get("restartCount") else "",
        *(f"before that {said}" for said in _say_state(container.get("lastState") or {})),
        *_say_resources(spec.get("resources") or {}),
    ]
    return f"{'; '.join(filter(None, facts))}."


def _find_spec(pod: Object, name: str) -> dict[str, Any]:
    spec = pod.get("spec") or {}
    containers: list[Object] = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    return next((container for container in containers if container["name"] == name), {})


def _say_state(state: Object) -> list[str]:
    if running := state.get("running"):
        return [f"runs since {say_when(running.get('startedAt'))}"]
    if waiting := state.get("waiting"):
        return [f"waits in {say_reason(waiting)}"]
    if ended := state.get("terminated"):
        signal = f", signal {ended['signal']}" if ended.get("signal") else ""
        code = f"(exit code {ended.get('exitCode')}{signal})"
        return [f"ended with {say_reason(ended)} {code} at {say_when(ended.get('finishedAt'))}"]
    return []


def _say_resources(resources: Object) -> list[str]:
    return [
        f"{name} {', '.join(f'{what} {amount}' for what, amount in sorted(resources[name].items()))}"
        for name in ("requests", "limits")
        if resources.get(name)
    ]


def _list_moments(pod: Object, containers: list[Object], conditions: list[Object]) -> list[datetime]:
    status, meta = pod.get("status") or {}, pod["metadata"]
    of_containers = [
        facts.get(name)
        for container in containers
        for state in (container.get("lastState") or {}, container.get("state") or {})
        for facts in state.values()
        for name in ("startedAt", "finishedAt")
    ]
    of_conditions = [condition.get("lastTransitionTime") for condition in conditions]
    return read_moments(
        meta.get("creationTimestamp"), status.get("startTime"), *of_containers, *of_conditions
    )
