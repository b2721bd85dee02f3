"""A grammar of what may stand in a topic: every source's envelopes, with any part of them made odd.

A seed is a record as its source writes it. From it are made: leaves replaced by odd values, keys dropped,
doubled or renamed, parts nested, repeated or swapped, text with pieces that parsers stumble over, and bytes
that were cut or changed.
"""

import json
from typing import Any, Final

from hypothesis import strategies as st

from processors.knowledge import topics

_TIME: Final = "2026-11-21T07:00:00.123456789Z"
_RUN: Final = {
    "info": {
        "run_id": "r1", "experiment_id": "7", "run_name": "oak", "status": "FINISHED",
        "lifecycle_stage": "active",
        "start_time": 1_795_242_000_000, "end_time": 1_795_242_600_000,
    },
    "data": {
        "metrics": [{"key": "auc", "value": 0.9, "timestamp": 1_795_242_600_000, "step": 1}],
        "params": [{"key": "lr", "value": "0.1"}],
        "tags": [{"key": "mlflow.user", "value": "bob"}],
    },
}  # fmt: skip
_POD: Final = {
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {
        "name": "api-6d4cf56db6-x2vqn", "namespace": "shop", "uid": "u1", "creationTimestamp": _TIME,
        "labels": {"app": "api"}, "ownerReferences": [{"kind": "ReplicaSet", "name": "api-6d4cf56db6"}],
    },
    "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "r/app:1"}]},
    "status": {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": _TIME}],
        "containerStatuses": [
            {
                "name": "app", "ready": False, "restartCount": 3, "image": "r/app:1",
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": _TIME}},
            }
        ],
    },
}  # fmt: skip
_EVENT: Final = {
    "apiVersion": "v1", "kind": "Event",
    "metadata": {"name": "e", "namespace": "shop", "uid": "u2", "creationTimestamp": _TIME},
    "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "api-1", "uid": "u1"},
    "reason": "BackOff", "message": "Back-off restarting", "type": "Warning", "count": 2,
    "firstTimestamp": _TIME, "lastTimestamp": _TIME,
}  # fmt: skip
_ALERT: Final = {
    "labels": {"alertname": "Down", "job": "redis", "severity": "critical"},
    "annotations": {"summary": "redis is down"}, "state": "firing", "activeAt": _TIME, "value": "1e+00",
}  # fmt: skip
_WEBHOOK: Final = {
    "version": "4", "status": "firing", "truncatedAlerts": 3, "commonLabels": {"alertname": "Down"},
    "alerts": [{**_ALERT, "status": "firing", "startsAt": _TIME, "endsAt": "0001-01-01T00:00:00Z"}],
}  # fmt: skip


def _matrix(**series: Any) -> dict[str, Any]:
    one = {"metric": {"__name__": "up", "job": "redis"}, **series}
    return {"status": "success", "data": {"resultType": "matrix", "result": [one, one]}}


_POINTS: Final = [[1_795_240_000 + 60 * n, str(n % 7)] for n in range(45)]
SEEDS: Final[dict[str, tuple[Any, ...]]] = {
    topics.LOGS: (
        {
            "@timestamp": _TIME, "message": "ERROR order 17 refused", "log": {"level": "error"},
            "service": {"name": "shop"}, "kubernetes": {"namespace": "shop", "pod": {"name": "api-1"}},
        },
        {
            "resourceLogs": [
                {
                    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
                    "scopeLogs": [{"logRecords": [
                        {"timeUnixNano": "1795242600000000000", "severityNumber": 17,
                        "body": {"stringValue": "x"}}
                    ]}],
                }
            ]
        },
        {"version": "1.1", "host": "h", "short_message": "disk", "timestamp": 1_795_242_600.5, "level": 3},
        {"__REALTIME_TIMESTAMP": "1795242600000000", "PRIORITY": "3", "MESSAGE": "failed",
        "_SYSTEMD_UNIT": "a.service"},
        {"@t": _TIME, "@m": "order failed", "@l": "Error", "@x": "System.Exception: no\n   at Shop.Order()"},
        {"messageType": "DATA_MESSAGE", "logGroup": "/g", "logEvents": [{"timestamp": 1,
        "message": "ERROR cw"}]},
        {"level": 50, "time": 1_795_242_600_000, "msg": "lost",
        "err": {"stack": "Error: lost\n    at a (b.js:1:2)"}},
        {"status": 502, "method": "POST", "path": "/route/7?q=1", "time": _TIME, "service": "edge"},
        {"textPayload": "quota", "severity": "ERROR", "timestamp": _TIME,
        "resource": {"labels": {"pod_name": "p"}}},
        [{"message": "ERROR one"}, {"message": "two"}],
        '10.0.0.1 - - [21/Nov/2026:07:00:00 +0000] "POST /route/v1 HTTP/1.1" 502 88 "-" "curl/8"',
        "2026-11-21T07:00:00.123456789+03:00 stderr P ERROR begin ",
        "E1121 07:00:00.000123       1 a.go:1] klog", "<11>Nov 21 07:00:00 web1 app[7]: ERROR syslog",
        "java.lang.IllegalStateException: stock negative", "\tat shop.Stock.take(Stock.java:11)",
        "panic: assignment to entry in nil map", "goroutine 1 [running]:",
        "Traceback (most recent call last):",
        'ts=2026-11-21T07:00:00Z level=error msg="it broke" err="dial tcp 10.0.0.7:80: refused"',
    ),
    topics.METRICS: (
        _matrix(values=_POINTS), _matrix(histograms=[[1_795_242_600, {"count": "1", "sum": "2",
        "buckets": []}]]),
        {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1,
        "0"]}]}},
        {"status": "success", "data": {"alerts": [_ALERT, _ALERT]}}, _WEBHOOK, [_WEBHOOK["alerts"][0]],
    ),
    topics.KUBERNETES: (
        _POD, _EVENT, {"type": "MODIFIED", "object": _POD}, {"kind": "List", "items": [_POD, _EVENT]},
        {**_EVENT, "kind": None}, {"kind": "StatefulSet", "metadata": _POD["metadata"],
        "spec": {"replicas": 3}},
        {"kind": "Secret", "metadata": _POD["metadata"], "data": {"password": "aHVudGVyMjI="}},
    ),
    topics.MLFLOW: (
        {"experiment": {"experiment_id": "7", "name": "oak"}, "run": _RUN, "artifacts": [{"path": "m"}],
         "production": {"model": "oak", "version": "3", "since_ms": None, "run": _RUN}},
        {"registered_model": {"name": "oak", "latest_versions": [{"version": "3", "run_id": "r1"}]}},
    ),
    topics.AIRFLOW: (
        {
            "dag_run": {"dag_id": "d", "dag_run_id": "m", "state": "failed", "run_type": "manual",
                        "start_date": _TIME, "end_date": _TIME},
            "task_instances": [{"task_id": "t", "state": "failed", "try_number": 1, "map_index": -1}],
        },
    ),
}  # fmt: skip
"""Topic to records as sources write them."""

