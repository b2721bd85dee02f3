"""Canaries: one harmless event per source, in the source's own format, sent to see when it can be retrieved.

A canary goes the whole way that the source's events go, and what it is made into says when it was sent. So
the age of a canary's chunk, at the moment it is found through the read alias, is the source's freshness.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from processors.knowledge import topics
from processors.knowledge.chunk import Chunk

CANARY: Final = "runlore-canary"
"""The service of every canary; nobody is shown its chunks."""

KINDS: Final = {
    topics.LOGS: "log_pattern",
    topics.METRICS: "metric_window",
    topics.KUBERNETES: "k8s_event",
    topics.MLFLOW: "ml_run",
    topics.AIRFLOW: "pipeline_run",
}
"""What a topic's canary is made into."""

Message = tuple[str, bytes, dict[str, str]]


def make_canaries(now: datetime) -> dict[str, Message]:
    """Return key, value and headers of each topic's canary.

    Example:
        >>> from datetime import UTC
        >>> sorted(make_canaries(datetime.now(UTC))) == sorted(topics.DYNAMIC)
        True
    """
    made = {
        topics.LOGS: _make_log(now),
        topics.METRICS: _make_metric(now),
        topics.KUBERNETES: _make_event(now),
        topics.MLFLOW: _make_run(now),
        topics.AIRFLOW: _make_dag_run(now),
    }
    headers = {"query": CANARY, "title": CANARY}
    return {topic: (CANARY, json.dumps(body).encode(), headers) for topic, body in made.items()}


def _make_log(now: datetime) -> dict[str, Any]:
    return {"@timestamp": now.isoformat(), "message": "the canary sings", "service": {"name": CANARY}}


def _make_metric(now: datetime) -> dict[str, Any]:
    series = {"metric": {"service": CANARY}, "values": [[now.timestamp(), "1"]]}
    return {"status": "success", "data": {"resultType": "matrix", "result": [series]}}


def _make_event(now: datetime) -> dict[str, Any]:
    return {
        "kind": "Event",
        "apiVersion": "v1",
        "metadata": {"name": CANARY, "uid": CANARY, "creationTimestamp": now.isoformat()},
        "involvedObject": {"kind": "Deployment", "name": CANARY},
        "reason": "Canary",
        "type": "Normal",
        "eventTime": now.isoformat(),
        "message": "the canary sings",
    }


def _make_run(now: datetime) -> dict[str, Any]:
    moment = int(now.timestamp() * 1000)
    times = {"start_time": moment, "end_time": moment}
    info = {"run_id": CANARY, "run_name": CANARY, "experiment_id": "0", "status": "FINISHED", **times}
    return {"experiment": {"name": CANARY}, "run": {"info": info, "data": {}}, "production": None}


def _make_dag_run(now: datetime) -> dict[str, Any]:
    times = {"start_date": now.isoformat(), "end_date": now.isoformat()}
    run = {"dag_id": CANARY, "dag_run_id": CANARY, "state": "success", "run_type": "manual", **times}
    return {"dag_run": run, "task_instances": []}


def measure_freshness(chunks: Iterable[Chunk], now: datetime) -> dict[str, float]:
    """Return the age in seconds of the canaries among chunks that were just found, by metric name.

    Example:
        >>> canary = {"service": CANARY, "kind": "ml_run", "observed_at": "2026-11-21T10:00:00+00:00"}
        >>> measure_freshness([canary], datetime.fromisoformat("2026-11-21T10:00:04+00:00"))
        {'freshness_seconds/ml_run': 4.0}
    """
    return {
        f"freshness_seconds/{chunk['kind']}": (
            now - datetime.fromisoformat(chunk["observed_at"])
        ).total_seconds()
        for chunk in chunks
        if chunk["service"] == CANARY
    }


def find_lost(found: dict[str, datetime], sent: dict[str, datetime]) -> list[str]:
    """Return the topics whose last canary can't be retrieved.

    Args:
        found: By kind, when the newest canary that can be retrieved was sent.
        sent: By topic, when the last canary was sent.

    Example:
        >>> one, two = datetime(2026, 11, 21, 10), datetime(2026, 11, 21, 11)
        >>> find_lost({"log_pattern": two, "ml_run": one}, {topics.LOGS: two, topics.MLFLOW: two})
        ['runlore.mlflow']
    """
    # MLflow's times are whole milliseconds.
    return [
        topic
        for topic, at in sent.items()
        if KINDS[topic] not in found or (at - found[KINDS[topic]]).total_seconds() > 1
    ]
