"""The Kubernetes API: lists and watches of the objects that are told of, in the API's own JSON."""

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException

RESOURCES: Final = {
    "events": ("v1", "Event"),
    "pods": ("v1", "Pod"),
    "nodes": ("v1", "Node"),
    "deployments": ("apps/v1", "Deployment"),
    "jobs": ("batch/v1", "Job"),
}
"""What is watched, with the apiVersion and kind that the items of a list leave out."""
_PAGE: Final = 500
_CONNECT_S: Final = 10.0
# A watch ends by itself at its time; a connection that died silently is given up a little later.
_GRACE_S: Final = 15.0

Object = dict[str, Any]


class Cluster(NamedTuple):
    """A cluster that can be read; its uid, that of the namespace kube-system, never changes."""

    api: client.ApiClient
    name: str
    uid: str


class PositionGoneError(Exception):
    """The API server no longer has the changes since a resource version: what there is must be listed."""


def open_cluster(kubeconfig: str) -> Cluster:
    """Return the cluster of a kubeconfig's current context.

    Raises:
        kubernetes.config.ConfigException: The file is missing or no kubeconfig.
        kubernetes.client.exceptions.ApiException: The cluster doesn't let this user in.
        urllib3.exceptions.HTTPError: The API server is unreachable.
    """
    # These parts of the client carry no types.
    _, current = config.list_kube_config_contexts(config_file=kubeconfig)  # type: ignore[no-untyped-call]
    api = config.new_client_from_config(config_file=kubeconfig)  # type: ignore[no-untyped-call]
    meta = (
        client.CoreV1Api(api).read_namespace("kube-system", _request_timeout=(_CONNECT_S, _GRACE_S)).metadata
    )
    return Cluster(api, current["context"]["cluster"], str(meta.uid if meta else ""))


def list_objects(cluster: Cluster, resource: str) -> Iterator[tuple[list[Object], str]]:
    """Yield pages of all objects of a resource, each with the resource version that the whole list is of."""
    token: str | None = None
    while token != "":
        response = _lister(cluster, resource)(
            limit=_PAGE, _continue=token, _preload_content=False, _request_timeout=(_CONNECT_S, 60.0)
        )
        body = json.loads(response.data)
        if response.status != HTTPStatus.OK:
            raise ApiException(status=response.status, reason=body.get("message", response.reason))
        api_version, kind = RESOURCES[resource]
        items = [{"apiVersion": api_version, "kind": kind, **item} for item in body["items"]]
        yield items, body["metadata"]["resourceVersion"]
        token = body["metadata"].get("continue", "")


def watch_objects(
    cluster: Cluster, resource: str, since: str, seconds: float
) -> Iterator[tuple[str, Object]]:
    """Yield what changes after a resource version: the type and the object.

    The type is `ADDED`, `MODIFIED`, `DELETED`, or `BOOKMARK` for a version without a change.

    Args:
        cluster: To read.
        resource: A key of `RESOURCES`.
        since: Resource version to begin after.
        seconds: How long to watch.

    Raises:
        PositionGoneError: The API server has forgotten what came after `since`.
    """
    # Named so, the type leaves the API's JSON as it is.
    stream = watch.Watch(return_type="object").stream(  # type: ignore[no-untyped-call]
        _lister(cluster, resource),
        resource_version=since,
        timeout_seconds=max(1, round(seconds)),
        allow_watch_bookmarks=True,
        _request_timeout=(_CONNECT_S, seconds + _GRACE_S),
    )
    try:
        for event in stream:
            yield event["type"], event["raw_object"]
    except ApiException as error:
        if error.status == HTTPStatus.GONE:
            raise PositionGoneError(f"{resource} since {since}") from error
        raise


def _lister(cluster: Cluster, resource: str) -> Callable[..., Any]:
    core = client.CoreV1Api(cluster.api)
    listers: dict[str, Callable[..., Any]] = {
        "events": core.list_event_for_all_namespaces,
        "pods": core.list_pod_for_all_namespaces,
        "nodes": core.list_node,
        "deployments": client.AppsV1Api(cluster.api).list_deployment_for_all_namespaces,
        "jobs": client.BatchV1Api(cluster.api).list_job_for_all_namespaces,
    }
    return listers[resource]