ODD: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1e308, -1e18, 10**30, float("nan"), float("inf"), float("-inf"), "", " ", "NaN",
    "Infinity",
    "0001-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-23:59", "\ud83d", "\x00",
    "\u202e", "\ufeff", "İ", "null", "-", "<*>", "<NUM>", "{}", "[]", '{"message": {"message": []}}', [],
    {}, [[]], [None],
    {"": ""}, {"$date": {}}, {"stringValue": 7}, {"seconds": "x", "nanos": None}, 1_795_242_600_000,
)  # fmt: skip
"""Values that somebody's reader stumbled over."""

PIECES: Final = (
    "token ", "key=", 'key"', "password: ", "cookie: id=1234; ", "http://h1:8080,", "http://u:", "eyJ",
    "://a:b@c/",
    '\\"', "\\\\", '{"a":', "[", "(", "</", "<add key=", "%3D", "-----BEGIN PRIVATE KEY-----", "@a.io ",
    "A1b2C3d4E5",
    "=", ":", ",", ";", "'", "`", "\t", "\n", "\r\n", " at a.b(C.java:1)\n", "Caused by: x\n", "\x1b[31m",
    "я", "😀",
    "10.0.0.1", "1e9", "0x", "2026-11-21T07:00:00Z ", "GET / HTTP/1.1", " 502 ", "ERROR ", "a" * 50, "-p ",
    "==", "&amp;",
)  # fmt: skip
"""Pieces of text that parsers and patterns stumble over, above all if there are many."""


def make_records(topic: str) -> st.SearchStrategy[str | bytes]:
    """Return a strategy of values for a topic."""
    shaped = st.sampled_from(SEEDS[topic]).flatmap(_change)
    text = shaped.map(lambda value: value if isinstance(value, str) else json.dumps(value))
    return st.one_of(text, text.flatmap(_spoil), make_texts(), st.binary(max_size=200), _nest())


def make_texts() -> st.SearchStrategy[str]:
    """Return a strategy of texts, short ones and such that repeat a few pieces up to a megabyte."""
    pieces = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), min_size=1, max_size=4)
    whole = pieces.map("".join)
    sizes = st.sampled_from((1, 3, 50, 2_000, 20_000, 1_000_000))
    return st.tuples(whole, sizes, whole).map(lambda t: t[0] * max(1, t[1] // max(len(t[0]), 1)) + t[2])


@st.composite
def _change(draw: st.DrawFn, seed: Any) -> Any:
    """A copy of a seed in which some parts are odd."""
    value = json.loads(json.dumps(seed))
    for _ in range(draw(st.integers(0, 3))):
        value = _change_one(draw, value)
    return value


def _change_one(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        name = draw(st.sampled_from(sorted(value)))
        match draw(st.integers(0, 6)):
            case 0:
                return {n: inner for n, inner in value.items() if n != name}
            case 1:
                return {
                    **value,
                    draw(st.sampled_from(("", "a.b", "message", "level", "time", "\x00"))): value[name],
                }
            case 2:
                return {**value, **{f"k{n}": n for n in range(draw(st.sampled_from((3, 10_000))))}}
            case _:
                return {**value, name: _change_one(draw, value[name])}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], _change_one(draw, value[at]), *value[at:]]
    return draw(st.one_of(st.sampled_from(ODD), make_texts(), st.integers(), st.floats()))


@st.composite
def _spoil(draw: st.DrawFn, text: str) -> bytes:
    """Bytes of a text, cut off or changed somewhere."""
    data = text.encode(errors="surrogatepass")
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.binary(max_size=3)) + draw(st.sampled_from((b"", data[at:])))


def _nest() -> st.SearchStrategy[str]:
    openings = st.sampled_from(("[", '{"a":', '{"message":[', '{"data":{"result":'))
    return st.tuples(openings, st.sampled_from((3, 65, 700, 100_000))).map(lambda t: t[0] * t[1])
