"""What a run of MLflow holds, read out of its JSON."""

import math
from datetime import UTC, datetime
from typing import Any


def read_metrics(run: dict[str, Any]) -> dict[str, float]:
    """Return the last value of each of a run's metrics that is finite.

    Example:
        >>> read_metrics({"data": {"metrics": [{"key": "a", "value": 1}, {"key": "b", "value": "NaN"}]}})
        {'a': 1.0}
    """
    metrics = {metric["key"]: float(metric["value"]) for metric in run["data"].get("metrics", [])}
    return {name: value for name, value in metrics.items() if math.isfinite(value)}


def read_pairs(run: dict[str, Any], name: str) -> dict[str, str]:
    """Return a run's `params` or `tags`."""
    return {pair["key"]: pair["value"] for pair in run["data"].get(name, [])}


def name_run(run: dict[str, Any]) -> str:
    """Return the name that people know a run by."""
    return str(run["info"].get("run_name") or run["info"]["run_id"])


def read_time(milliseconds: int | str) -> datetime:
    """Return a time of MLflow, which counts milliseconds since 1970."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
