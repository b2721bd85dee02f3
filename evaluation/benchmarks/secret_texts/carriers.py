"""Where secrets are hidden: records of logs, Kubernetes, MLflow and alerts, and pages."""

import json
from collections.abc import Callable
from typing import Final

CARRIERS: Final = ("log", "trace", "event", "object", "run", "alert", "page", "plain")


def _write_log(text: str) -> str:
    body = {"@timestamp": "2026-11-21T07:41:02.123Z", "log": {"level": "ERROR"}, "message": text}
    return json.dumps(body | {"service": {"name": "checkout"}})


def _write_trace(text: str) -> str:
    trace = (
        f"ERROR request failed\njava.lang.IllegalStateException: {text}\n\tat com.acme.Shop.pay(Shop.java:42)"
    )
    return json.dumps({"message": trace, "service.name": "shop"}, ensure_ascii=False)


def _write_event(text: str) -> str:
    event = {
        "kind": "Event",
        "reason": "Failed",
        "message": f"Error: {text}",
        "involvedObject": {"name": "shop-0"},
    }
    return json.dumps(event, separators=(",", ":"))


def _write_object(text: str, name: str, value: str) -> str:
    container = {"name": "app", "env": [{"name": name, "value": value}], "args": ["serve", text]}
    applied = json.dumps({"spec": {"containers": [container]}})
    meta = {"name": "shop-7f6c9d5b8-x2k4p", "annotations": {"last-applied-configuration": applied}}
    return json.dumps({"kind": "Pod", "metadata": meta, "spec": {"containers": [container]}}, indent=1)


def _write_run(text: str, name: str, value: str) -> str:
    data = {"params": [{"key": name.lower(), "value": value}], "tags": [{"key": "note", "value": text}]}
    return json.dumps({"run": {"info": {"run_id": "9f2c"}, "data": data}})


def _write_alert(text: str) -> str:
    alert = {"labels": {"alertname": "Down"}, "annotations": {"summary": "Down", "description": text}}
    return json.dumps({"status": "firing", "alerts": [alert]})


def _write_page(text: str) -> str:
    return f"# Restore\n\nRun this first:\n\n```sh\n{text}\n```\n\nThen see `{text}` in the console.\n"


_WRITERS: Final[dict[str, Callable[[str], str]]] = {
    "log": _write_log,
    "trace": _write_trace,
    "event": _write_event,
    "alert": _write_alert,
    "page": _write_page,
    "plain": lambda text: f"2026-11-21T07:41:02Z WARN checkout {text}",
}


def hide(carrier: str, text: str, name: str, value: str) -> str:
    """Return a record or page that holds a text.

    Args:
        carrier: One of `CARRIERS`.
        text: What is said in it.
        name: Of the variable that holds the secret, where the carrier has variables.
        value: Of that variable.
    """
    if carrier == "object":
        return _write_object(text, name, value)
    if carrier == "run":
        return _write_run(text, name, value)
    return _WRITERS[carrier](text)
