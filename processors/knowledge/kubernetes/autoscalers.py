"""The state of a horizontal pod autoscaler in words."""

from datetime import datetime
from typing import Final

from processors.knowledge.fields import Object, take_count, take_object, take_objects, take_text
from processors.knowledge.kubernetes.conditions import find_condition, say_conditions, say_reason
from processors.knowledge.kubernetes.words import StateDescription, Verdict, list_moments

_GOOD: Final = {"AbleToScale": "True", "ScalingActive": "True", "ScalingLimited": "False"}


def describe_autoscaler(scaler: Object, now: datetime) -> StateDescription:
    """Return what is told of an autoscaler's state."""
    target = f"{take_text(scaler, 'spec', 'scaleTargetRef', 'kind')}/" + take_text(
        scaler, "spec", "scaleTargetRef", "name"
    )
    low, high = (
        take_count(scaler, "spec", "minReplicas", default=1),
        take_count(scaler, "spec", "maxReplicas"),
    )
    current = take_count(scaler, "status", "currentReplicas")
    desired = take_count(scaler, "status", "desiredReplicas")
    details = [
        f"It scales {target} between {low} and {high} replicas; now {current}, wanted {desired}.",
        *say_conditions(scaler, _GOOD, now),
        *_say_metrics(scaler),
    ]
    labels = {"target": target, "current": str(current), "desired": str(desired), "maximum": str(high)}
    last = take_object(scaler, "status").get("lastScaleTime")
    verdict = _judge(scaler, current, desired, high)
    unable = find_condition(scaler, "AbleToScale", "False") or find_condition(
        scaler, "ScalingActive", "False"
    )
    labels["unable"] = say_reason(unable) if unable and verdict.severity == "error" else ""
    return StateDescription(verdict, list_moments(scaler, now, last), details, labels)


def _judge(scaler: Object, current: int, desired: int, high: int) -> Verdict:
    # Whoever scales a workload to zero switches its autoscaler off.
    inactive = find_condition(scaler, "ScalingActive", "False")
    if inactive and inactive.get("reason") == "ScalingDisabled":
        told = "is switched off: its target is scaled to zero"
        return Verdict(told, told, "info")
    if unable := find_condition(scaler, "AbleToScale", "False") or inactive:
        told = f"can't scale: {say_reason(unable)}"
        return Verdict(told, told, "error")
    limited = find_condition(scaler, "ScalingLimited", "True")
    if high and current >= high and (limited or desired >= high):
        gist = "is at its maximum"
        return Verdict(f"{gist} of {high} replicas and can't scale further up", gist, "warning")
    if current != desired:
        gist = "is scaling"
        return Verdict(f"{gist} from {current} to {desired} replicas", gist, "info")
    return Verdict(f"keeps {current} replicas", "keeps its replicas", "info")


def _say_metrics(scaler: Object) -> list[str]:
    """Return current values beside their targets, of resources and of others by their names."""
    current = [_read_metric(m, "current") for m in take_objects(scaler, "status", "currentMetrics")]
    target = dict(_read_metric(m, "target") for m in take_objects(scaler, "spec", "metrics"))
    told = [f"{name} {value} (target {target.get(name, 'unknown')})" for name, value in current if value]
    return [f"Metrics: {', '.join(told)}."] if told else []


def _read_metric(metric: Object, side: str) -> tuple[str, str]:
    kind = take_text(metric, "type")
    part = take_object(metric, f"{kind[:1].lower()}{kind[1:]}")
    name = take_text(part, "name") or take_text(part, "metric", "name")
    value = take_object(part, side)
    share = take_text(value, "averageUtilization")
    return name, f"{share} %" if share else take_text(value, "averageValue") or take_text(value, "value")
