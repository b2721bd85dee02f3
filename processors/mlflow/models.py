"""A registered model of MLflow in words: its versions, and which of them is in production since when."""

from typing import Any, Final

from processors.mlflow.comparison import sort_metrics
from processors.mlflow.fields import name_run, read_metrics, read_time

_NAMED: Final = 5


def describe_model(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a chunk says of a registered model."""
    model, production = body["registered_model"], body.get("production")
    name = model["name"]
    versions = sorted(body["versions"], key=lambda version: int(version["version"]), reverse=True)
    aliases: dict[str, list[str]] = {}
    for alias in model.get("aliases", []):
        aliases.setdefault(alias["version"], []).append(alias["alias"])
    since_ms = production["since_ms"] if production else None
    changes = [
        int(one["last_updated_timestamp"]) for one in (model, *versions) if one.get("last_updated_timestamp")
    ]
    observed = read_time(max([*changes, since_ms or 0]))
    lines = [
        f"{_sum_up_production(name, production, aliases)}.",
        f"Description: {model['description'][:500]}" if model.get("description") else "",
        *(_describe_version(version, aliases.get(version["version"], [])) for version in versions),
    ]
    return {
        "kind": "ml_model",
        "identity": name,
        "title": f"Registered model {name}",
        "text": "\n".join(filter(None, lines)),
        "gist": f"Registered model {name} in MLflow: versions, aliases, which one is in production.",
        "began_at": read_time(model["creation_timestamp"]).isoformat(),
        "observed_at": observed.isoformat(),
        "service": name,
        "severity": "info",
        "labels": {"model": name, **({"production": production["version"]} if production else {})},
        "values": [name, *(version["run_id"] for version in versions if version.get("run_id"))],
        "cite": {
            "type": "mlflow",
            "model": name,
            **({"version": production["version"]} if production else {}),
        },
    }


def _sum_up_production(name: str, production: dict[str, Any] | None, aliases: dict[str, list[str]]) -> str:
    if production is None:
        return f"No version of model {name} is in production"
    version, run = production["version"], production["run"]
    alias = ", ".join(aliases.get(version, []))
    since = f" since {read_time(production['since_ms']):%Y-%m-%d %H:%M} UTC" if production["since_ms"] else ""
    told = f"Version {version} of model {name} is in production{f' (alias {alias})' if alias else ''}{since}"
    if not run:
        return told
    metrics = read_metrics(run)
    shown = ", ".join(f"{metric} {metrics[metric]:.4g}" for metric in sort_metrics(metrics)[:_NAMED])
    return f"{told}; it comes from run {name_run(run)}{f' with {shown}' if shown else ''}"


def _describe_version(version: dict[str, Any], aliases: list[str]) -> str:
    stage = version.get("current_stage", "None")
    parts = [
        f"Version {version['version']}",
        f"alias {', '.join(aliases)}" if aliases else "",
        f"stage {stage}" if stage != "None" else "",
        f"run {version['run_id']}" if version.get("run_id") else "",
        f"created {read_time(version['creation_timestamp']):%Y-%m-%d %H:%M} UTC",
        str(version.get("description", ""))[:200],
    ]
    return f"{', '.join(filter(None, parts))}."
