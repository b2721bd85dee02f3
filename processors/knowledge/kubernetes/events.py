"""An event of a cluster as a chunk: what happened to which object, how often and when."""

from datetime import datetime
from typing import Final

from processors.knowledge.fields import Object, take, take_count, take_object, take_text
from processors.knowledge.kubernetes.words import read_moments, say_moment, say_times
from processors.knowledge.times import read_moment
from processors.knowledge.untrusted import PoisonError

# What some components report as normal, or as a mere warning, although it isn't.
_GRAVE: Final = frozenset(
    {
        "OOMKilling", "SystemOOM", "NodeNotReady", "BackoffLimitExceeded", "Evicted", "FailedCreate",
        "KubeletIsDown", "ContainerGCFailed", "InvalidDiskCapacity", "NodeStatusUnknown",
    }
)  # fmt: skip
_WORRYING: Final = frozenset(
    {
        "NodeHasDiskPressure", "NodeHasInsufficientMemory", "NodeHasInsufficientPID", "NodeNotSchedulable",
        "EvictionThresholdMet", "FreeDiskSpaceFailed", "TaintManagerEviction", "Preempted", "Preempting",
        "Rebooted", "BackOff", "Unhealthy", "DeadlineExceeded", "NodeShutdown", "DeletingAllPods",
    }
)  # fmt: skip


# Normal events that are about something that went wrong, which only their messages say.
_SAYS_WRONG: Final = {"Killing": "probe", "SawCompletedJob": "status: Failed"}


def judge_event(event: Object) -> str:
    """Return the severity of an event.

    Kubelet and node controller report a node that isn't ready as a normal event, so the reason goes first.

    Example:
        >>> events = ({"reason": "NodeNotReady", "type": "Normal"}, {"reason": "Pulled"}, {"type": "Warning"})
        >>> [judge_event(event) for event in events]
        ['error', 'info', 'warning']
    """
    reason, type_ = take_text(event, "reason"), take_text(event, "type")
    if reason in _GRAVE:
        return "error"
    if reason in _WORRYING or type_ not in ("Normal", ""):
        return "warning"
    wrong = _SAYS_WRONG.get(reason)
    message = take_text(event, "message") or take_text(event, "note")
    return "warning" if wrong and wrong in message else "info"


def find_subject(event: Object) -> Object:
    """Return what an event is about, of core/v1 or events.k8s.io/v1.

    Raises:
        PoisonError: It doesn't say.
    """
    about = take_object(event, "involvedObject") or take_object(event, "regarding")
    kind, name = take_text(about, "kind"), take_text(about, "name")
    if not name:
        raise PoisonError("the event doesn't say what it is about")
    return {**about, "kind": kind or "Object", "name": name, "namespace": take_text(about, "namespace")}


def read_span(event: Object, now: datetime) -> tuple[datetime, datetime]:
    """Return when an event happened first and last: the broker's time where nothing can be believed."""
    stated = (
        event.get("firstTimestamp"),
        event.get("deprecatedFirstTimestamp"),
        event.get("eventTime"),
        event.get("lastTimestamp"),
        event.get("deprecatedLastTimestamp"),
        take(event, "series", "lastObservedTime"),
    )
    made = take(event, "metadata", "creationTimestamp")
    # Of an event whose times lie ahead its making says no more than the broker's time does.
    is_stated = any(read_moment(time, now) for time in stated)
    times = read_moments(now, *(stated if is_stated else (made,))) or [now]
    return min(times), max(times)


def count_event(event: Object) -> int:
    """Return how often an event happened."""
    counts = (
        take_count(event, "series", "count"),
        take_count(event, "count"),
        take_count(event, "deprecatedCount"),
    )
    return next((count for count in counts if count > 0), 1)


def describe_event(event: Object, about: Object, first: datetime, last: datetime) -> dict[str, str]:
    """Return an event's title, text and gist.

    Args:
        event: As the API gives it.
        about: The object that it is about, with `kind`, `name` and `namespace`.
        first: When it happened first.
        last: When it happened last.
    """
    reason, type_ = take_text(event, "reason") or "Unknown", take_text(event, "type") or "Normal"
    message = take_text(event, "message") or take_text(event, "note")
    place = f" in namespace {about['namespace']}" if about["namespace"] else ""
    subject = f"{about['kind']} {about['name']}{place}"
    count = count_event(event)
    often = f"{say_times(count)}, the last time" if count > 1 else "once,"
    source = take_object(event, "source") or take_object(event, "deprecatedSource")
    names = ("reportingComponent", "reportingController")
    reporter = take_text(source, "component") or next(filter(None, (take_text(event, n) for n in names)), "")
    host = f" on {take_text(source, 'host')}" if source.get("host") else ""
    lines = [
        f"{subject} had the event {reason} ({type_}) {often} at {say_moment(last)}: {message}",
        f"First seen at {say_moment(first)}." if first < last else "",
        f"Reported by {reporter}{host}." if reporter else "",
    ]
    return {
        "title": f"{reason}: {subject}"[:160],
        "text": "\n".join(filter(None, lines)),
        "gist": f"{subject} had the event {reason} ({type_}): {message}",
    }


def label_event(event: Object, about: Object) -> dict[str, str]:
    """Return the figures of an event for programs."""
    return {
        "reason": take_text(event, "reason") or "Unknown",
        "type": take_text(event, "type") or "Normal",
        "count": str(count_event(event)),
        "object": f"{about['kind']}/{about['name']}",
        "object_uid": take_text(about, "uid"),
        "message": take_text(event, "message") or take_text(event, "note"),
    }
