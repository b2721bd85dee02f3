"""What Argo CD's own chart makes of our values for it, as far as they reach: looked at without that chart."""

import copy
from typing import Any

import yaml

from local.charts.helm import CHART

FOLDER = CHART.parent / "ksops"
VALUES = FOLDER / "argocd-values.yaml"
_CONTAINER = "repo-server"


def make_repo_server(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Make the objects that the values go into: the repo server's Deployment, and Argo CD's ConfigMap.

    Args:
        values: of Argo CD's chart.

    Example:
        >>> objects = make_repo_server({"configs": {"cm": {"a": "b"}}, "repoServer": {"volumes": []}})
        >>> [each["kind"] for each in objects], objects[1]["data"]
        (['Deployment', 'ConfigMap'], {'a': 'b'})
    """
    pod, container = copy.deepcopy(values["repoServer"]), {"name": _CONTAINER, "image": "argocd"}
    for name in ("env", "volumeMounts"):
        container[name] = pod.pop(name, [])
    labels = {"app.kubernetes.io/name": "argocd-repo-server"}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "argocd-repo-server"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {**pod, "containers": [container]}},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "argocd-cm"},
            "data": values["configs"]["cm"],
        },
    ]


def render_repo_server() -> str:
    """Give those objects of the project's values as YAML."""
    return yaml.safe_dump_all(make_repo_server(yaml.safe_load(VALUES.read_text())))
