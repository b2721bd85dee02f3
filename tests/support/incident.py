"""An afternoon on which much goes wrong at once, told to Kafka as the sources themselves tell it."""

import hashlib
import json
import math
import random
import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from processors.knowledge import topics

Message = tuple[str, bytes, dict[str, str]]
_HOURS = 6


@dataclass(frozen=True)
class Incident:
    """Names that nothing else in the stack has, and when it happened."""

    at: datetime
    checkout: str
    payment: str
    gateway: str
    trainer: str
    fraud: str
    billing: str
    request: str
    best_run: str
    other_runs: tuple[str, str]


def make_incident() -> Incident:
    """Make an incident of now. Its names share no part: two services are as different as services are."""
    return Incident(
        at=datetime.now(UTC).replace(microsecond=0),
        checkout=f"checkout{_make_letters()}",
        payment=f"payment{_make_letters()}",
        gateway=f"gateway{_make_letters()}",
        trainer=f"trainer{_make_letters()}",
        fraud=f"fraud{_make_letters()}",
        billing=f"billing_{_make_letters()}",
        request=f"req-7f3a{_make_letters()}",
        best_run=f"brave-fox-{_make_letters()}",
        other_runs=(f"calm-owl-{_make_letters()}", f"tired-mole-{_make_letters()}"),
    )


def _make_letters() -> str:
    return "".join(random.SystemRandom().choices(string.ascii_lowercase, k=5))


def list_messages(incident: Incident) -> dict[str, list[Message]]:
    """Return what each source writes, by topic."""
    return {
        topics.KUBERNETES: list_kubernetes(incident),
        topics.METRICS: list_metrics(incident),
        topics.MLFLOW: list_mlflow(incident),
        topics.LOGS: list_logs(incident),
        topics.AIRFLOW: list_airflow(incident),
    }


def _write(key: str, body: Any, **headers: str) -> Message:
    return key, json.dumps(body).encode(), headers


def list_kubernetes(incident: Incident) -> list[Message]:
    """Return a pod that was killed for its memory, the event about it, and its healthy brother and sister."""
    killed = _make_pod(incident, incident.checkout, "x2vqn", is_killed=True)
    pods = [
        killed,
        _make_pod(incident, incident.checkout, "m4kpz", is_killed=False),
        _make_pod(incident, incident.payment, "a1bcd", is_killed=False),
    ]
    about = {name: killed["metadata"][name] for name in ("name", "namespace", "uid")}
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": f"{about['name']}.17",
            "namespace": "shop",
            "uid": f"event-{incident.checkout}",
            "creationTimestamp": f"{incident.at:%Y-%m-%dT%H:%M:%SZ}",
        },
        "involvedObject": {"kind": "Pod", **about},
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off restarting failed container app in pod",
        "firstTimestamp": f"{incident.at - timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}",
        "lastTimestamp": f"{incident.at:%Y-%m-%dT%H:%M:%SZ}",
        "count": 6,
        "source": {"component": "kubelet", "host": "node-1"},
    }
    return [
        _write(f"{body['kind']}/{body['metadata']['name']}", body, cluster="test") for body in (*pods, event)
    ]


def _make_pod(incident: Incident, service: str, suffix: str, *, is_killed: bool) -> dict[str, Any]:
    ended = f"{incident.at - timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"
    since = f"{incident.at - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    container = {
        "name": "app",
        "image": f"shop/{service}:1.4.2",
        "ready": not is_killed,
        "restartCount": 4 if is_killed else 0,
        "state": {"running": {"startedAt": since}},
    }
    if is_killed:
        container["state"] = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 1m20s"}}
        end = {"exitCode": 137, "reason": "OOMKilled", "startedAt": since, "finishedAt": ended}
        container["lastState"] = {"terminated": end}
    owner = {"kind": "ReplicaSet", "name": f"{service}-7d9f8c6b5", "controller": True}
    ready = {"type": "Ready", "status": "False" if is_killed else "True", "lastTransitionTime": ended}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{service}-7d9f8c6b5-{suffix}",
            "namespace": "shop",
            "uid": f"{service}-{suffix}",
            "creationTimestamp": since,
            "labels": {"app.kubernetes.io/name": service},
            "ownerReferences": [owner],
        },
        "spec": {"nodeName": "node-1", "containers": [{"name": "app", "image": f"shop/{service}:1.4.2"}]},
        "status": {"phase": "Running", "conditions": [ready], "containerStatuses": [container]},
    }


