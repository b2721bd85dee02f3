"""Asks Prometheus for the course of the configured series and for its alerts.

Both go to `runlore.metrics` in the form that Prometheus answers in, one series or alert a message.

Prometheus' API shows no alert that has ended. So the position holds the alerts that fired last time, and one
that is gone since is sent once more, its state `inactive`, with the time when that was seen in the header
`ended_at`.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NotRequired, TypedDict

import httpx
import yaml

from processors.knowledge import topics
from processors.knowledge.metrics.notifications import RESOLVED
from processors.settings import Settings
from processors.stores import kafka, prometheus

QUERIES_FILE: Final = Path(__file__).parent / "queries.yaml"
COLLECTOR: Final = "metrics"
HISTORY: Final = timedelta(hours=12)
"""So far back a series is asked for: what is unusual needs to know what is usual."""
STEP_S: Final = 60

# Prometheus keeps a series of thousands; each is a chunk an hour.
_MOST_SERIES: Final = 200
_FIELDS: Final = frozenset({"query", "title", "unit"})


class Query(TypedDict):
    """PromQL to collect, what it measures and in which unit."""

    query: str
    title: NotRequired[str]
    unit: NotRequired[str]


class FiringAlert(TypedDict):
    """An alert as Prometheus shows it, and its rule's PromQL."""

    alert: dict[str, Any]
    expression: str


def load_queries(path: Path) -> list[Query]:
    """Return the queries to collect.

    Raises:
        ValueError: The file does not hold a list of them under `queries`.
    """
    queries: Any = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("queries")
    if not isinstance(queries, list):
        raise ValueError(f"{path}: expected a list under 'queries'")
    for query in queries:
        if not isinstance(query, dict) or not query.get("query") or not query.keys() <= _FIELDS:
            raise ValueError(f"{path}: expected query, and perhaps title and unit, got {query!r}")
    return queries


def collect_metrics(settings: Settings) -> dict[str, int]:
    """Send the last hours of every configured query, and the alerts, to `runlore.metrics`.

    An answer replaces the one before in the index, because a chunk is named after its series and hour. A
    query that Prometheus refuses is left out, the others go on.

    Returns:
        Counts of series, of series left out because a query has too many, of queries refused, and of firing
        and resolved alerts.

    Raises:
        httpx.HTTPError: Prometheus is unreachable, or has no alerts API.
    """
    now = datetime.now(UTC)
    # Whole steps: what is asked again is the same points, and so are their scores.
    end = datetime.fromtimestamp(now.timestamp() // STEP_S * STEP_S, UTC)
    url, broker = settings.prometheus.url, settings.kafka
    before: dict[str, FiringAlert] = (kafka.read_collected(broker, COLLECTOR) or {}).get("firing", {})
    firing = list_firing(prometheus.list_alerts(url), prometheus.list_alert_rules(url))
    resolved = {key: fired for key, fired in before.items() if key not in firing}
    messages = [_write_alert(key, fired) for key, fired in firing.items()]
    messages += [_write_alert(key, fired, ended_at=now) for key, fired in resolved.items()]
    sent = left_out = refused = 0
    for query in load_queries(settings.collect.queries_file or QUERIES_FILE):
        try:
            answer = prometheus.query_range(url, query["query"], end - HISTORY, end, STEP_S)
        except httpx.HTTPStatusError:
            refused += 1
            continue
        series = split_answer(answer, query, end)
        messages += series[:_MOST_SERIES]
        sent += len(series[:_MOST_SERIES])
        left_out += len(series[_MOST_SERIES:])
    kafka.send_collected(broker, COLLECTOR, topics.METRICS, messages, {"firing": firing})
    counts = {"series": sent, "series_left_out": left_out, "queries_refused": refused}
    return {**counts, "alerts_firing": len(firing), "alerts_resolved": len(resolved)}


def split_answer(answer: dict[str, Any], query: Query, end: datetime) -> list[kafka.Message]:
    """Return a `query_range` answer as one message per series, each an answer of its own.

    Args:
        answer: Of Prometheus.
        query: What was asked.
        end: Up to when: a series whose last point is long before it has ended.

    Example:
        >>> series = [{"metric": {"job": name}, "values": [[0, "1"]]} for name in "ab"]
        >>> answer = {"status": "success", "data": {"resultType": "matrix", "result": series}}
        >>> [key for key, _, _ in split_answer(answer, {"query": "up"}, datetime.now(UTC))]
        ['up {"job": "a"}', 'up {"job": "b"}']
    """
    headers = {name: str(value) for name, value in query.items()} | {"end": end.isoformat()}
    return [
        (
            f"{query['query']} {json.dumps(series['metric'], sort_keys=True)}",
            json.dumps({**answer, "data": {**answer["data"], "result": [series]}}).encode(),
            headers,
        )
        for series in answer["data"]["result"]
    ]


def list_firing(alerts: list[dict[str, Any]], rules: list[dict[str, Any]]) -> dict[str, FiringAlert]:
    """Return the firing alerts by their identity: labels, and the time since when.

    Args:
        alerts: Of `/api/v1/alerts`.
        rules: Of `/api/v1/rules`; they tell an alert's expression.
    """
    expressions = {
        (rule["name"], _identify(alert)): rule["query"] for rule in rules for alert in rule["alerts"]
    }
    return {
        f"alert {_identify(alert)}": FiringAlert(
            alert=alert, expression=expressions.get((alert["labels"]["alertname"], _identify(alert)), "")
        )
        for alert in alerts
        if alert["state"] == "firing"
    }


def _identify(alert: dict[str, Any]) -> str:
    return f"{json.dumps(alert['labels'], sort_keys=True)} {alert['activeAt']}"


def _write_alert(key: str, fired: FiringAlert, ended_at: datetime | None = None) -> kafka.Message:
    alert = fired["alert"] if ended_at is None else {**fired["alert"], "state": RESOLVED}
    headers = {"expression": fired["expression"]} | ({"ended_at": ended_at.isoformat()} if ended_at else {})
    body = {"status": "success", "data": {"alerts": [alert]}}
    return key, json.dumps(body).encode(), headers
