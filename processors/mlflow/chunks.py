"""MLflow's runs and registered models in, chunks out: what was tried, and how it compares with production.

The records are those of `processors/collectors/mlflow.py`: MLflow's own JSON, each run with the production
version that it competes with.
"""

from datetime import datetime
from typing import Any, Final

from processors.chunk import Chunk, hash_content, make_id
from processors.durations import describe_duration
from processors.mlflow.comparison import Comparison, compare_metrics, sort_metrics
from processors.mlflow.fields import name_run, read_metrics, read_pairs, read_time
from processors.mlflow.models import describe_model
from processors.record import Record
from processors.untrusted import read_object

_SEVERITIES: Final = {"FAILED": "error", "KILLED": "warning"}
_ENDS: Final = {"FAILED": "failed", "KILLED": "was killed", "FINISHED": "finished"}
_SHOWN: Final = 30
_NAMED: Final = 5
_LONGEST: Final = 160
_MAX_TITLE: Final = 160


def build_mlflow_chunks(record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    """Return the chunk of a run or of a registered model; a newer record of the same one replaces it.

    Raises:
        ValueError: The record is neither.
        LookupError: A field is missing that MLflow always gives.
    """
    body = read_object(record["value"])
    if not isinstance(body, dict) or not body.keys() & {"run", "registered_model"}:
        raise ValueError("expected a JSON object with 'run' or 'registered_model'")
    parts = _describe_run(body) if "run" in body else describe_model(body)
    gist, title = parts["gist"], parts["title"][:_MAX_TITLE]
    return [
        Chunk(
            chunk_id=make_id(parts["kind"], parts["identity"]),
            doc_id=make_id(parts["kind"], parts["identity"]),
            source=f"mlflow:{parts['service']}",
            kind=parts["kind"],
            title=title,
            heading_path="",
            text=parts["text"],
            gist=gist,
            content_hash=hash_content(title, "", gist),
            began_at=parts["began_at"],
            observed_at=parts["observed_at"],
            ingested_at=ingested_at,
            cluster="",
            namespace="",
            service=parts["service"],
            severity=parts["severity"],
            labels=parts["labels"],
            values=parts["values"],
            acl=["public"],
            cite=parts["cite"],
            batch_id=batch_id,
            source_offset=record["offset"] + 1,
        )
    ]


def _describe_run(body: dict[str, Any]) -> dict[str, Any]:
    run, rival = body["run"], body.get("production")
    info, tags = run["info"], read_pairs(run, "tags")
    name, experiment = name_run(run), body["experiment"]["name"]
    metrics, params = read_metrics(run), read_pairs(run, "params")
    began = read_time(info["start_time"])
    ended = read_time(info["end_time"]) if info.get("end_time") else _find_last_sign(run)
    lines = [
        f"Run {name} of experiment {experiment} {_sum_up(run, rival, ended)}.",
        _list("Metrics", [f"{key} {metrics[key]:.4g}" for key in sort_metrics(metrics)]),
        _list("Parameters", [f"{key}={value}" for key, value in params.items()]),
        _list("Different from production", _list_differences(params, rival)),
        _describe_course(info, tags, began, ended),
        _list("Artefacts", [file["path"] for file in body.get("artifacts") or []]),
        _list("Tags", [f"{key}={value}" for key, value in tags.items() if not key.startswith("mlflow.")]),
    ]
    labels = {"experiment": experiment, "run": name, "status": info["status"]}
    return {
        "kind": "ml_run",
        "identity": info["run_id"],
        "title": f"Run {name} of experiment {experiment}",
        "text": "\n".join(filter(None, lines)),
        "gist": f"MLflow training run {name} of experiment {experiment}. "
        f"Metrics {', '.join(sort_metrics(metrics)[:_SHOWN])}. Parameters {', '.join([*params][:_SHOWN])}.",
        "began_at": began.isoformat(),
        "observed_at": ended.isoformat(),
        "service": experiment,
        "severity": _SEVERITIES.get(info["status"], "info"),
        "labels": labels | ({"model": rival["model"]} if rival else {}),
        "values": list(filter(None, (info["run_id"], name, tags.get("mlflow.source.git.commit", "")))),
        "cite": {
            "type": "mlflow",
            "experiment_id": info["experiment_id"],
            "run_id": info["run_id"],
            "experiment": experiment,
            "run": name,
        },
    }


def _sum_up(run: dict[str, Any], rival: dict[str, Any] | None, ended: datetime) -> str:
    """Return what a person wants to know of a run first, without the run's name."""
    status = run["info"]["status"]
    metrics = read_metrics(run)
    shown = ", ".join(f"{name} {metrics[name]:.4g}" for name in sort_metrics(metrics)[:_NAMED])
    reached = f" with {shown}" if shown else ""
    if status not in ("FINISHED", "RUNNING"):
        return f"{_ENDS.get(status, status.lower())} on {ended:%Y-%m-%d at %H:%M} UTC{reached}"
    place = f"production (version {rival['version']} of {rival['model']})" if rival else ""
    if rival and rival["run"] and rival["run"]["info"]["run_id"] == run["info"]["run_id"]:
        return f"is in {place}{reached}"
    state = "is still running and " if status == "RUNNING" else ""
    if not rival or not rival["run"]:
        end = "is running" if status == "RUNNING" else f"finished on {ended:%Y-%m-%d at %H:%M} UTC"
        return f"{end}{reached}; there is no production version to compare it with"
    return state + describe_comparison(compare_metrics(metrics, read_metrics(rival["run"])), place)


def describe_comparison(comparison: Comparison, place: str) -> str:
    """Put a comparison into words that claim no more than the metrics' names allow.

    Example:
        >>> describe_comparison(Comparison(["auc 0.9 against 0.8 (+0.1)"], [], [], [], []), "production")
        'beats production: auc 0.9 against 0.8 (+0.1)'
        >>> describe_comparison(Comparison([], [], ["score 2 against 1 (+1)"], [], []), "production")
        'differs from production: higher in score 2 against 1 (+1)'
    """
    better, worse, higher, lower, equal = (", ".join(group[:_NAMED]) for group in comparison)
    other = [f"{word} in {names}" for word, names in (("higher", higher), ("lower", lower)) if names]
    if better and worse:
        return "; ".join((f"beats {place} in {better}, but is worse in {worse}", *other))
    if better:
        return "; ".join((f"beats {place}: {better}", *other))
    if worse:
        return "; ".join((f"is worse than {place}: {worse}", *other))
    if other:
        return f"differs from {place}: {'; '.join(other)}"
    return f"equals {place} in {equal}" if equal else f"shares no metric with {place}"


def _list_differences(params: dict[str, str], rival: dict[str, Any] | None) -> list[str]:
    if not rival or not rival["run"]:
        return []
    theirs = read_pairs(rival["run"], "params")
    return [
        f"{name} {params.get(name, 'unset')} instead of {theirs.get(name, 'unset')}"
        for name in sorted(params.keys() | theirs.keys())
        if params.get(name) != theirs.get(name)
    ]


def _describe_course(info: dict[str, Any], tags: dict[str, str], began: datetime, ended: datetime) -> str:
    user = info.get("user_id") or tags.get("mlflow.user")
    commit = tags.get("mlflow.source.git.commit")
    parts = [
        f"Started {began:%Y-%m-%d %H:%M} UTC",
        f"took {describe_duration((ended - began).total_seconds())}" if info.get("end_time") else "",
        f"status {info['status']}",
        f"user {user}" if user else "",
        f"source {tags['mlflow.source.name']}" if tags.get("mlflow.source.name") else "",
        f"commit {commit[:12]}" if commit else "",
    ]
    return f"{', '.join(filter(None, parts))}."


def _find_last_sign(run: dict[str, Any]) -> datetime:
    """Return when a run that is going on logged its last metric."""
    logged = [
        int(metric["timestamp"]) for metric in run["data"].get("metrics", []) if metric.get("timestamp")
    ]
    return read_time(max([int(run["info"]["start_time"]), *logged]))


def _list(heading: str, items: list[str]) -> str:
    shown = [item[:_LONGEST] for item in items[:_SHOWN]]
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return f"{heading}: {', '.join(shown)}{more}." if items else ""
