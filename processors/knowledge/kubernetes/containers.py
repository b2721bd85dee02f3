"""A container in words: what it does and how it ended."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from processors.knowledge.fields import Object, take_count, take_object, take_objects, take_text
from processors.knowledge.kubernetes.conditions import say_reason
from processors.knowledge.kubernetes.specs import say_environment, say_probes, say_resources
from processors.knowledge.kubernetes.words import read_moments, say_times, say_when

# A container that waits for these is on its way.
_ON_ITS_WAY: Final = frozenset({"ContainerCreating", "PodInitializing"})


class Container(NamedTuple):
    """A container of a pod: its name, what it is called in a sentence, its state and what was asked for."""

    name: str
    called: str
    status: Object
    spec: Object


def list_containers(pod: Object) -> list[Container]:
    """Return a pod's containers that report their state, those first that must end or run before others."""
    return [
        Container(name, f"{_say_role(place, spec)} {name}", status, spec)
        for place in ("init", "", "ephemeral")
        for status in take_objects(pod, "status", _join(place, "containerStatuses"))
        if (name := take_text(status, "name"))
        for spec in [_find_spec(pod, place, name)]
    ]


def _join(place: str, name: str) -> str:
    return f"{place}{name[0].upper()}{name[1:]}" if place else name


def _find_spec(pod: Object, place: str, name: str) -> Object:
    specs = take_objects(pod, "spec", _join(place, "containers"))
    return next((spec for spec in specs if spec.get("name") == name), {})


def _say_role(place: str, spec: Object) -> str:
    # An init container that is always restarted runs beside the others: a sidecar.
    is_sidecar = place == "init" and spec.get("restartPolicy") == "Always"
    return "sidecar container" if is_sidecar else f"{place} container".strip()


def find_end(container: Container) -> Object:
    """Return how a container ended last, if it did: now, or before it was restarted."""
    now, before = (take_object(container.status, state, "terminated") for state in ("state", "lastState"))
    return now or before


def has_failed(end: Object) -> bool:
    """Tell whether a container ended otherwise than well."""
    return bool(take_count(end, "exitCode") or take_count(end, "signal") or end.get("reason") == "OOMKilled")


def waits_in_vain(container: Container) -> bool:
    """Tell whether a container waits for something that doesn't come by itself."""
    reason = take_text(container.status, "state", "waiting", "reason")
    return bool(reason) and reason not in _ON_ITS_WAY


def find_last_end(containers: Iterable[Container], now: datetime) -> Container | None:
    """Return the container that ended last, other than well if one did."""
    ended = [container for container in containers if find_end(container)]
    failed = [container for container in ended if has_failed(find_end(container))]
    never = datetime.min.replace(tzinfo=UTC)

    def when(container: Container) -> datetime:
        return max(read_moments(now, find_end(container).get("finishedAt")), default=never)

    return max(failed or ended, key=when, default=None)


def say_end(container: Container) -> str:
    """Return how a container ended last, without the time."""
    end = find_end(container)
    reason = take_text(end, "reason")
    said = "was OOMKilled" if reason == "OOMKilled" else f"ended with {reason}" if reason else "ended"
    return f"{container.called} {said} ({_say_code(end)})"


def say_end_time(container: Container, now: datetime) -> str:
    """Return when a container ended last, with a blank before it."""
    return say_when(find_end(container).get("finishedAt"), now)


def describe_container(container: Container, now: datetime) -> str:
    """Return a sentence with all that is told of a container."""
    status, spec = container.status, container.spec
    image = take_text(status, "image") or take_text(spec, "image") or "unknown"
    restarts = take_count(status, "restartCount")
    facts = [
        f"{container.called.capitalize()} (image {image}): {'' if status.get('ready') else 'not '}ready",
        _say_state(take_object(status, "state"), now),
        f"restarted {say_times(restarts)}" if restarts else "",
        *(f"before that {said}" for said in [_say_state(take_object(status, "lastState"), now)] if said),
        *say_resources(spec),
        *say_probes(spec),
        *say_environment(spec),
    ]
    return f"{'; '.join(filter(None, facts))}."


def _say_state(state: Object, now: datetime) -> str:
    if isinstance(running := state.get("running"), dict):
        return f"runs{say_when(running.get('startedAt'), now, 'since')}"
    if waiting := take_object(state, "waiting"):
        return f"waits in {say_reason(waiting)}"
    if end := take_object(state, "terminated"):
        return f"ended with {say_reason(end)} ({_say_code(end)}){say_when(end.get('finishedAt'), now)}"
    return ""


def _say_code(end: Object) -> str:
    signal = f", signal {take_count(end, 'signal')}" if take_count(end, "signal") else ""
    return f"exit code {take_text(end, 'exitCode') or 'unknown'}{signal}"
