"""Schemas for kubeconform, made of what an API server says of itself."""

import json
from pathlib import Path
from typing import Any

from local.errors import StackError

# How kubeconform finds a file in the folder.
LOCATION = "{{.ResourceKind}}{{.KindSuffix}}.json"


def write_schemas(openapi: dict[str, Any], folder: Path) -> int:
    """Write a JSON schema for each kind, and give how many; names that a kind doesn't have are refused.

    Args:
        openapi: what the API server says at /openapi/v2.
        folder: where they go.

    Raises:
        StackError: if it tells of no kind.
    """
    definitions = openapi.get("definitions", {})
    written = 0
    for definition in definitions.values():
        kinds = definition.get("x-kubernetes-group-version-kind", [])
        if len(kinds) == 1:  # what has several is common to all kinds, such as a status
            schema = json.dumps(_resolve(definition, definitions, ()))
            (folder / name_schema(**kinds[0])).write_text(schema)
            written += 1
    if not written:
        raise StackError("The API server told of no kind at /openapi/v2.")
    return written


def name_schema(group: str, version: str, kind: str) -> str:
    """Give the name that kubeconform looks for.

    Args:
        group: of the API; empty for the core.
        version: of the API.
        kind: of the object.

    Example:
        >>> name_schema("networking.k8s.io", "v1", "Ingress"), name_schema("", "v1", "Pod")
        ('ingress-networking-v1.json', 'pod-v1.json')
    """
    parts = (kind.lower(), group.partition(".")[0], version)
    return f"{'-'.join(part for part in parts if part)}.json"


def _resolve(node: Any, definitions: dict[str, Any], seen: tuple[str, ...]) -> Any:
    """Put each definition where it is referred to, but not into itself."""
    if isinstance(node, list):
        return [_resolve(item, definitions, seen) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):  # and not a property of that name
        name = node["$ref"].rpartition("/")[2]
        if name in seen:
            return {}
        return _resolve(definitions[name], definitions, (*seen, name))
    if node.get("x-kubernetes-int-or-string") or node.get("format") == "int-or-string":
        return {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    own = {key: value for key, value in node.items() if not key.startswith("x-kubernetes")}
    resolved = {key: _resolve(value, definitions, seen) for key, value in own.items()}
    if "properties" in resolved and not node.get("x-kubernetes-preserve-unknown-fields"):
        resolved.setdefault("additionalProperties", False)
    return resolved
