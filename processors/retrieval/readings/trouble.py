"""What isn't as it should be, out of all that was observed: what is over and what is told twice left out."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from processors.knowledge.severities import GRAVE
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings.seen import Seen

LASTING: Final = ("incident", "k8s_state", "alert", "ml_model")
"""Kinds of which the last word holds, however old it is."""

_FRESH: Final = {
    "k8s_event": timedelta(hours=1),
    "log_pattern": timedelta(minutes=30),
    "metric_window": timedelta(minutes=15),
    "pipeline_run": timedelta(hours=6),
    "ml_run": timedelta(days=1),
}
# A window of a metric that is back to what is usual.
_IS_OVER: Final = re.compile(r"\b(?:was|grew) unusual(?:ly)? from\b")
# In this order what is alike grave is told.
_KINDS: Final = (
    "incident", "k8s_state", "alert", "pipeline_run", "k8s_event", "log_pattern", "metric_window", "ml_run",
    "ml_model",
)  # fmt: skip
_ROOTS: Final = ("Node", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


def find_oldest(now: datetime) -> datetime:
    """Return from when on what doesn't last is looked at, if no time is asked about."""
    return now - max(_FRESH.values())


def keep_present(found: Iterable[Seen], now: datetime, window: TimeWindow | None) -> list[Seen]:
    """Return what is wrong now, or was in a window.

    Args:
        found: What isn't as it should be, of any age.
        now: The time of the question.
        window: The time asked about.
    """
    wrong = [one for one in found if one.is_wrong]
    if window is not None:
        # The last state of an object tells nothing of the time before it.
        return [one for one in wrong if one.kind != "k8s_state" or one.observed <= window.end]
    return [one for one in wrong if _is_present(one, now) and not _is_history(one)]


def _is_present(seen: Seen, now: datetime) -> bool:
    lasts = _FRESH.get(seen.kind)
    return lasts is None or now - seen.observed <= lasts


def _is_history(seen: Seen) -> bool:
    if seen.kind == "metric_window":
        return bool(_IS_OVER.search(seen.hit["text"].partition("\n")[0]))
    # A line that something wrote as a warning is the usual.
    return seen.kind == "log_pattern" and seen.hit["severity"] not in GRAVE and not _is_new(seen)


def _is_new(seen: Seen) -> bool:
    return seen.labels.get("new") == "true"


def split_warnings(trouble: Iterable[Seen]) -> tuple[list[Seen], list[Seen]]:
    """Return what is wrong, and apart from it the warnings that a program wrote for the first time.

    A new line may be the first word of trouble, but of what has just been started each line is new.
    """
    wrong: list[Seen] = []
    warnings: list[Seen] = []
    for one in trouble:
        is_warning = one.kind == "log_pattern" and one.hit["severity"] not in GRAVE
        (warnings if is_warning else wrong).append(one)
    return wrong, warnings


def drop_settled(found: Sequence[Seen], states: Iterable[Seen]) -> list[Seen]:
    """Return what is wrong without the events about objects that are well again or gone.

    Args:
        found: What is wrong.
        states: Of the objects that the events are about, as they are now.
    """
    calm = {state.hit["doc_id"] for state in states if not state.is_wrong}
    return [one for one in found if one.kind != "k8s_event" or one.hit["doc_id"] not in calm]


def group_trouble(found: Iterable[Seen], first: str = "") -> list[list[Seen]]:
    """Return what is wrong by what it is about, the worst first, and of each the best word first.

    Args:
        found: What is wrong.
        first: Kind of observation that stands before others.
    """
    groups: dict[tuple[str, ...], list[Seen]] = {}
    for one in sorted(found, key=_rank):
        groups.setdefault(_name_subject(one), []).append(one)
    ordered = sorted(groups.values(), key=lambda group: (group[0].kind != first, _rank(group[0])))
    return [sorted(group, key=_is_no_root) for group in ordered]


def _is_no_root(seen: Seen) -> bool:
    """Tell whether an observation is not the state of an object that one would edit."""
    return seen.kind != "k8s_state" or seen.hit["title"].partition(" ")[0] not in _ROOTS


def _name_subject(seen: Seen) -> tuple[str, ...]:
    if seen.service:
        return seen.cluster, seen.namespace, seen.service
    return seen.cluster, seen.namespace, seen.hit["doc_id"]


def _rank(seen: Seen) -> tuple[bool, int, int, float, str]:
    kind = seen.hit["title"].partition(" ")[0]
    return (
        seen.hit["severity"].lower() not in GRAVE,
        _KINDS.index(seen.kind) if seen.kind in _KINDS else len(_KINDS),
        _ROOTS.index(kind) if kind in _ROOTS else len(_ROOTS),
        -seen.observed.timestamp(),
        seen.key,
    )
