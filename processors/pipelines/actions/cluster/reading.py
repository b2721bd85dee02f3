"""What is looked at in a cluster, and not changed: objects, events, rollouts; logs and use beside."""

from collections.abc import Mapping
from typing import Final

import yaml

from processors.knowledge.kubernetes.pruning import prune_object
from processors.pipelines.actions.cluster.access import enter, namespace_of, require_rights, resource_of
from processors.pipelines.actions.cluster.logs import LOGS
from processors.pipelines.actions.cluster.rollouts import describe_rollout
from processors.pipelines.actions.cluster.tables import write_table
from processors.pipelines.actions.cluster.use import USE
from processors.pipelines.actions.operation import Deed, Look, Operation
from processors.stores.actions import kubernetes as store
from processors.stores.actions.kubernetes import Permission


def _may_get(deed: Deed) -> str:
    resource, name = resource_of(deed), deed.get("name")
    asked = Permission("get" if name else "list", resource, namespace_of(deed, resource), name)
    return require_rights(deed, asked)


def _get(deed: Deed, _look: Look | None) -> str:
    resource = resource_of(deed)
    namespace = namespace_of(deed, resource)
    selector = {"labelSelector": deed.get("selector")} if deed.get("selector") else {}
    with enter(deed) as cluster:
        table = store.get_table(cluster, resource, namespace, deed.get("name"), **selector)
    written = write_table(table, with_namespace=resource.namespaced and not namespace)
    return written or f"No {resource.plural} found{f' in the namespace {namespace}' if namespace else ''}."


def _may_describe(deed: Deed) -> str:
    resource = resource_of(deed)
    namespace = namespace_of(deed, resource)
    events = Permission("list", resource_of(deed, "event"), namespace)
    return require_rights(deed, Permission("get", resource, namespace, deed.get("name")), events)


def _describe(deed: Deed, _look: Look | None) -> str:
    resource = resource_of(deed)
    namespace = namespace_of(deed, resource)
    with enter(deed) as cluster:
        found = store.get_object(cluster, resource, namespace, deed.get("name"))
        about = {"fieldSelector": f"involvedObject.uid={found['metadata']['uid']}"}
        events = store.get_table(cluster, resource_of(deed, "event"), namespace, "", **about)
    pruned = prune_object(found, deed.settings.redaction.key_file.read_bytes().strip())
    pruned["metadata"].pop("managedFields", None)
    shown: str = yaml.safe_dump(pruned, sort_keys=False, allow_unicode=True)
    return f"{shown}\nEvents:\n{write_table(events) or '<none>'}"


def _may_list_events(deed: Deed) -> str:
    return require_rights(deed, Permission("list", resource_of(deed, "event"), deed.get("namespace")))


def _list_events(deed: Deed, _look: Look | None) -> str:
    about = {"involvedObject.name": deed.get("name")}
    about["involvedObject.kind"] = resource_of(deed).kind if deed.get("resource") else ""
    named = ",".join(f"{field}={value}" for field, value in about.items() if value)
    chosen = {"fieldSelector": named} if named else {}
    with enter(deed) as cluster:
        table = store.get_table(cluster, resource_of(deed, "event"), deed.get("namespace"), "", **chosen)
    return write_table(table) or f"No events in the namespace {deed.get('namespace')}."


def _may_see_rollout(deed: Deed) -> str:
    asked = Permission("get", resource_of(deed), deed.get("namespace"), deed.get("name"))
    return require_rights(deed, asked)


def _tell_rollout(deed: Deed, _look: Look | None) -> str:
    with enter(deed) as cluster:
        found = store.get_object(cluster, resource_of(deed), deed.get("namespace"), deed.get("name"))
    return describe_rollout(found).finding.tell(deed.request.language)


READING: Final[Mapping[str, Operation]] = {
    "get": Operation(_may_get, _get),
    "describe": Operation(_may_describe, _describe),
    "logs": LOGS,
    "events": Operation(_may_list_events, _list_events),
    "rollout_status": Operation(_may_see_rollout, _tell_rollout),
    **USE,
}
