"""The chart as it is installed on a node, looked at and asked without a pause."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from local.node.access import get_objects, run_kubectl
from local.node.place import Node
from local.node.release import RELEASE, find_url
from tests.support.asking import Seen, keep_asking

CLIENTS = 4
# The documents have a version, events have none.
MODELS = ("runlore-cag", "runlore")
# They come and go by themselves, and belong to no release.
_PASSING = ("event", "event.events.k8s.io", "lease.coordination.k8s.io")
# What pods use is no object, and lingers for a while.
_MEASURED = ".metrics.k8s.io"


class Installed(NamedTuple):
    """A release, the objects that were in its namespace before it, and the key of its API."""

    node: Node
    namespace: str
    before: set[str]
    key: str

    def list_pods(self) -> list[dict[str, Any]]:
        """The service's pods that aren't told to end."""
        chosen = f"app.kubernetes.io/instance={RELEASE},app.kubernetes.io/component=service"
        found = get_objects(self.node, "-n", self.namespace, "pods", "-l", chosen)["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def name_pods(self) -> set[str]:
        return {pod["metadata"]["name"] for pod in self.list_pods()}

    def name_ready(self) -> set[str]:
        return {pod["metadata"]["name"] for pod in self.list_pods() if is_ready(pod)}

    @contextmanager
    def asked(self) -> Iterator[Seen]:
        """Ask all the time, whole answers and streams, through the Service's port on the node."""
        seen, done = Seen(), threading.Event()
        url = find_url(self.node, self.namespace)
        clients = [
            threading.Thread(target=keep_asking, args=(url, self.key, number, seen, done, MODELS))
            for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        try:
            yield seen
        finally:
            done.set()
            for client in clients:
                client.join()


def is_ready(pod: dict[str, Any]) -> bool:
    return any(
        one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", ())
    )


def list_objects(node: Node, namespace: str) -> set[str]:
    """Name every object of every kind in a namespace, as `kind/name`."""
    listed = run_kubectl(node, "api-resources", "--namespaced", "--verbs=list", "-o", "name").split()
    kinds = [kind for kind in listed if not kind.endswith(_MEASURED)]
    said = run_kubectl(node, "-n", namespace, "get", ",".join(kinds), "-o", "name", "--ignore-not-found")
    return {name for name in said.split() if name.partition("/")[0] not in _PASSING}
