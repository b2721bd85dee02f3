"""An alert of a real Prometheus about a real deployment ends because of what was done, or doesn't."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from kubernetes import client

from processors.pipelines.actions import effects
from processors.settings import Settings, change_settings
from tests.support.action_runs import Ask
from tests.support.deeds import do, look_at, verify
from tests.support.own_prometheus import start_prometheus
from tests.support.waiting import wait_for


@contextmanager
def export_replicas(admin: client.ApiClient, namespace: str, name: str) -> Iterator[str]:
    """Tell over HTTP how many replicas of a deployment are available, as kube-state-metrics does."""
    apps = client.AppsV1Api(admin)

    class Exporter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = apps.read_namespaced_deployment(name, namespace).status.available_replicas or 0
            self.send_response(200)
            self.end_headers()
            labels = f'exported_namespace="{namespace}",deployment="{name}"'
            self.wfile.write(f"replicas_available{{{labels}}} {found}\n".encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def alerting(
    admin: client.ApiClient, acting: Settings, namespace: str, api: str, tmp_path: Path
) -> Iterator[Settings]:
    """A Prometheus by which the deployment `api` should have three replicas."""
    with export_replicas(admin, namespace, api) as exporter, start_prometheus(tmp_path, [exporter]) as own:
        expression = f'label_replace(replicas_available < 3, "namespace", "{namespace}", "", "")'
        own.set_rule("TooFewReplicas", expression)
        yield change_settings(acting, prometheus={"url": own.url})


@pytest.mark.parametrize(("replicas", "helped"), [(3, True), (1, False)])
def test_whether_it_helped_is_what_the_alert_says(
    ask: Ask, alerting: Settings, namespace: str, api: str, replicas: int, helped: bool
) -> None:
    deed = ask("kubernetes.scale", namespace=namespace, resource="deployment", name=api, replicas=replicas)
    target = look_at(deed).target
    assert wait_for(lambda: effects.list_alerts(alerting, target)) == ("TooFewReplicas",)
    before = effects.list_alerts(alerting, target)
    assert verify(deed, do(deed))[0]
    effect = effects.measure_effect(alerting, target, before, time.monotonic() + 20)
    assert (effect.helped, effect.after) == (helped, () if helped else ("TooFewReplicas",))
