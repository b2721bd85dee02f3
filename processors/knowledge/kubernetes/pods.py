"""A pod's state in words: what a person would answer to "why did it restart?" and "why doesn't it start?"."""

from datetime import datetime, timedelta
from typing import Final

from processors.knowledge.fields import Object, take_count, take_object, take_text
from processors.knowledge.kubernetes.conditions import find_condition, say_conditions, say_reason
from processors.knowledge.kubernetes.containers import (
    Container,
    describe_container,
    find_end,
    find_last_end,
    has_failed,
    list_containers,
    say_end,
    say_end_time,
    waits_in_vain,
)
from processors.knowledge.kubernetes.facts import label_template
from processors.knowledge.kubernetes.names import find_owner
from processors.knowledge.kubernetes.specs import list_references
from processors.knowledge.kubernetes.words import (
    SETTLING,
    StateDescription,
    Verdict,
    list_moments,
    read_moments,
    say_moment,
    say_times,
)

_GOOD: Final = {"Ready": "True", "PodScheduled": "True", "DisruptionTarget": "False"}
# After this a restart that went well is history.
_FORGIVEN: Final = timedelta(days=1)


def describe_pod(pod: Object, now: datetime) -> StateDescription:
    """Return what is told of a pod's state."""
    phase = take_text(pod, "status", "phase") or "Unknown"
    containers = list_containers(pod)
    node = take_text(pod, "spec", "nodeName")
    owner = find_owner(pod)
    references = list_references(take_object(pod, "spec"))
    details = [
        f"Phase {phase}{f' on node {node}' if node else ', on no node yet'}.",
        *(describe_container(container, now) for container in containers),
        # Of a pod that has done its work it is no news that it isn't ready.
        *(say_conditions(pod, _GOOD, now) if phase != "Succeeded" else ()),
        *([f"It belongs to {owner[0]} {owner[1]}."] if owner else []),
        *([f"It uses {', '.join(references)}."] if references else []),
    ]
    labels = {
        "phase": phase,
        "restarts": str(_count_restarts(containers)),
        "node": node,
        **label_template(take_object(pod, "metadata"), take_object(pod, "spec")),
        **_label_trouble(pod, containers, now),
    }
    return StateDescription(
        _judge(pod, phase, containers, now), _list_moments(pod, containers, now), details, labels
    )


def _label_trouble(pod: Object, containers: list[Container], now: datetime) -> dict[str, str]:
    """Return in what its containers wait and how they ended, and the conditions that are not met."""
    status, ended = take_object(pod, "status"), find_last_end(containers, now)
    waiting = next(filter(waits_in_vain, containers), None)
    waits = take_object(waiting.status, "state", "waiting") if waiting else {}
    end = find_end(ended) if ended else {}
    unready, unscheduled = (find_condition(pod, name, "False") for name in ("Ready", "PodScheduled"))
    troubled = waiting or ended
    return {
        "ready": "False" if unready else "True" if find_condition(pod, "Ready", "True") else "",
        "unready_since": _write_time((unready or {}).get("lastTransitionTime"), now),
        "waiting": take_text(waits, "reason"),
        "waiting_message": take_text(waits, "message"),
        "ended": take_text(end, "reason") or ("Error" if has_failed(end) else ""),
        "exit_code": take_text(end, "exitCode"),
        "ended_message": take_text(end, "message"),
        "ended_at": _write_time(end.get("finishedAt"), now),
        "container": troubled.called if troubled else "",
        "container_image": take_text(troubled.spec, "image") if troubled else "",
        "unscheduled": say_reason(unscheduled) if unscheduled else "",
        "why": say_reason(status) if status.get("reason") or status.get("message") else "",
    }


def _write_time(time: object, now: datetime) -> str:
    return "".join(moment.isoformat() for moment in read_moments(now, time))


def _judge(pod: Object, phase: str, containers: list[Container], now: datetime) -> Verdict:
    """Return the first thing that a person would want to know."""
    if phase == "Failed":
        return _judge_failed(pod, containers, now)
    if phase == "Succeeded":
        return Verdict("has completed", "has completed", "info")
    is_ready = find_condition(pod, "Ready", "True") is not None
    stopped = _find_stopped_start(containers) if not is_ready else None
    if stopped:
        return _judge_start(stopped, phase, now)
    if _count_restarts(containers):
        return _judge_restarts(pod, phase, containers, now)
    if waiting := next(filter(waits_in_vain, containers), None):
        why = say_reason(take_object(waiting.status, "state", "waiting"))
        return Verdict(told := f"can't start: {waiting.called} waits in {why}", told, "error")
    ended = [c for c in containers if has_failed(take_object(c.status, "state", "terminated"))]
    if ended and phase == "Running":
        told = f"has a container that ended: {say_end(ended[0])}"
        return Verdict(f"{told}{say_end_time(ended[0], now)}", told, "error")
    if unscheduled := find_condition(pod, "PodScheduled", "False"):
        is_held = unscheduled.get("reason") == "SchedulingGated"
        told = f"can't be scheduled: {say_reason(unscheduled)}"
        return Verdict(told, told, "info" if is_held else "warning")
    if phase == "Pending":
        return _judge_pending(pod, containers, now)
    node = take_text(pod, "spec", "nodeName")
    place = f"runs on node {node}" if node else "runs"
    told = _say_present(pod, phase, None, containers).replace("runs", place, 1)
    return Verdict(told, told, "info" if is_ready else "warning")


