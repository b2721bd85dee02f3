"""The metrics API that autoscalers read, played: how many processors each pod takes."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.parse import parse_qs, urlsplit

from evaluation.benchmarks.diagnosis.autoscaling import USUAL_LOAD
from evaluation.benchmarks.diagnosis.cluster import Cluster, Object, has_labels, is_true, walk
from evaluation.benchmarks.diagnosis.quantities import read_quantity
from evaluation.benchmarks.diagnosis.real.api import Api, create
from evaluation.benchmarks.diagnosis.real.clock import read_now

GROUP: Final = "metrics.k8s.io/v1beta1"
_LIST: Final = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": GROUP, "resources": [
    {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]},
]}  # fmt: skip


@contextmanager
def run_metrics_api(api: Api, cluster: Cluster, tls: Path) -> Iterator[None]:
    """Answer as a metrics server does while the context is open.

    Args:
        api: The API server that passes its questions on.
        cluster: Whose pods are measured.
        tls: Folder of a certificate and its key.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, answer = answer_question(cluster, self.path)
            body = json.dumps(answer).encode()
            # Who asked may have lost patience.
            with suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "apiserver.crt", tls / "apiserver.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    _register(api, server.server_address[1])
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _register(api: Api, port: int) -> None:
    meta = {"name": "metrics-server", "namespace": "kube-system"}
    spec: Object = {"type": "ExternalName", "externalName": "localhost"}
    create(api, {"kind": "Service", "metadata": meta, "spec": spec})
    group, version = GROUP.split("/")
    spec = {
        "group": group,
        "version": version,
        "service": {**meta, "port": port},
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
    }
    create(api, {"kind": "APIService", "metadata": {"name": f"{version}.{group}"}, "spec": spec})


def answer_question(cluster: Cluster, url: str) -> tuple[int, Object]:
    """Return the status and the answer of a request.

    Args:
        cluster: Whose pods are measured.
        url: Path and query.
    """
    parts = urlsplit(url)
    path = parts.path.strip("/").split("/")
    if "namespaces" not in path:
        return 200, _LIST
    wanted = parse_qs(parts.query).get("labelSelector", [""])[0]
    labels = dict(one.split("=", 1) for one in wanted.split(",") if "=" in one)
    namespace = path[path.index("namespaces") + 1]
    if (namespace, labels.get("app", "")) in cluster.unmeasured:
        said = "the server could not find the requested resource"
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound"}
        return 404, {**status, "message": said, "code": 404}
    items = [
        _measure(cluster, pod)
        for pod in walk(cluster, "Pod", namespace)
        if has_labels(pod, labels) and is_true(pod, "Ready")
    ]
    return 200, {"kind": "PodMetricsList", "apiVersion": GROUP, "metadata": {}, "items": items}


def _measure(cluster: Cluster, pod: Object) -> Object:
    meta = pod["metadata"]
    load = cluster.loads.get((meta["namespace"], meta["labels"].get("app", "")), USUAL_LOAD)
    containers = []
    for one in pod["spec"]["containers"]:
        asked = read_quantity(one.get("resources", {}).get("requests", {}).get("cpu", "100m"))
        usage = {"cpu": f"{round(asked * 10 * load)}m", "memory": "90Mi"}
        containers.append({"name": one["name"], "usage": usage})
    return {
        "metadata": {"name": meta["name"], "namespace": meta["namespace"], "labels": meta["labels"]},
        "timestamp": f"{read_now():%Y-%m-%dT%H:%M:%SZ}",
        "window": "15s",
        "containers": containers,
    }
