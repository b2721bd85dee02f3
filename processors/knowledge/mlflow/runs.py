"""A run of MLflow in words: how it ended, and how it compares with production."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from processors.knowledge.chunk_factory import Description
from processors.knowledge.durations import describe_duration
from processors.knowledge.mlflow.comparison import compare_metrics, describe_comparison, sort_metrics
from processors.knowledge.mlflow.facts import RunFacts, write_facts
from processors.knowledge.mlflow.fields import (
    LONGEST_TITLE,
    Rival,
    as_object,
    list_objects,
    name_run,
    read_divergence,
    read_metrics,
    read_pairs,
    read_rival,
    read_time,
)

_SEVERITIES: Final = {"FAILED": "error", "KILLED": "warning"}
_ENDS: Final = {"FAILED": "failed", "KILLED": "was killed", "FINISHED": "finished"}
_RUNNING: Final = ("RUNNING", "SCHEDULED")
_PARENT: Final = "mlflow.parentRunId"
_SHOWN: Final = 30
_NAMED: Final = 5
_LONGEST: Final = 160
_LONGEST_NOTE: Final = 500


class _Run(NamedTuple):
    """A run as it is told; `ended` is when it logged last if it goes on, None if no clock can be believed."""

    info: dict[str, Any]
    name: str
    experiment: str
    status: str
    tags: dict[str, str]
    params: dict[str, str]
    metrics: dict[str, float]
    diverged: dict[str, str]
    is_deleted: bool
    began: datetime | None
    ended: datetime | None

    @property
    def is_comparable(self) -> bool:
        return not self.is_deleted and not self.diverged


def describe_run(body: dict[str, Any], clock: datetime) -> Description:
    """Return what is told of a run.

    Args:
        body: A `run` with an id, and perhaps `experiment`, `artifacts`, `production` and `parent`.
        clock: When the broker got it; later times are none.
    """
    run, rival = _read_run(body, clock), read_rival(body)
    observed = run.ended or clock
    facts = RunFacts(
        name=run.name,
        status=run.status,
        metrics={key: run.metrics[key] for key in sort_metrics(run.metrics)},
        diverged=", ".join(f"{name} {how}" for name, how in [*run.diverged.items()][:_NAMED]),
        is_deleted=run.is_deleted,
        standing=_sum_up(run, rival)[:_LONGEST] if rival and rival.run and run.is_comparable else "",
    )
    run_id, model = str(run.info["run_id"]), {"model": rival.model} if rival else {}
    named = (run_id, run.name, run.tags.get("mlflow.source.git.commit"), run.tags.get(_PARENT))
    return Description(
        kind="ml_run",
        identity=("ml_run", run_id),
        document=("ml_run", run_id),
        source=f"mlflow:{run.experiment}",
        title=f"Run {run.name} of experiment {run.experiment}"[:LONGEST_TITLE],
        text="\n".join(filter(None, _write_lines(run, rival, body))),
        gist=_write_gist(run),
        began_at=min(run.began or observed, observed).isoformat(),
        observed_at=observed.isoformat(),
        service=run.experiment,
        severity=_judge(run),
        labels={"experiment": run.experiment, **write_facts(facts), **model},
        values=[name for name in named if name],
        cite={
            "type": "mlflow",
            "experiment_id": run.info.get("experiment_id", ""),
            "run_id": run_id,
            "experiment": run.experiment,
            "run": run.name,
        },
    )


def _read_run(body: dict[str, Any], clock: datetime) -> _Run:
    run, experiment = as_object(body["run"]), as_object(body.get("experiment"))
    info = as_object(run.get("info"))
    return _Run(
        info=info,
        name=name_run(run),
        experiment=str(experiment.get("name") or info.get("experiment_id", "unknown")),
        status=str(info.get("status", "unknown")),
        tags=read_pairs(run, "tags"),
        params=read_pairs(run, "params"),
        metrics=read_metrics(run),
        diverged=read_divergence(run),
        is_deleted="deleted" in (info.get("lifecycle_stage"), experiment.get("lifecycle_stage")),
        began=read_time(info.get("start_time"), clock),
        ended=_find_end(run, clock),
    )


def _find_end(run: dict[str, Any], clock: datetime) -> datetime | None:
    info = as_object(run.get("info"))
    if info.get("end_time"):
        return read_time(info["end_time"], clock)
    logged = list_objects(as_object(run.get("data")).get("metrics"))
    stated = [metric.get("timestamp") for metric in logged]
    signs = [read_time(time, clock) for time in (info.get("start_time"), *stated)]
    return max(filter(None, signs), default=None)


def _judge(run: _Run) -> str:
    if run.is_deleted:
        return "info"
    return _SEVERITIES.get(run.status, "warning" if run.diverged else "info")


def _write_gist(run: _Run) -> str:
    """Return what is embedded: names, and in few words what went wrong; figures change too often."""
    marks = (
        (" It is deleted.", run.is_deleted),
        (" It diverged.", bool(run.diverged)),
        (" It failed.", run.status == "FAILED"),
    )
    trouble = "".join(words for words, is_so in marks if is_so)
    metrics = ", ".join(sort_metrics(run.metrics.keys() | run.diverged.keys())[:_SHOWN])
    return (
        f"MLflow training run {run.name} of experiment {run.experiment}.{trouble} "
        f"Metrics {metrics}. Parameters {', '.join([*run.params][:_SHOWN])}."
    )


def _write_lines(run: _Run, rival: Rival | None, body: dict[str, Any]) -> list[str]:
    figures = {key: how.partition(" ")[2] for key, how in run.diverged.items()}
    figures |= {key: f"{value:.4g}" for key, value in run.metrics.items()}
    state = _sum_up(run, rival) if run.is_comparable else _describe_trouble(run)
    return [
        f"Run {run.name} of experiment {run.experiment} {state}.",
        _list("Metrics", [f"{key} {figures[key]}" for key in sort_metrics(figures)]),
        _list("Parameters", [f"{key}={value}" for key, value in run.params.items()]),
        _list("Different from production", _list_differences(run, rival) if run.is_comparable else []),
        _describe_parent(run.tags.get(_PARENT, ""), as_object(body.get("parent"))),
        _describe_note(run.tags.get("mlflow.note.content", "")),
        _describe_course(run),
        _list("Artefacts", [str(file.get("path")) for file in list_objects(body.get("artifacts"))]),
        _list("Tags", [f"{key}={value}" for key, value in run.tags.items() if not key.startswith("mlflow.")]),
    ]


def _describe_end(run: _Run) -> str:
    """Return how and when a run ended, and what it reached."""
    if run.status in _RUNNING:
        return f"is running{_describe_reach(run)}"
    when = f"on {run.ended:%Y-%m-%d at %H:%M} UTC" if run.ended else "at an unknown time"
    return f"{_ENDS.get(run.status, f'has the status {run.status}')} {when}{_describe_reach(run)}"


def _describe_reach(run: _Run) -> str:
    shown = ", ".join(f"{name} {run.metrics[name]:.4g}" for name in sort_metrics(run.metrics)[:_NAMED])
    return f" with {shown}" if shown else ""


def _describe_trouble(run: _Run) -> str:
    """Return what is wrong with a run that was deleted or diverged, which is compared with nothing."""
    how = ", ".join(f"{name} {word}" for name, word in [*run.diverged.items()][:_NAMED])
    parts = ["is deleted" if run.is_deleted else "", f"diverged: {how}" if how else ""]
    return "; ".join([*filter(None, parts), f"it {_describe_end(run)}"])


def _sum_up(run: _Run, rival: Rival | None) -> str:
    """Return what a person wants to know of a run first, without the run's name."""
    if run.status != "FINISHED" and run.status not in _RUNNING:
        return _describe_end(run)
    if not rival or not rival.run:
        return f"{_describe_end(run)}; there is no production version to compare it with"
    place = f"production (version {rival.version} of {rival.model})"
    if rival.run["info"]["run_id"] == run.info["run_id"]:
        return f"is in {place}{_describe_reach(run)}"
    if not run.metrics:
        return f"{_describe_end(run)} and logged no metric"
    state = "is still running and " if run.status in _RUNNING else ""
    return state + describe_comparison(compare_metrics(run.metrics, read_metrics(rival.run)), place)


