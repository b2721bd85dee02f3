"""Writes into an API server, in its own JSON: what a person, a kubelet and a provisioner write."""

import json
import ssl
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from evaluation.benchmarks.diagnosis.cluster import Object
from processors.stores.kubernetes import RESOURCES

_OTHERS: Final = {
    "serviceaccounts": ("v1", "ServiceAccount"),
    "priorityclasses": ("scheduling.k8s.io/v1", "PriorityClass"),
    "leases": ("coordination.k8s.io/v1", "Lease"),
    "apiservices": ("apiregistration.k8s.io/v1", "APIService"),
}
_PLACES: Final = {kind: (version, resource) for resource, (version, kind) in (RESOURCES | _OTHERS).items()}
MERGE: Final = "application/merge-patch+json"
STRATEGIC: Final = "application/strategic-merge-patch+json"


class Api(NamedTuple):
    """An API server, and who writes into it."""

    http: httpx.Client


class RefusedError(Exception):
    """The API server refuses a request; what it says."""


def open_api(kubeconfig: Path) -> Api:
    """Return the API server of a kubeconfig that the stack wrote."""
    content = json.loads(kubeconfig.read_text())
    cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
    return Api(
        httpx.Client(
            base_url=cluster["server"],
            headers={"Authorization": f"Bearer {user['token']}"},
            verify=ssl.create_default_context(cafile=cluster["certificate-authority"]),
            trust_env=False,
            timeout=60,
        )
    )


def name_path(kind: str, namespace: str, name: str = "", part: str = "") -> str:
    """Return where an object is.

    Args:
        kind: Such as `Pod`.
        namespace: Empty for what is in none.
        name: Without it, all objects of the kind.
        part: Such as `status`.

    Example:
        >>> name_path("Deployment", "shop", "pay", "status")
        '/apis/apps/v1/namespaces/shop/deployments/pay/status'
        >>> name_path("Node", "")
        '/api/v1/nodes'
    """
    version, resource = _PLACES[kind]
    root = "/apis" if "/" in version else "/api"
    place = f"/namespaces/{namespace}" if namespace else ""
    return "/".join(filter(None, (f"{root}/{version}{place}/{resource}", name, part)))


def create(api: Api, object_: Object) -> Object:
    """Make an object and return it as it became.

    Raises:
        RefusedError: The API server doesn't take it.
    """
    meta, kind = object_["metadata"], object_["kind"]
    body = {"apiVersion": _PLACES[kind][0], **object_}
    return _ask(api, "POST", name_path(kind, meta.get("namespace", "")), body)


def replace(api: Api, object_: Object) -> Object:
    """Change an object to what is given, as an editor does, and return it as it became.

    Raises:
        RefusedError: The API server doesn't take it.
    """
    meta, kind = object_["metadata"], object_["kind"]
    body = {"apiVersion": _PLACES[kind][0], **object_}
    path = name_path(kind, meta.get("namespace", ""), meta["name"])
    return _ask(api, "PUT", f"{path}?fieldManager=kubectl-edit", body)


def patch(api: Api, path: str, body: Object, how: str) -> Object:
    """Change some fields of what is at a path.

    Args:
        api: The API server.
        path: As `name_path` gives it.
        body: The fields.
        how: `MERGE` or `STRATEGIC`.

    Raises:
        RefusedError: The API server doesn't take it.
    """
    return _ask(api, "PATCH", path, body, how)


def remove(api: Api, path: str, *, at_once: bool = False) -> None:
    """Take away what is at a path, if it is there.

    Args:
        api: The API server.
        path: As `name_path` gives it.
        at_once: As a kubelet does it once a pod has ended, without waiting for it.
    """
    body = {"gracePeriodSeconds": 0} if at_once else {}
    response = api.http.request("DELETE", path, json=body)
    if response.status_code != HTTPStatus.NOT_FOUND:
        _check(response)


def _ask(api: Api, method: str, path: str, body: Object, type_: str = "application/json") -> Object:
    content = json.dumps(body)
    response = api.http.request(method, path, content=content, headers={"Content-Type": type_})
    _check(response)
    answer: dict[str, Any] = response.json()
    return answer


def _check(response: httpx.Response) -> None:
    if response.is_error:
        said = response.json().get("message", "") if response.content else ""
        request = response.request
        raise RefusedError(f"{request.method} {request.url.path}: {response.status_code} {said}")
