"""A webhook of one's own, which the stack's Alertmanager tells for a while; what it is told is kept."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Literal

import httpx

from local.passwords import ensure_passwords
from local.settings import StackSettings
from local.templates import TEMPLATES, make_values, render_text

State = Literal["firing", "resolved"]


@dataclass(frozen=True)
class Notice:
    """One alert of a message.

    Attributes:
        alert: Its name.
        labels: All of its labels.
        state: Whether it fires or is over.
        runbook: What its `runbook_url` says.
        at: When it came, in seconds of the monotonic clock.
    """

    alert: str
    labels: dict[str, str]
    state: State
    runbook: str
    at: float


@dataclass
class Webhook:
    """Where it listens, and what has come."""

    url: str
    notices: list[Notice] = field(default_factory=list)

    def find(self, alert: str, state: State, labels: dict[str, str]) -> Notice | None:
        """Return the newest notice of an alert with these labels, if that is in this state.

        Args:
            alert: Its name.
            state: The wanted one.
            labels: Some of its labels.
        """
        mine = [n for n in self.notices if n.alert == alert and labels.items() <= n.labels.items()]
        return mine[-1] if mine and mine[-1].state == state else None


def read_notices(body: bytes) -> list[Notice]:
    """Return the alerts of a message of Alertmanager's webhook.

    Example:
        >>> alert = {"status": "firing", "labels": {"alertname": "A"}, "annotations": {"runbook_url": "a.md"}}
        >>> [(n.alert, n.state, n.runbook) for n in read_notices(json.dumps({"alerts": [alert]}).encode())]
        [('A', 'firing', 'a.md')]
    """
    return [
        Notice(
            alert=alert["labels"]["alertname"],
            labels=alert["labels"],
            state=alert["status"],
            runbook=alert["annotations"].get("runbook_url", ""),
            at=time.monotonic(),
        )
        for alert in json.loads(body)["alerts"]
    ]


@contextmanager
def listening() -> Iterator[Webhook]:
    """Listen on a free port of this machine while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            webhook.notices.extend(read_notices(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing of each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    webhook = Webhook(f"http://127.0.0.1:{server.server_port}/")
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield webhook
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def telling(settings: StackSettings, url: str) -> Iterator[None]:
    """Let Alertmanager tell another webhook while the block runs: its configuration, with that address."""
    file = settings.home / "config/alertmanager.yml"
    before = file.read_text()
    told = settings.model_copy(update={"alert_webhook": url})
    values = make_values(told, ensure_passwords(settings.home / "secrets"))
    try:
        _configure(settings, file, render_text(TEMPLATES / "alertmanager.yml.template", values))
        yield
    finally:
        _configure(settings, file, before)


def _configure(settings: StackSettings, file: Path, text: str) -> None:
    file.write_text(text)
    url = f"http://127.0.0.1:{settings.ports['alertmanager']}/-/reload"
    httpx.post(url, timeout=10).raise_for_status()
