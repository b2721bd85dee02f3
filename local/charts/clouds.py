"""The files of charts/clouds, each looked at by what its cloud says of its own API."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

from local.charts.helm import CHART, run
from local.environments import ensure_environment
from local.errors import StackError

CLOUDS = CHART.parent / "clouds"
ECS, CLOUD_RUN, GROUP = (CLOUDS / f"{name}.yaml" for name in ("ecs", "cloud-run", "container-instances"))
_ROUND_TRIP = Path(__file__).with_name("container_group.py")
_DISCOVERY = "googleapiclient/discovery_cache/documents/run.v1.json"
# What the description of annotations says: the name, and which resources may have it.
_ANNOTATION = re.compile(r"\* `([a-zA-Z./-]+)`: ([A-Za-z, ]+)")


def lint_clouds(envs: Path) -> str:
    """Look at the files of all clouds, without any of them.

    Raises:
        StackError: at the first thing that is wrong.
    """
    ensure_environment(envs, "clouds")
    home = envs / "clouds"
    run([home / "bin/cfn-lint", ECS])
    run([home / "bin/python", _ROUND_TRIP, GROUP])
    (discovery,) = home.glob(f"lib/python3*/site-packages/{_DISCOVERY}")
    schemas = json.loads(discovery.read_text())["schemas"]
    if faults := list_run_faults(yaml.safe_load(CLOUD_RUN.read_text()), schemas):
        raise StackError(f"{CLOUD_RUN}: {'; '.join(faults)}")
    return "ECS by cfn-lint, Cloud Run and ACI by their vendors' own models"


def list_run_faults(service: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    """Say what Cloud Run's API knows otherwise in a service.

    Args:
        service: as `gcloud run services replace` takes it.
        schemas: of the API's discovery document.

    Example:
        >>> meta = {"id": "ObjectMeta", "properties": {"annotations": {"type": "object", "description": ""}}}
        >>> kind = {"id": "Service", "type": "object", "properties": {"metadata": {"$ref": "ObjectMeta"}}}
        >>> list_run_faults({"metadata": {}, "speck": {}}, {"Service": kind, "ObjectMeta": meta})
        ["Additional properties are not allowed ('speck' was unexpected)"]
    """
    validator = Draft7Validator({**_close(schemas["Service"]), "definitions": _close(schemas)})
    wrong = [error.message for error in validator.iter_errors(service)]
    return [*wrong, *_list_strange_annotations(service, schemas)]


def _list_strange_annotations(service: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    told = schemas["ObjectMeta"]["properties"]["annotations"]["description"]
    places = {name: kinds.split(", ") for name, kinds in _ANNOTATION.findall(told)}
    template = service.get("spec", {}).get("template", {})
    for kind, thing in (("Service", service), ("Revision", template)):
        for name in thing.get("metadata", {}).get("annotations", {}):
            if kind not in places.get(name, ()):
                yield f"a {kind} has no annotation {name}"


def _close(node: Any) -> Any:
    """Make JSON schemas of a discovery document's, which refuse names that they don't know."""
    if isinstance(node, list):
        return [_close(item) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": f"#/definitions/{node['$ref']}"}
    closed = {name: _close(part) for name, part in node.items() if name not in ("id", "format")}
    if isinstance(node.get("properties"), dict) and isinstance(node.get("id"), str):
        closed.setdefault("additionalProperties", False)
    return closed