def _list_differences(run: _Run, rival: Rival | None) -> list[str]:
    if not rival or not rival.run:
        return []
    theirs = read_pairs(rival.run, "params")
    return [
        f"{name} {run.params.get(name, 'unset')} instead of {theirs.get(name, 'unset')}"
        for name in sorted(run.params.keys() | theirs.keys())
        if run.params.get(name) != theirs.get(name)
    ]


def _describe_parent(parent_id: str, parent: dict[str, Any]) -> str:
    """Return which run a nested run is part of, and how that one is going if it is known."""
    if not parent_id:
        return ""
    name, status = parent.get("run_name") or parent_id, str(parent.get("status", ""))
    going = "is running" if status in _RUNNING else _ENDS.get(status, "")
    return f"It is part of run {name}{f', which {going}' if going else ''}."


def _describe_note(note: str) -> str:
    text = " ".join(note.split())
    return f"Note: {text[:_LONGEST_NOTE]}" if text else ""


def _describe_course(run: _Run) -> str:
    user = run.info.get("user_id") or run.tags.get("mlflow.user")
    source, commit = run.tags.get("mlflow.source.name"), run.tags.get("mlflow.source.git.commit")
    lasted = (run.ended - run.began).total_seconds() if run.began and run.ended else -1.0
    parts = [
        f"Started {run.began:%Y-%m-%d %H:%M} UTC" if run.began else "Started at an unknown time",
        f"took {describe_duration(lasted)}" if run.info.get("end_time") and lasted >= 0 else "",
        f"status {run.status}",
        f"user {user}" if user else "",
        f"source {source}" if source else "",
        f"commit {commit[:12]}" if commit else "",
    ]
    return f"{', '.join(filter(None, parts))}."


def _list(heading: str, items: list[str]) -> str:
    shown = [item[:_LONGEST] for item in items[:_SHOWN]]
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return f"{heading}: {', '.join(shown)}{more}." if items else ""
