"""What an action did about what was wrong: alerts that fired for its target before, and that still do."""

import time
from collections.abc import Collection
from typing import Final

import httpx
import structlog

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.results import Effect
from processors.settings import Settings
from processors.stores import prometheus

_PAUSE_S: Final = 5.0
# Labels by which rules name an object; a pod's name begins with that of its workload.
_NAMES: Final = ("deployment", "statefulset", "daemonset", "service", "app", "job_name", "node")

log = structlog.get_logger(__name__)


def list_alerts(settings: Settings, target: Target) -> tuple[str, ...] | None:
    """Return the names of the alerts that fire for a target; None if Prometheus can't tell.

    Args:
        settings: Name Prometheus.
        target: Of an action in a cluster.
    """
    try:
        alerts = prometheus.list_alerts(settings.prometheus.url)
    except httpx.HTTPError as error:
        log.warning("alerts around an action aren't known", error=str(error))
        return None
    firing = (alert["labels"] for alert in alerts if alert.get("state") == "firing")
    return tuple(sorted({labels["alertname"] for labels in firing if is_about(labels, target)}))


def is_about(labels: dict[str, str], target: Target) -> bool:
    """Tell whether an alert is about a target, by its labels.

    Example:
        >>> target = Target(kind="Deployment", namespace="shop", name="api")
        >>> is_about({"namespace": "shop", "pod": "api-5d9f-x2x"}, target)
        True
        >>> is_about({"namespace": "shop", "pod": "apiary-5d9f-x2x"}, target)
        False
    """
    if labels.get("namespace", "") != target.namespace:
        return False
    named = any(labels.get(label) == target.name for label in _NAMES)
    return (
        named or labels.get("pod", "") == target.name or labels.get("pod", "").startswith(f"{target.name}-")
    )


def measure_effect(
    settings: Settings, target: Target, before: Collection[str] | None, until: float
) -> Effect:
    """Wait for the alerts that fired before to end, and return what is told of them.

    Args:
        settings: Name Prometheus.
        target: Of the action.
        before: Alerts that fired when it began; None: nobody knows.
        until: When waiting ends, by the monotonic clock.
    """
    if not before:
        return Effect(before=())
    while (after := list_alerts(settings, target)) is None or set(after) & set(before):
        if time.monotonic() > until:
            break
        time.sleep(_PAUSE_S)
    # What nobody can ask about is taken to fire still.
    left = sorted(set(before if after is None else after) & set(before))
    return Effect(before=tuple(sorted(before)), after=tuple(left), helped=None if after is None else not left)
