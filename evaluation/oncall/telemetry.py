"""What is measured, alerted, logged and run in the scripted afternoon."""

import hashlib
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from evaluation.oncall.objects import write_time

Body = dict[str, Any]
_MINUTES: Final = 6 * 60
_STRANGE: Final = 20


class Course(NamedTuple):
    """A series: what it is of, its last value, and what is usual; both are alike where nothing is wrong."""

    metric: str
    title: str
    unit: str
    labels: dict[str, str]
    last: float
    usual: float


_COURSES: Final = (
    Course("container_memory_working_set_bytes", "Memory used", "bytes",
           {"namespace": "shop", "service": "search-api"}, 512 * 2**20, 512 * 2**20),
    Course("container_memory_working_set_bytes", "Memory used", "bytes",
           {"namespace": "shop", "service": "cart"}, 180 * 2**20, 180 * 2**20),
    Course("http_request_duration_p95_seconds", "Latency p95 of requests", "seconds",
           {"namespace": "shop", "service": "gateway"}, 2.4, 0.3),
    Course("http_requests_per_second", "Request rate", "requests/s",
           {"namespace": "shop", "service": "gateway"}, 120, 120),
    Course("DCGM_FI_DEV_FB_USED", "GPU memory used", "mebibytes",
           {"namespace": "ml", "service": "trainer", "gpu": "0"}, 79_872, 26_000),
    Course("DCGM_FI_DEV_GPU_TEMP", "GPU temperature", "celsius",
           {"namespace": "ml", "service": "trainer", "gpu": "0"}, 61, 61),
    Course("kafka_consumergroup_lag", "Consumer lag", "messages",
           {"namespace": "billing", "service": "mailer"}, 12_000, 40),
    Course("pg_stat_activity_count", "Open connections", "connections",
           {"namespace": "data", "service": "orders-db"}, 42, 42),
    Course("connected_clients", "Connected clients", "clients",
           {"namespace": "shop", "service": "sessions"}, 87, 87),
    Course("node_cpu_utilisation", "CPU utilisation", "percent", {"node": "worker-1"}, 35, 35),
)  # fmt: skip


