"""Kubernetes with the rights of the person who asks: every call impersonates that person.

The account of the kubeconfig may do nothing itself. It impersonates one user, `runlore:person`, with the
groups of the person that the policy knows; who it is stands in the extra field `runlore.io/user`, which its
audit log keeps. RBAC can't tell users by a prefix: one name, groups by name and an open extra field
are the least that can be given.
"""

import ssl
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import httpx
from kubernetes import client, config

from processors.stores.actions.kubernetes.places import Permission

USER: Final = "runlore:person"
GROUP_PREFIX: Final = "runlore:"
_PATIENCE_S: Final = 15

Object = dict[str, Any]


class AnswerError(Exception):
    """The API server refuses, or can't do what it is asked for."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status beside what the API server says."""
        super().__init__(message)
        self.status = status


class Cluster(NamedTuple):
    """A cluster as one person may use it."""

    http: httpx.Client
    name: str


def open_cluster_as(kubeconfig: str, user: str, groups: Iterable[str]) -> Cluster:
    """Return the cluster of a kubeconfig's current context, with the rights of a person.

    Args:
        kubeconfig: Of the account that may impersonate.
        user: Who it is, for the API server's audit log.
        groups: Of the person; each becomes `runlore:<group>`.

    Raises:
        kubernetes.config.ConfigException: The file is missing or no kubeconfig.
    """
    # These parts of the client carry no types.
    _, current = config.list_kube_config_contexts(config_file=kubeconfig)  # type: ignore[no-untyped-call]
    account = client.Configuration()
    config.load_kube_config(config_file=kubeconfig, client_configuration=account)  # type: ignore[no-untyped-call]
    headers = [
        (b"Impersonate-User", USER.encode()),
        (b"Impersonate-Extra-runlore.io%2Fuser", user.encode()),
        *((b"Impersonate-Group", f"{GROUP_PREFIX}{group}".encode()) for group in groups),
    ]
    if token := account.get_api_key_with_prefix("BearerToken", alias="authorization"):
        headers.append((b"Authorization", token.encode()))
    http = httpx.Client(
        base_url=account.host, headers=headers, verify=_make_context(account), timeout=_PATIENCE_S
    )
    return Cluster(http, current["context"]["cluster"])


def _make_context(account: client.Configuration) -> ssl.SSLContext:
    # A kubeconfig that wants the certificate unchecked isn't heard: a change must reach the right cluster.
    context = ssl.create_default_context(cafile=account.ssl_ca_cert)
    if account.cert_file:
        context.load_cert_chain(account.cert_file, account.key_file)
    return context


def may(cluster: Cluster, permission: Permission) -> str:
    """Ask the API server whether the person may do something; empty: yes, else why not.

    Raises:
        AnswerError: The account may not impersonate this person.
        httpx.TransportError: The API server is unreachable.
    """
    attributes = {
        "verb": permission.verb,
        "group": permission.resource.group,
        "resource": permission.resource.plural,
        "subresource": permission.subresource,
        "namespace": permission.namespace if permission.resource.namespaced else "",
        "name": permission.name,
    }
    asked = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {name: value for name, value in attributes.items() if value}},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    status = read_answer(cluster.http.post(path, json=asked)).get("status", {})
    return "" if status.get("allowed") else str(status.get("reason") or "no role allows it")


def read_answer(answer: httpx.Response) -> Object:
    """Return the object that the API server answers.

    Raises:
        AnswerError: It answers with an error.
    """
    raise_if_refused(answer)
    body: Object = answer.json()
    return body


def raise_if_refused(answer: httpx.Response) -> None:
    """Raise what the API server says if it is an error.

    Raises:
        AnswerError: It is.
    """
    if answer.is_success:
        return
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = answer.text[:500] or HTTPStatus(answer.status_code).phrase
    raise AnswerError(answer.status_code, message)
