"""A cluster, asked with the rights of the person who wants something of it."""

from processors.stores.actions.kubernetes.access import (
    GROUP_PREFIX,
    AnswerError,
    Cluster,
    Object,
    may,
    open_cluster_as,
)
from processors.stores.actions.kubernetes.calls import (
    APPLY,
    STEPS,
    STRATEGIC,
    delete_object,
    get_object,
    get_raw,
    get_table,
    list_objects,
    patch_object,
    read_pod_log,
)
from processors.stores.actions.kubernetes.places import Permission, path_of

__all__ = [
    "APPLY",
    "GROUP_PREFIX",
    "STEPS",
    "STRATEGIC",
    "AnswerError",
    "Cluster",
    "Object",
    "Permission",
    "delete_object",
    "get_object",
    "get_raw",
    "get_table",
    "list_objects",
    "may",
    "open_cluster_as",
    "patch_object",
    "path_of",
    "read_pod_log",
]