def _judge_failed(pod: Object, containers: list[Container], now: datetime) -> Verdict:
    status, ended = take_object(pod, "status"), find_last_end(containers, now)
    if status.get("reason") or not ended:
        reason = say_reason(status)
        return Verdict(f"has failed: {reason}", f"has failed: {reason}", "error")
    reason = say_end(ended)
    return Verdict(f"has failed: {reason}{say_end_time(ended, now)}", f"has failed: {reason}", "error")


def _find_stopped_start(containers: list[Container]) -> Container | None:
    """Return the init container or sidecar that failed, and so keeps the others from starting."""
    for container in containers:
        if container.called.startswith(("init", "sidecar")):
            ended_badly = has_failed(take_object(container.status, "state", "terminated"))
            if ended_badly or (waits_in_vain(container) and find_end(container)):
                return container
    return None


def _judge_start(container: Container, phase: str, now: datetime) -> Verdict:
    waiting = take_object(container.status, "state", "waiting")
    restarts = take_count(container.status, "restartCount")
    # A sidecar may fail while the others run.
    begin = "has a container that doesn't run" if phase == "Running" else "can't start"
    told = f"{begin}: {say_end(container)}"
    often = f"; it was restarted {say_times(restarts)}" if restarts else ""
    waits = f"; it now waits in {say_reason(waiting)}" if waiting else ""
    return Verdict(f"{told}{say_end_time(container, now)}{often}{waits}", f"{told}{waits}", "error")


def _judge_restarts(pod: Object, phase: str, containers: list[Container], now: datetime) -> Verdict:
    ended = find_last_end(containers, now)
    why = say_end(ended) if ended else "no container says why"
    when = say_end_time(ended, now) if ended else ""
    waiting = next(filter(waits_in_vain, containers), None)
    present = _say_present(pod, phase, waiting, containers)
    often = say_times(_count_restarts(containers))
    ends = read_moments(now, find_end(ended).get("finishedAt")) if ended else []
    if ends and now - ends[0] > _FORGIVEN and find_condition(pod, "Ready", "True"):
        told = f"{present}; it was restarted {often}, the last time {why}{when}"
        return Verdict(told, f"{present}; it was restarted; {why}", "info")
    told = f"was restarted {often}; the last time {why}{when}; it now {present}"
    return Verdict(told, f"was restarted; {why}; it now {present}", "error" if waiting else "warning")


def _judge_pending(pod: Object, containers: list[Container], now: datetime) -> Verdict:
    """Return what keeps a pod from running: the first of its containers that is neither done nor ready."""
    began = read_moments(now, take_object(pod, "status").get("startTime"))
    first = next((c for c in containers if not c.status.get("ready") and not find_end(c)), None)
    if not began or now - began[0] < SETTLING or first is None:
        return Verdict("is starting", "is starting", "info")
    waiting = take_object(first.status, "state", "waiting")
    does = f"waits in {say_reason(waiting)}" if waiting else "still runs"
    told = f"doesn't get on with its start: {first.called} {does}"
    return Verdict(f"{told}, since {say_moment(began[0])}", told, "warning")


def _say_present(pod: Object, phase: str, waiting: Container | None, containers: list[Container]) -> str:
    if waiting:
        return f"waits in {take_text(waiting.status, 'state', 'waiting', 'reason')}"
    if phase != "Running":
        return f"is in phase {phase}"
    if find_condition(pod, "Ready", "True"):
        return "runs and is ready"
    return f"runs but is not ready{_say_unready(containers)}"


def _say_unready(containers: list[Container]) -> str:
    """Return which container runs and isn't ready, and by which probe that is seen."""
    for container in containers:
        runs = isinstance(take_object(container.status, "state").get("running"), dict)
        if runs and container.status.get("ready") is False:
            if container.status.get("started") is False and container.spec.get("startupProbe"):
                return f": {container.called} has not passed its startup probe"
            if container.spec.get("readinessProbe"):
                return f": {container.called} fails its readiness probe"
            return f": {container.called} is not ready"
    return ""


def _count_restarts(containers: list[Container]) -> int:
    return sum(take_count(container.status, "restartCount") for container in containers)


def _list_moments(pod: Object, containers: list[Container], now: datetime) -> list[datetime]:
    of_containers = [
        take_object(container.status, when, state).get(name)
        for container in containers
        for when in ("lastState", "state")
        for state in ("running", "terminated")
        for name in ("startedAt", "finishedAt")
    ]
    return list_moments(pod, now, take_object(pod, "status").get("startTime"), *of_containers)
