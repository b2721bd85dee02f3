"""What a run of MLflow holds, read out of its JSON."""

import math
from datetime import datetime
from typing import Any, Final, NamedTuple

from processors.knowledge.times import AHEAD, read_moment

LONGEST_TITLE: Final = 160
"""Characters of a title."""

# MLflow's database holds no infinity; in its place stands the largest number that a float takes.
_INFINITE: Final = 1.7e308


class MetricPoint(NamedTuple):
    """A value that a run logged, finite or not, and at which step."""

    name: str
    value: float
    step: int


class Rival(NamedTuple):
    """The version in production: of which model, with which run if it is known, and since when as stated."""

    model: str
    version: str
    run: dict[str, Any]
    since_ms: Any


def read_rival(body: dict[str, Any]) -> Rival | None:
    """Return the version in production that a record names.

    Example:
        >>> read_rival({"production": {"model": "fraud", "version": 7, "run": None}}).version
        '7'
    """
    stated = as_object(body.get("production"))
    if "version" not in stated:
        return None
    run = as_object(stated.get("run"))
    is_run = bool(as_object(run.get("info")).get("run_id"))
    named = str(stated.get("model", "")), str(stated["version"])
    return Rival(*named, run if is_run else {}, stated.get("since_ms"))


def as_object(value: Any) -> dict[str, Any]:
    """Return a JSON object, empty if it is something else."""
    return value if isinstance(value, dict) else {}


def list_objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a JSON list, none if it is something else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def list_points(run: dict[str, Any]) -> list[MetricPoint]:
    """Return a run's values in the order of their steps; MLflow gives the last one of each metric.

    Example:
        >>> list_points({"data": {"metrics": [{"key": "loss", "value": "NaN", "step": 3}]}})
        [MetricPoint(name='loss', value=nan, step=3)]
    """
    points = [
        MetricPoint(str(metric["key"]), value, _read_step(metric.get("step")))
        for metric in _list_pairs(run, "metrics")
        if (value := _read_number(metric.get("value"))) is not None
    ]
    return sorted(points, key=lambda point: point.step)


def _list_pairs(run: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the pairs with a key under a name of a run's data, be they a list or an object."""
    stated = as_object(run.get("data")).get(name)
    if isinstance(stated, dict):
        return [{"key": key, "value": value} for key, value in stated.items()]
    return [pair for pair in list_objects(stated) if "key" in pair]


def _read_step(stated: Any) -> int:
    number = _read_number(stated)
    return int(number) if number is not None and math.isfinite(number) else 0


def _read_number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return math.copysign(math.inf, number) if abs(number) > _INFINITE else number


def read_metrics(run: dict[str, Any]) -> dict[str, float]:
    """Return the last value of each of a run's metrics, where that is finite.

    Example:
        >>> read_metrics({"data": {"metrics": [{"key": "a", "value": 1}, {"key": "b", "value": "NaN"}]}})
        {'a': 1.0}
    """
    last = {point.name: point.value for point in list_points(run)}
    return {name: value for name, value in last.items() if math.isfinite(value)}


def read_divergence(run: dict[str, Any]) -> dict[str, str]:
    """Return how each metric of a run diverged that did.

    Example:
        >>> loss = [{"key": "loss", "value": value, "step": step} for step, value in enumerate(("inf", 2))]
        >>> read_divergence({"data": {"metrics": [*loss, {"key": "val_loss", "value": "NaN"}]}})
        {'loss': 'was infinite at step 0', 'val_loss': 'is NaN'}
    """
    points = list_points(run)
    last = {point.name: point for point in points}
    diverged: dict[str, str] = {}
    for point in points:
        if not math.isfinite(point.value):
            word = "NaN" if math.isnan(point.value) else "infinite"
            is_last = point is last[point.name]
            diverged[point.name] = f"is {word}" if is_last else f"was {word} at step {point.step}"
    return dict(sorted(diverged.items()))


def read_pairs(run: dict[str, Any], name: str) -> dict[str, str]:
    """Return a run's `params` or `tags`.

    Example:
        >>> read_pairs({"data": {"params": [{"key": "lr", "value": "0.1"}]}}, "params")
        {'lr': '0.1'}
    """
    return {str(pair["key"]): str(pair.get("value", "")) for pair in _list_pairs(run, name)}


def name_run(run: dict[str, Any]) -> str:
    """Return the name that people know a run by."""
    info = as_object(run.get("info"))
    return str(info.get("run_name") or info.get("run_id"))


def read_time(stated: Any, clock: datetime) -> datetime | None:
    """Return a time of MLflow, which counts milliseconds since 1970, or None if it can't be believed.

    Args:
        stated: As a number or as text.
        clock: When the broker got the record; what lies ahead of it was set by a clock that is wrong.
    """
    moment = read_moment(stated, clock)
    return moment if moment is not None and moment <= clock + AHEAD else None
