"""Which observations belong to what a question wants counted or listed, and how often each happened."""

import re
from collections.abc import Callable
from typing import Final

from processors.knowledge.severities import GRAVE
from processors.retrieval.readings.incidents import INCIDENT, is_open
from processors.retrieval.readings.seen import Seen
from processors.retrieval.readings.subjects import Subject

KINDS: Final[dict[Subject, tuple[str, ...]]] = {
    "restarts": ("k8s_state", "metric_window", "k8s_event"),
    "kills": ("k8s_state", "k8s_event"),
    "alerts": ("alert",),
    "failed_runs": ("pipeline_run", "ml_run"),
    "runs": ("pipeline_run", "ml_run"),
    "models": ("ml_model",),
    "requests": ("log_pattern",),
    "errors": ("log_pattern",),
    "warnings": ("log_pattern", "k8s_event"),
    "lines": ("log_pattern",),
    "events": ("k8s_event",),
    "incidents": (INCIDENT,),
    "anomalies": ("metric_window",),
    "pods": ("k8s_state",),
    "nodes": ("k8s_state",),
    "deployments": ("k8s_state",),
    "jobs": ("k8s_state",),
    "claims": ("k8s_state",),
    "replicas": ("k8s_state",),
    "namespaces": ("k8s_state", "alert", "log_pattern", "metric_window", "k8s_event"),
    "services": ("k8s_state", "alert", "log_pattern", "metric_window", "k8s_event"),
}
LISTED_PLACES: Final[tuple[Subject, ...]] = ("services", "namespaces")
"""Subjects that are names of places, of which many observations tell."""

LOGGED: Final[tuple[Subject, ...]] = ("errors", "warnings", "lines", "requests")
"""Subjects that lines of logs tell of: it is known how often they were logged, and whether before."""

_OBJECTS: Final[dict[Subject, tuple[str, ...]]] = {
    "pods": ("Pod",),
    "nodes": ("Node",),
    "deployments": ("Deployment", "StatefulSet", "DaemonSet"),
    "jobs": ("Job", "CronJob"),
    "claims": ("PersistentVolumeClaim", "PersistentVolume"),
    "replicas": ("Deployment", "StatefulSet", "DaemonSet"),
}
_BEGAN_ANEW: Final = re.compile(r"\bbegan anew at ([^:]*\d\d:\d\d(?:, [^:]*\d\d:\d\d)*) UTC")
_KILLED: Final = re.compile(r"\bOOM\w*|\bEvicted\b|\bKilling\b|\bevict", re.IGNORECASE)
_REQUESTS: Final = re.compile(r"^\d+ requests? of ")


def belongs(subject: Subject, seen: Seen) -> bool:
    """Tell whether an observation is one of those that a question wants counted or listed."""
    if seen.kind not in KINDS.get(subject, (seen.kind,)):
        return False
    if kinds := _OBJECTS.get(subject):
        return "deleted" not in seen.labels and seen.hit["title"].partition(" ")[0] in kinds
    test = _TESTS.get(subject)
    return test is None or test(seen)


def _is_restart(seen: Seen) -> bool:
    if seen.kind == "k8s_state":
        return seen.hit["title"].startswith("Pod ") and _read_count(seen, "restarts") > 0
    if seen.kind == "metric_window":
        return bool(_BEGAN_ANEW.search(seen.hit["text"]))
    return seen.labels.get("reason") in ("BackOff", "Rebooted")


def _is_kill(seen: Seen) -> bool:
    return bool(_KILLED.search(f"{seen.hit['title']} {seen.hit['text'].partition(chr(10))[0]}"))


def _is_failed(seen: Seen) -> bool:
    return seen.hit["severity"] in GRAVE or (seen.kind == "ml_run" and seen.is_wrong)


_TESTS: Final[dict[Subject, Callable[[Seen], bool]]] = {
    "restarts": _is_restart,
    "kills": _is_kill,
    "alerts": lambda seen: seen.is_wrong,
    "failed_runs": _is_failed,
    "errors": lambda seen: seen.hit["severity"] in GRAVE,
    "warnings": lambda seen: seen.hit["severity"] == "warning",
    "requests": lambda seen: bool(_REQUESTS.match(seen.hit["text"])),
    "anomalies": lambda seen: seen.is_wrong,
    "incidents": is_open,
}


def name_place(subject: Subject, seen: Seen) -> str:
    """Return the place that an observation is of, where places are counted or listed; empty for none."""
    return seen.namespace if subject == "namespaces" else seen.service


def count_times(subject: Subject, seen: Seen) -> int:
    """Return how often what a question wants counted happened by one observation."""
    if subject == "restarts":
        if seen.kind == "k8s_state":
            return _read_count(seen, "restarts")
        if found := _BEGAN_ANEW.search(seen.hit["text"]):
            return found[1].count(",") + 1
        # A back-off repeats without another restart.
        return 0
    if seen.kind in ("log_pattern", "k8s_event"):
        return max(1, _read_count(seen, "count"))
    return 1


def _read_count(seen: Seen, label: str) -> int:
    stated = seen.labels.get(label, "")
    return int(stated) if stated.isdecimal() else 0
