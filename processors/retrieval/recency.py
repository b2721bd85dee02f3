"""How age and calm weigh in a ranking: what just happened goes before what is long past.

Log lines, events and windows of metrics tell of a moment: they age, by kinds at their own pace. A state
describes the present until another one takes its place, however long ago it last changed: it doesn't age.
Documents don't either. What goes well stands a little behind what doesn't: nobody asks why all is well.
A state that is wrong goes before the events about the same object, since it tells what they came from.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from processors.retrieval.hybrid import Hit

HALF_LIVES: Final = {
    "log_pattern": timedelta(hours=1),
    "metric_window": timedelta(hours=1),
    "k8s_event": timedelta(hours=6),
    "alert": timedelta(hours=6),
    "pipeline_run": timedelta(days=1),
    "incident": timedelta(hours=6),
}
"""Age at which half of what newness adds is gone. The other dynamic kinds describe the present."""

_UNTIL_RESOLVED: Final = frozenset({"alert", "incident"})
"""What describes the present until it is resolved, and ages from then on."""

# An old event keeps this share of its score, so that "what happened last week" can still be answered.
_FLOOR: Final = 0.5
_CALM: Final = 0.75
# A state that fits the question worse than this share of what an event does was not asked about.
_STATE_SHARE: Final = 0.7
# A log line or a training run of severity "info" is no good news, it is the usual.
_CAN_BE_CALM: Final = frozenset(
    {"metric_window", "alert", "k8s_event", "k8s_state", "pipeline_run", "incident"}
)


def apply_recency(hits: Iterable[Hit], now: datetime, *, is_timed: bool = False) -> list[Hit]:
    """Return the hits re-ranked so that, among dynamic ones, what just happened and what is wrong win.

    The score of what ages is multiplied by `0.5 + 0.5 * 2 ** (-age / half_life)`: 1 for a new event, 0.75
    after one half-life, 0.5 in the end. The score of what goes well is multiplied by 0.75. A Kubernetes
    object's state that is wrong rises to the score of the best event about it, and stands before it.

    Args:
        hits: Hits with `observed_at` in ISO 8601.
        now: The time of the question, with a time zone.
        is_timed: The question names its time and the hits are from it: none is too old.

    Example:
        >>> hit = {"kind": "log_pattern", "score": 1.0, "observed_at": "2026-01-01T00:00:00Z"}
        >>> now = datetime.fromisoformat("2026-01-01T01:00:00Z")
        >>> apply_recency([hit], now)[0]["score"]
        0.75
    """
    weighted: list[Hit] = []
    for hit in hits:
        weight = 1.0 if is_timed else weigh_age(hit, now)
        if hit["kind"] in _CAN_BE_CALM and hit["severity"] == "info":
            weight *= _CALM
        weighted.append({**hit, "score": hit["score"] * weight})
    return sorted(_raise_states(weighted), key=lambda hit: (-hit["score"], hit["kind"] != "k8s_state"))


def _raise_states(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Give a state that is wrong the score of the best event about its object, if it fits nearly as well."""
    events: dict[str, float] = {}
    for hit in hits:
        if hit["kind"] == "k8s_event":
            events[hit["doc_id"]] = max(hit["score"], events.get(hit["doc_id"], 0.0))
    for hit in hits:
        is_wrong = hit["kind"] == "k8s_state" and hit["severity"] != "info"
        event = events.get(hit["doc_id"], 0.0) if is_wrong else 0.0
        yield {**hit, "score": event} if _STATE_SHARE * event <= hit["score"] < event else hit


def weigh_age(hit: Hit, now: datetime) -> float:
    """Return what is left of a hit's score at its age: 1 for what is new or doesn't age."""
    half_life = HALF_LIVES.get(hit["kind"])
    is_open = hit["kind"] in _UNTIL_RESOLVED and hit["cite"].get("state") != "resolved"
    if half_life is None or is_open or not hit["observed_at"]:
        return 1.0
    age = max(now - datetime.fromisoformat(hit["observed_at"]), timedelta(0))
    return float(_FLOOR + (1 - _FLOOR) * 2 ** -(age / half_life))
