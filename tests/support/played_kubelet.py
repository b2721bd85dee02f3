"""Played parts of a cluster: a kubelet that gives logs to the API server, and the metrics API."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from kubernetes import client
from kubernetes.client.exceptions import ApiException

from tests.support.waiting import wait_for

GROUP, VERSION = "metrics.k8s.io", "v1beta1"
LINES = [f"line {number} of the log" for number in range(1, 201)]


class PlayedNode(NamedTuple):
    """Its name, and what the API server asked of it: path and query."""

    name: str
    asked: list[tuple[str, dict[str, list[str]]]]


@contextmanager
def play_node(admin: client.ApiClient, tls: Path, name: str) -> Iterator[PlayedNode]:
    """Add a node whose kubelet gives the last lines of one log, for every container alike.

    Args:
        admin: Of the cluster.
        tls: Folder with a certificate and a key; the API server doesn't check whose it is.
        name: Of the node.
    """
    node = PlayedNode(name, [])

    class Kubelet(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            node.asked.append((parts.path, query))
            self.send_response(200)
            self.end_headers()
            self.wfile.write("\n".join(LINES[-int(query["tailLines"][0]) :]).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Kubelet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "apiserver.crt", tls / "apiserver.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    core = client.CoreV1Api(admin)
    core.create_node({"metadata": {"name": name}})
    status = {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": server.server_port}},
    }
    core.patch_node_status(name, {"status": status})
    try:
        yield node
    finally:
        core.delete_node(name)
        server.shutdown()
        server.server_close()


@contextmanager
def play_metrics(admin: client.ApiClient) -> Iterator[client.CustomObjectsApi]:
    """Give the cluster the resources of metrics-server, as objects that a test creates."""
    definitions = client.ApiextensionsV1Api(admin)
    described = [
        describe_use("PodMetrics", "pods", "Namespaced"),
        describe_use("NodeMetrics", "nodes", "Cluster"),
    ]
    names = [str(one["metadata"]["name"]) for one in described]
    for one in described:
        definitions.create_custom_resource_definition(one)
    objects = client.CustomObjectsApi(admin)
    try:
        for plural in ("pods", "nodes"):
            wait_for(lambda plural=plural: _is_served(objects, plural))
        yield objects
    finally:
        for name in names:
            definitions.delete_custom_resource_definition(name)
        wait_for(lambda: not _is_served(objects, "pods"))


def _is_served(objects: client.CustomObjectsApi, plural: str) -> bool:
    try:
        objects.list_cluster_custom_object(GROUP, VERSION, plural)
    except ApiException as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return False
        raise
    return True


def describe_use(kind: str, plural: str, scope: str) -> dict[str, Any]:
    """Return the definition of a resource of the metrics API, which takes any object."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": VERSION, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    # Kubernetes asks for an approval of groups under k8s.io, or for the word that there is none.
    annotations = {"api-approved.kubernetes.io": "unapproved, a test plays it"}
    return {
        "metadata": {"name": f"{plural}.{GROUP}", "annotations": annotations},
        "spec": {"group": GROUP, "scope": scope, "names": names, "versions": [served]},
    }
