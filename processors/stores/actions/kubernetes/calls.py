"""What is asked of a cluster: objects, tables, logs, and changes with or without effect."""

import json
from typing import Any, Final

from processors.knowledge.actions.resources import Resource
from processors.stores.actions.kubernetes.access import Cluster, Object, raise_if_refused, read_answer
from processors.stores.actions.kubernetes.places import path_of

FIELD_MANAGER: Final = "runlore-actions"
STRATEGIC: Final = "application/strategic-merge-patch+json"
STEPS: Final = "application/json-patch+json"
APPLY: Final = "application/apply-patch+yaml"

_TABLE: Final = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
_MOST_ROWS: Final = 500
_POD: Final = Resource("Pod", "", "v1")


def get_object(cluster: Cluster, resource: Resource, namespace: str, name: str) -> Object:
    """Return an object as the API gives it.

    Args:
        cluster: As the person may use it.
        resource: The kind of objects.
        namespace: Of the object; empty where it is in none.
        name: Of the object.

    Raises:
        AnswerError: It isn't there, or may not be read.
    """
    return read_answer(cluster.http.get(path_of(resource, namespace, name)))


def list_objects(cluster: Cluster, resource: Resource, namespace: str, **selectors: str) -> list[Object]:
    """Return objects of a namespace.

    Args:
        cluster: As the person may use it.
        resource: The kind of objects.
        namespace: Empty: of all.
        selectors: Such as `fieldSelector`.

    Raises:
        AnswerError: They may not be read.
    """
    query: dict[str, str | int] = {"limit": _MOST_ROWS, **selectors}
    answer = read_answer(cluster.http.get(path_of(resource, namespace), params=query))
    items: list[Object] = answer["items"]
    return items


def get_table(cluster: Cluster, resource: Resource, namespace: str, name: str, **selectors: str) -> Object:
    """Return objects as the API server's own table, which kubectl prints.

    Args:
        cluster: As the person may use it.
        resource: The kind of objects.
        namespace: Empty: of all.
        name: Empty: all of them.
        selectors: Such as `labelSelector`.

    Raises:
        AnswerError: They aren't there, or may not be read.
    """
    query: dict[str, str | int] = {} if name else {"limit": _MOST_ROWS, **selectors}
    path = path_of(resource, namespace, name)
    return read_answer(cluster.http.get(path, params=query, headers={"Accept": _TABLE}))


def read_pod_log(cluster: Cluster, namespace: str, name: str, **options: str | int) -> str:
    """Return the end of a pod's log.

    Args:
        cluster: As the person may use it.
        namespace: Of the pod.
        name: Of the pod.
        options: Of the API's log, such as `tailLines` and `container`.

    Raises:
        AnswerError: There is no such pod, the log may not be read, or the node doesn't answer.
    """
    answer = cluster.http.get(path_of(_POD, namespace, name, "log"), params=options)
    raise_if_refused(answer)
    return answer.text


def get_raw(cluster: Cluster, path: str) -> Object:
    """Return what the API server answers at a path, such as that of the metrics API.

    Raises:
        AnswerError: There is nothing, or it may not be read.
    """
    return read_answer(cluster.http.get(path))


def patch_object(
    cluster: Cluster, path: str, change: Any, form: str, *, dry_run: bool, force: bool = False
) -> Object:
    """Change an object, or return what it would be.

    Args:
        cluster: As the person may use it.
        path: Of the object.
        change: A patch, or the whole manifest.
        form: `STRATEGIC`, `STEPS` or `APPLY`.
        dry_run: The API server does all but to keep it.
        force: Take over fields that others manage; only an applied manifest asks for that.

    Raises:
        AnswerError: It isn't there, may not be changed, was changed meanwhile, or admission refuses it.
    """
    query: dict[str, str] = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
    query |= {"dryRun": "All"} if dry_run else {}
    query |= {"force": "true"} if force else {}
    # JSON is YAML.
    body, headers = json.dumps(change), {"Content-Type": form}
    return read_answer(cluster.http.patch(path, params=query, content=body, headers=headers))


def delete_object(cluster: Cluster, path: str, uid: str, resource_version: str, *, dry_run: bool) -> None:
    """Delete exactly the object that was seen.

    Args:
        cluster: As the person may use it.
        path: Of the object.
        uid: Of the object.
        resource_version: In which it was seen.
        dry_run: The API server does all but to delete it.

    Raises:
        AnswerError: It isn't there, another one is, it was changed meanwhile, or may not be deleted.
    """
    body: Object = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": uid, "resourceVersion": resource_version},
    }
    body |= {"dryRun": ["All"]} if dry_run else {}
    read_answer(cluster.http.request("DELETE", path, json=body))
