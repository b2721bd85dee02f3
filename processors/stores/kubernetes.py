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
    "namespaces": ("v1", "Namespace"),
    "services": ("v1", "Service"),
    "configmaps": ("v1", "ConfigMap"),
    "secrets": ("v1", "Secret"),
    "persistentvolumeclaims": ("v1", "PersistentVolumeClaim"),
    "persistentvolumes": ("v1", "PersistentVolume"),
    "resourcequotas": ("v1", "ResourceQuota"),
    "limitranges": ("v1", "LimitRange"),
    "deployments": ("apps/v1", "Deployment"),
    "statefulsets": ("apps/v1", "StatefulSet"),
    "daemonsets": ("apps/v1", "DaemonSet"),
    "replicasets": ("apps/v1", "ReplicaSet"),
    "jobs": ("batch/v1", "Job"),
    "cronjobs": ("batch/v1", "CronJob"),
    "horizontalpodautoscalers": ("autoscaling/v2", "HorizontalPodAutoscaler"),
    "endpointslices": ("discovery.k8s.io/v1", "EndpointSlice"),
    "ingresses": ("networking.k8s.io/v1", "Ingress"),
    "networkpolicies": ("networking.k8s.io/v1", "NetworkPolicy"),
    "storageclasses": ("storage.k8s.io/v1", "StorageClass"),
}
"""What is watched, with the apiVersion and kind that the items of a list leave out."""
_PAGE: Final = 500
_CONNECT_S: Final = 10.0
# A watch ends by itself at its time; a connection that died silently is given up a little later.
_GRACE_S: Final = 15.0

# The account may not read a kind, or the API server doesn't have it.
_REFUSED: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})

Object = dict[str, Any]


class Cluster(NamedTuple):
    """A cluster that can be read; its uid, that of the namespace kube-system, never changes."""

    api: client.ApiClient
    name: str
    uid: str


class PositionGoneError(Exception):
    """The API server no longer has the changes since a resource version: what there is must be listed."""


class RefusedError(Exception):
    """The cluster doesn't let this account read a kind, or doesn't have it; other kinds may be read."""


def open_cluster(kubeconfig: str) -> Cluster:
    """Return the cluster of a kubeconfig's current context.

    Raises:
        kubernetes.config.ConfigException: The file is missing or no kubeconfig.
        kubernetes.client.exceptions.ApiException: The cluster doesn't let this user in.
        urllib3.exceptions.HTTPError: The API server is unreachable.
    """
    # These parts of the client carry no types.
    _, current = config.list_kube_config_contexts(config_file=kubeconfig)  # type: ignore[no-untyped-call]
    pool = client.Configuration()
    # Each kind is followed in a connection of its own.
    pool.connection_pool_maxsize = len(RESOURCES) + 1
    api = config.new_client_from_config(  # type: ignore[no-untyped-call]
        config_file=kubeconfig, client_configuration=pool
    )
    meta = (
        client.CoreV1Api(api).read_namespace("kube-system", _request_timeout=(_CONNECT_S, _GRACE_S)).metadata
    )
    return Cluster(api, current["context"]["cluster"], str(meta.uid if meta else ""))


def list_objects(cluster: Cluster, resource: str) -> Iterator[tuple[list[Object], str]]:
    """Yield pages of all objects of a resource, each with the resource version that the whole list is of.

    Raises:
        RefusedError: The resource can't be read, by this account or at all.
        kubernetes.client.exceptions.ApiException: The API server answers with another error.
    """
    token: str | None = None
    while token != "":
        try:
            response = _lister(cluster, resource)(
                limit=_PAGE, _continue=token, _preload_content=False, _request_timeout=(_CONNECT_S, 60.0)
            )
        except ApiException as error:
            _raise_if_refused(error, resource)
            raise
        body = json.loads(response.data)
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
        RefusedError: The resource can't be read any more.
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
        _raise_if_refused(error, resource)
        raise


def _raise_if_refused(error: ApiException, resource: str) -> None:
    if error.status in _REFUSED:
        raise RefusedError(f"{resource}: {error.reason}") from error


def _lister(cluster: Cluster, resource: str) -> Callable[..., Any]:
    core, apps = client.CoreV1Api(cluster.api), client.AppsV1Api(cluster.api)
    batch, networking = client.BatchV1Api(cluster.api), client.NetworkingV1Api(cluster.api)
    scaling = client.AutoscalingV2Api(cluster.api)
    listers: dict[str, Callable[..., Any]] = {
        "events": core.list_event_for_all_namespaces,
        "pods": core.list_pod_for_all_namespaces,
        "nodes": core.list_node,
        "namespaces": core.list_namespace,
        "services": core.list_service_for_all_namespaces,
        "configmaps": core.list_config_map_for_all_namespaces,
        "secrets": core.list_secret_for_all_namespaces,
        "persistentvolumeclaims": core.list_persistent_volume_claim_for_all_namespaces,
        "persistentvolumes": core.list_persistent_volume,
        "resourcequotas": core.list_resource_quota_for_all_namespaces,
        "limitranges": core.list_limit_range_for_all_namespaces,
        "deployments": apps.list_deployment_for_all_namespaces,
        "statefulsets": apps.list_stateful_set_for_all_namespaces,
        "daemonsets": apps.list_daemon_set_for_all_namespaces,
        "replicasets": apps.list_replica_set_for_all_namespaces,
        "jobs": batch.list_job_for_all_namespaces,
        "cronjobs": batch.list_cron_job_for_all_namespaces,
        "horizontalpodautoscalers": scaling.list_horizontal_pod_autoscaler_for_all_namespaces,
        "endpointslices": client.DiscoveryV1Api(cluster.api).list_endpoint_slice_for_all_namespaces,
        "ingresses": networking.list_ingress_for_all_namespaces,
        "networkpolicies": networking.list_network_policy_for_all_namespaces,
        "storageclasses": client.StorageV1Api(cluster.api).list_storage_class,
    }
    return listers[resource]