def list_metrics(incident: Incident) -> list[Message]:
    """Return a GPU's memory that rose to 78 GiB, its load as always, and an alert that fires."""
    memory = [26_000 + 4_000 * math.sin(minute / 40) + 37 * (minute % 7) for minute in range(_HOURS * 60)]
    memory[-20:] = [79_800.0] * 20
    load = [61 + 5 * math.sin(minute / 30) + minute % 3 for minute in range(_HOURS * 60)]
    alert = {
        "labels": {"alertname": "PaymentErrorsHigh", "service": incident.payment, "severity": "critical"},
        "annotations": {"summary": f"{incident.payment} declines 7 % of all cards."},
        "state": "firing",
        "activeAt": f"{incident.at - timedelta(minutes=4):%Y-%m-%dT%H:%M:%SZ}",
        "value": "7e-02",
    }
    body = {"status": "success", "data": {"alerts": [alert]}}
    return [
        _make_series(incident, "DCGM_FI_DEV_FB_USED", memory, title="GPU memory used", unit="mebibytes"),
        _make_series(incident, "DCGM_FI_DEV_GPU_UTIL", load, title="GPU utilisation", unit="percent"),
        _write(f"alert-{incident.payment}", body, expression="rate(declined[5m]) > 0.05"),
    ]


def _make_series(incident: Incident, metric: str, values: list[float], **headers: str) -> Message:
    labels = {"__name__": metric, "Hostname": incident.trainer, "gpu": "0", "job": "dcgm"}
    end = incident.at.timestamp()
    points = [[end - 60 * (len(values) - 1 - place), str(value)] for place, value in enumerate(values)]
    series = {"metric": labels, "values": points}
    body = {"status": "success", "data": {"resultType": "matrix", "result": [series]}}
    return _write(f"{metric} {incident.trainer}", body, query=metric, **headers)


def list_mlflow(incident: Incident) -> list[Message]:
    """Return the run in production, one that beats it and one that doesn't."""
    champion, loser = incident.other_runs
    production = _make_run(incident, champion, 0.923)
    rival = {"model": incident.fraud, "version": "7", "since_ms": None, "run": production}
    experiment = {"experiment_id": "3", "name": incident.fraud}
    runs = (
        production,
        _make_run(incident, incident.best_run, 0.941),
        _make_run(incident, loser, 0.897),
    )
    return [
        _write(run["info"]["run_id"], {"experiment": experiment, "run": run, "production": rival})
        for run in runs
    ]


def _make_run(incident: Incident, name: str, auc: float) -> dict[str, Any]:
    end = int(incident.at.timestamp() * 1000)
    info = {
        "run_id": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), "run_name": name,
        "experiment_id": "3", "status": "FINISHED", "user_id": "ada", "start_time": end - 75_000,
        "end_time": end,
    }  # fmt: skip
    metrics = [{"key": "val_auc", "value": auc, "timestamp": end, "step": 0}]
    return {"info": info, "data": {"metrics": metrics, "params": [], "tags": []}}


def list_logs(incident: Incident) -> list[Message]:
    """Return the errors of a service among its usual lines, and a line of another about one request."""
    lines = [
        (incident.payment, "INFO", f"paid order {1000 + number} in {20 + number} ms") for number in range(6)
    ]
    lines += [
        (incident.payment, "ERROR", f"card of order {2000 + number} was declined: issuer timed out")
        for number in range(4)
    ]
    lines += [
        (incident.gateway, "WARN", f"request req-{number}aa was slow: {number}00 ms") for number in range(3)
    ]
    lines += [(incident.gateway, "ERROR", f"request {incident.request} lost its upstream after 3 tries")]
    begin = incident.at - timedelta(minutes=2)
    return [
        _write(
            service,
            {
                "@timestamp": (begin + timedelta(seconds=number)).isoformat(),
                "message": f"{level} {text}",
                "log": {"level": level.lower()},
                "service": {"name": service},
                "kubernetes": {"namespace": "shop"},
            },
        )
        for number, (service, level, text) in enumerate(lines)
    ]


def list_airflow(incident: Incident) -> list[Message]:
    """Return a run of a DAG that failed in one of its tasks."""
    began, ended = (f"{incident.at - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}" for minutes in (5, 3))
    run = {
        "dag_id": incident.billing, "dag_run_id": "manual__1", "state": "failed", "run_type": "manual",
        "start_date": began, "end_date": ended, "duration": 120.0,
    }  # fmt: skip
    task = {
        "dag_id": incident.billing, "dag_run_id": "manual__1", "task_id": "charge_cards", "state": "failed",
        "start_date": began, "end_date": ended, "duration": 118.0, "try_number": 3, "max_tries": 2,
    }  # fmt: skip
    detail = [{"exc_type": "ConnectionError", "exc_value": "bank refused"}]
    logs = {"charge_cards": [{"event": "Task failed", "level": "error", "error_detail": detail}]}
    return [_write(f"{incident.billing}/manual__1", {"dag_run": run, "task_instances": [task], "logs": logs})]
