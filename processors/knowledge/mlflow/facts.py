"""What is kept of a run beside its words, so that runs can be compared when somebody asks which is best."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

_METRIC: Final = "metric."
_MOST_METRICS: Final = 100


class RunFacts(NamedTuple):
    """A run as far as it is compared: its finite metrics, and in words those that diverged."""

    name: str
    status: str
    metrics: dict[str, float]
    diverged: str
    is_deleted: bool
    standing: str = ""
    """How it compares with production: "beats production (version 7 of fraud): auc 0.9 against 0.8"."""


def write_facts(facts: RunFacts) -> dict[str, str]:
    """Return facts as a chunk's labels.

    Example:
        >>> write_facts(RunFacts("wide", "FINISHED", {"val_auc": 0.934}, "", False))
        {'run': 'wide', 'status': 'FINISHED', 'metrics': '1', 'metric.val_auc': '0.934'}
    """
    kept = [*facts.metrics.items()][:_MOST_METRICS]
    return {
        "run": facts.name,
        "status": facts.status,
        "metrics": str(len(facts.metrics)),
        **{f"{_METRIC}{name}": repr(value) for name, value in kept},
        **({"diverged": facts.diverged} if facts.diverged else {}),
        **({"deleted": "yes"} if facts.is_deleted else {}),
        **({"standing": facts.standing} if facts.standing else {}),
    }


def read_facts(labels: Mapping[str, str]) -> RunFacts | None:
    """Return the facts in a chunk's labels, None if it was written before there were any.

    Example:
        >>> facts = RunFacts("hot", "FINISHED", {"val_auc": 0.5}, "val_loss is NaN", True)
        >>> read_facts(write_facts(facts)) == facts
        True
    """
    if "metrics" not in labels:
        return None
    metrics = {
        name.removeprefix(_METRIC): float(value)
        for name, value in labels.items()
        if name.startswith(_METRIC) and math.isfinite(float(value))
    }
    return RunFacts(
        name=labels.get("run", ""),
        status=labels.get("status", ""),
        metrics=metrics,
        diverged=labels.get("diverged", ""),
        is_deleted="deleted" in labels,
        standing=labels.get("standing", ""),
    )
