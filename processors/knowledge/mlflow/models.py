"""A registered model of MLflow in words: its versions, and which of them is in production since when."""

from datetime import datetime
from typing import Any, Final

from processors.knowledge.chunk_factory import Description
from processors.knowledge.mlflow.comparison import sort_metrics
from processors.knowledge.mlflow.fields import (
    LONGEST_TITLE,
    Rival,
    as_object,
    list_objects,
    name_run,
    read_metrics,
    read_rival,
    read_time,
)

_NAMED: Final = 5
_DIGITS: Final = 20
_READY: Final = "READY"
_FAILED: Final = "FAILED_REGISTRATION"
_STATES: Final = {_FAILED: "registration failed", "PENDING_REGISTRATION": "registration is pending"}


def describe_model(body: dict[str, Any], clock: datetime) -> Description:
    """Return what is told of a registered model.

    Args:
        body: `{"registered_model", "versions", "production"}`.
        clock: When the broker got it; later times are none.
    """
    model, production = as_object(body["registered_model"]), read_rival(body)
    name = str(model["name"])
    versions = sorted(list_objects(body.get("versions")), key=_number, reverse=True)
    aliases: dict[str, list[str]] = {}
    for alias in list_objects(model.get("aliases")):
        aliases.setdefault(str(alias.get("version")), []).append(str(alias.get("alias")))
    since = read_time(production.since_ms, clock) if production else None
    stated = [read_time(one.get("last_updated_timestamp"), clock) for one in (model, *versions)]
    observed = max(filter(None, (*stated, since)), default=clock)
    created = read_time(model.get("creation_timestamp"), clock) or observed
    is_broken = bool(versions) and versions[0].get("status") == _FAILED
    lines = [
        *(
            [f"The newest version of model {name}: {_describe_version(versions[0], [], clock)}"]
            if is_broken
            else []
        ),
        f"{_sum_up_production(name, production, aliases, since)}.",
        f"Description: {str(model['description'])[:500]}" if model.get("description") else "",
        *(_describe_version(version, aliases.get(_name_version(version), []), clock) for version in versions),
    ]
    return Description(
        kind="ml_model",
        identity=("ml_model", name),
        document=("ml_model", name),
        source=f"mlflow:{name}",
        title=f"Registered model {name}"[:LONGEST_TITLE],
        text="\n".join(filter(None, lines)),
        gist=f"Registered model {name} in MLflow: versions, aliases, which one is in production.",
        began_at=min(created, observed).isoformat(),
        observed_at=observed.isoformat(),
        service=name,
        severity="warning" if is_broken else "info",
        labels={"model": name, **({"production": production.version} if production else {})},
        values=[name, *(str(version["run_id"]) for version in versions if version.get("run_id"))],
        cite={
            "type": "mlflow",
            "model": name,
            **({"version": production.version} if production else {}),
        },
    )


def _number(version: dict[str, Any]) -> int:
    number = _name_version(version)[:_DIGITS]
    return int(number) if number.isdecimal() else 0


def _name_version(version: dict[str, Any]) -> str:
    return str(version.get("version", "unknown"))


def _sum_up_production(
    name: str, production: Rival | None, aliases: dict[str, list[str]], since: datetime | None
) -> str:
    if production is None:
        return f"No version of model {name} is in production"
    version, run = production.version, production.run
    alias = ", ".join(aliases.get(version, []))
    began = f" since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    told = f"Version {version} of model {name} is in production{f' (alias {alias})' if alias else ''}{began}"
    if not run:
        return told
    metrics = read_metrics(run)
    shown = ", ".join(f"{metric} {metrics[metric]:.4g}" for metric in sort_metrics(metrics)[:_NAMED])
    return f"{told}; it comes from run {name_run(run)}{f' with {shown}' if shown else ''}"


def _describe_version(version: dict[str, Any], aliases: list[str], clock: datetime) -> str:
    stage = version.get("current_stage") or "None"
    status, reason = str(version.get("status") or _READY), str(version.get("status_message") or "")
    state = "" if status == _READY else _STATES.get(status, f"status {status}")
    created = read_time(version.get("creation_timestamp"), clock)
    parts = [
        f"Version {_name_version(version)}",
        f"{state}: {reason[:200]}" if state and reason else state,
        f"alias {', '.join(aliases)}" if aliases else "",
        f"stage {stage}" if stage != "None" else "",
        f"run {version['run_id']}" if version.get("run_id") else "",
        f"created {created:%Y-%m-%d %H:%M} UTC" if created else "",
        str(version.get("description") or "")[:200],
    ]
    return f"{', '.join(filter(None, parts))}."