def list_series(now: datetime, seed: int) -> Iterator[tuple[Body, dict[str, str]]]:
    """Yield the answers to range queries, each with its headers.

    Args:
        now: Of the last point.
        seed: Of what is usual chance.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    for course in _COURSES:
        spread = 0.06 * course.usual
        values = [
            course.usual + spread * math.sin(minute / 40) + chance.uniform(-spread, spread) / 2
            for minute in range(_MINUTES)
        ]
        is_strange = course.last != course.usual
        values[-_STRANGE if is_strange else -1 :] = [course.last] * (_STRANGE if is_strange else 1)
        first = now - timedelta(minutes=_MINUTES - 1)
        points = [
            [(first + timedelta(minutes=at)).timestamp(), str(value)] for at, value in enumerate(values)
        ]
        series = {"metric": {"__name__": course.metric, **course.labels}, "values": points}
        body = {"status": "success", "data": {"resultType": "matrix", "result": [series]}}
        yield body, {"query": course.metric, "title": course.title, "unit": course.unit}


def list_alerts(now: datetime) -> Iterator[Body]:
    """Yield what Alertmanager sends: an alert that fires, and one that is over."""
    begun, ended = now - timedelta(minutes=6), now - timedelta(minutes=30)
    yield _notify(
        "firing", begun, None,
        {"alertname": "PaymentErrorsHigh", "service": "payment", "namespace": "shop", "severity": "critical"},
        "payment declines 7 % of all cards.",
    )  # fmt: skip
    yield _notify(
        "resolved", ended - timedelta(hours=1), ended,
        {"alertname": "DiskAlmostFull", "service": "orders-db", "namespace": "data", "severity": "warning"},
        "The disk of orders-db is 91 % full.",
    )  # fmt: skip


def _notify(
    state: str, begun: datetime, ended: datetime | None, labels: dict[str, str], summary: str
) -> Body:
    alert = {
        "status": state,
        "labels": labels,
        "annotations": {"summary": summary},
        "startsAt": write_time(begun),
        "endsAt": write_time(ended) if ended else "0001-01-01T00:00:00Z",
        "fingerprint": hashlib.md5(labels["alertname"].encode(), usedforsecurity=False).hexdigest()[:16],
        "generatorURL": "",
    }
    return {
        "version": "4", "groupKey": labels["alertname"], "status": state, "receiver": "runlore",
        "groupLabels": {"alertname": labels["alertname"]}, "commonLabels": labels,
        "commonAnnotations": {}, "externalURL": "", "alerts": [alert],
    }  # fmt: skip


def list_lines(now: datetime) -> Iterator[Body]:
    """Yield lines of logs: forty errors of one service, and what is usual of others."""
    for number in range(60):
        at = now - timedelta(seconds=280 - 4 * number)
        yield _write_line("payment", "shop", "info", f"paid order {1000 + number} in {20 + number} ms", at)
        yield _write_line("search-api", "shop", "info", f"found {number} items in {3 + number} ms", at)
        if number < 40:
            text = f"card of order {2000 + number} was declined: issuer timed out"
            yield _write_line("payment", "shop", "error", text, at)


def _write_line(service: str, namespace: str, level: str, text: str, at: datetime) -> Body:
    return {
        "@timestamp": at.isoformat(),
        "message": f"{level.upper()} {text}",
        "log": {"level": level},
        "service": {"name": service},
        "kubernetes": {"namespace": namespace},
    }


def list_dag_runs(now: datetime) -> Iterator[Body]:
    """Yield a DAG's run that failed in one of its tasks, and two that ended well."""
    error = [{"exc_type": "ConnectionError", "exc_value": "bank refused"}]
    logs = {"charge_cards": [{"event": "Task failed", "level": "error", "error_detail": error}]}
    yield _run_dag("nightly_billing", "charge_cards", "failed", now, logs)
    yield _run_dag("daily_report", "send_report", "success", now, {})
    yield _run_dag("retrain_fraud", "train", "success", now, {})


def _run_dag(dag: str, task: str, state: str, now: datetime, logs: Body) -> Body:
    times = {
        "start_date": write_time(now - timedelta(minutes=9)),
        "end_date": write_time(now - timedelta(minutes=7)),
    }
    named = {"dag_id": dag, "dag_run_id": f"scheduled__{now:%Y-%m-%d}", "state": state, **times}
    tries = {"task_id": task, "duration": 118.0, "try_number": 3 if logs else 1, "max_tries": 2}
    return {
        "dag_run": {**named, "run_type": "scheduled", "duration": 120.0},
        "task_instances": [{**named, **tries}],
        "logs": logs,
    }


def list_training_runs(now: datetime) -> Iterator[Body]:
    """Yield the runs of two experiments; one of the first is in production."""
    fraud = [("calm-owl", 0.923), ("brave-fox", 0.941), ("tired-mole", 0.897)]
    production = {
        "model": "fraud",
        "version": "7",
        "since_ms": None,
        "run": _train("calm-owl", "val_auc", 0.923, "3", now),
    }
    for name, value in fraud:
        run = _train(name, "val_auc", value, "3", now)
        yield {"experiment": {"experiment_id": "3", "name": "fraud"}, "run": run, "production": production}
    for name, value in (("quick-hare", 0.31), ("slow-crab", 0.44)):
        run = _train(name, "logloss", value, "4", now)
        yield {"experiment": {"experiment_id": "4", "name": "churn"}, "run": run, "production": None}


def _train(name: str, metric: str, value: float, experiment: str, now: datetime) -> Body:
    end = int((now - timedelta(hours=3)).timestamp() * 1000)
    info = {
        "run_id": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), "run_name": name,
        "experiment_id": experiment, "status": "FINISHED", "user_id": "ada", "start_time": end - 75_000,
        "end_time": end,
    }  # fmt: skip
    metrics = [{"key": metric, "value": value, "timestamp": end, "step": 0}]
    return {"info": info, "data": {"metrics": metrics, "params": [], "tags": []}}
