"""A cluster as the proposer may use it, and what Kubernetes' refusals mean to a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

import httpx

from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.resources import Resource, find_resource
from processors.pipelines.actions.operation import Deed
from processors.stores.actions import kubernetes as store

SYSTEM: Final = "Kubernetes"
# What the API server says of a call that it understood and won't do.
_REFUSED: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.METHOD_NOT_ALLOWED}
)


@contextmanager
def enter(deed: Deed) -> Iterator[store.Cluster]:
    """Give the cluster with the proposer's rights; what it refuses, it refuses to the proposer.

    Raises:
        ActionRefusedError: There is no cluster, or the API server refuses.
        httpx.TransportError: The API server is unreachable, and trying again may help.
    """
    kubeconfig = deed.settings.actions.kubeconfig
    if not kubeconfig:
        raise ActionRefusedError("not_configured", setting="RUNLORE_ACTIONS_KUBECONFIG")
    cluster = store.open_cluster_as(kubeconfig, deed.request.proposer.user, deed.groups)
    with cluster.http:
        try:
            yield cluster
        except store.AnswerError as error:
            raise _explain(deed, error) from error


def _explain(deed: Deed, error: store.AnswerError) -> Exception:
    # Admission forbids, too, such as Pod Security: then nobody lacks a right.
    if error.status == HTTPStatus.FORBIDDEN and " cannot " not in str(error):
        return ActionRefusedError("system_refused", system=SYSTEM, what=str(error))
    if error.status == HTTPStatus.FORBIDDEN:
        return ActionRefusedError("no_right", person=deed.request.proposer.user, missing=str(error))
    if error.status == HTTPStatus.NOT_FOUND:
        return ActionRefusedError("not_found", what=str(error).removesuffix(" not found"))
    if error.status == HTTPStatus.CONFLICT and "the object has been modified" in str(error):
        return ActionRefusedError("changed", what="the target")
    if error.status == HTTPStatus.CONFLICT or error.status in _REFUSED:
        return ActionRefusedError("system_refused", system=SYSTEM, what=str(error))
    # It is busy or broken: nothing is known of what it did.
    return httpx.RemoteProtocolError(f"the API server answers {error.status}: {error}")


def require_rights(deed: Deed, *permissions: store.Permission) -> str:
    """Ask the API server whether the proposer may do all of it, and return with whose rights it would run.

    Args:
        deed: For its proposer.
        permissions: What the calls need.

    Raises:
        ActionRefusedError: Something isn't allowed; the message says what.
    """
    with enter(deed) as cluster:
        for permission in permissions:
            if reason := store.may(cluster, permission):
                # RBAC says nothing more than that no role allows it.
                told = "" if reason == "no role allows it" else f" ({reason})"
                raise ActionRefusedError(
                    "no_right", person=deed.request.proposer.user, missing=f"{permission.describe()}{told}"
                )
    groups = ", ".join(f"{store.GROUP_PREFIX}{group}" for group in deed.groups) or "none"
    return f"those of the groups {groups} in the cluster {cluster.name}: " + ", ".join(
        permission.describe() for permission in permissions
    )


def resource_of(deed: Deed, called: str = "") -> Resource:
    """Return the kind of objects that an action is about.

    Args:
        deed: With the parameter `resource`.
        called: Its name, if the action is always about the same.

    Raises:
        ActionRefusedError: It isn't known.
    """
    named = called or deed.get("resource")
    resource = find_resource(named)
    if resource is None:
        raise ActionRefusedError("not_found", what=f"a kind of objects named {named}")
    return resource


def namespace_of(deed: Deed, resource: Resource) -> str:
    """Return the namespace of an action's objects; empty where they are in none, or all are meant."""
    return deed.get("namespace") if resource.namespaced else ""
