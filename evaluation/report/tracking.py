"""The record of every index version in MLflow: its making, what it reached, and why it went live."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import mlflow
from matplotlib.figure import Figure
from mlflow.entities import Run
from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT, MLFLOW_RUN_NOTE

from evaluation.gate.decision import Decision, Evidence, compare_results
from evaluation.measures.inspection import count_by_source
from evaluation.measures.ranking import average, to_table
from evaluation.measures.statistics import bootstrap_interval
from evaluation.report.gate_report import render_decision
from evaluation.report.plots import VersionPoint, draw_drift, draw_latency, draw_quality, draw_won_and_lost
from evaluation.report.runbook_report import RunbookReport, render_report
from processors.chunk import Pipeline
from processors.knowledge.redaction.masking import mask_secrets
from processors.settings import Settings
from processors.versions.registry import name_model

# Best first: the set that stands for a version, where it could be asked.
_HEADLINES: Final = ("golden", "generated", "known_item")
_DRAWN_MEASURES: Final = ("ndcg_at_10", "recall_at_10")
_DRAWN_VERSIONS: Final = 12
_LONGEST_PARAMETER: Final = 500
# What came of it, and where something of it lies: neither is what it was made from.
_NO_PARAMETERS: Final = ("state", "mlflow_run", "gate", "page_records", "held_pages", "log_state")
# What decides how a version is made and asked, beside what it says of itself.
_CONFIGURATION: Final = {
    "embedding_model",
    "embedding_dimension",
    "embedding_query_prefix",
    "embedding_passage_prefix",
    "embedding_languages",
    "chunk_tokens",
    "neural_search",
    "model_cards",
    "kept_versions",
}

# By default the client tries for minutes: a release that can't be recorded fails, and is tried again as a
# whole.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")


def log_version(
    settings: Settings,
    pipeline: Pipeline,
    meta: dict[str, Any],
    evidence: Evidence,
    drifts: Mapping[str, float],
    decision: Decision,
) -> str:
    """Log what the gate found to the run that the version's build began, or to a new one, and end it.

    Args:
        settings: Of the platform.
        pipeline: Decides the experiment, `runlore-rag` or `runlore-cag`.
        meta: What the version says of itself; becomes parameters.
        evidence: What was measured.
        drifts: Source to how far its vectors moved since the live version.
        decision: The gate's.

    Returns:
        The run's id.
    """
    index = evidence["corpus"]["index"]
    mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
    experiment = mlflow.set_experiment(name_model(pipeline))
    begun = meta.get("mlflow_run")
    with mlflow.start_run(run_id=begun) if begun else mlflow.start_run(run_name=index) as run:
        page = render_decision(index, decision, evidence)
        mlflow.set_tags(_list_tags(index, meta, evidence, decision) | {MLFLOW_RUN_NOTE: page})
        _log_configuration(settings, meta)
        metrics = list_metrics(evidence, drifts)
        mlflow.log_metrics(metrics)
        for query_set, results in evidence["results"].items():
            table = to_table(results, evidence["live_results"].get(query_set))
            mlflow.log_table(table, f"{query_set}.json")
        mlflow.log_text(page, "decision.md")
        earlier = _read_points(experiment.experiment_id, index, evidence)
        for name, figure in draw_version(evidence, drifts, earlier, metrics, decision):
            mlflow.log_figure(figure, f"{name}.png")
        return str(run.info.run_id)


def _list_tags(index: str, meta: Mapping[str, Any], evidence: Evidence, decision: Decision) -> dict[str, str]:
    live = evidence["live_corpus"]
    return {
        "index": index,
        "gate": _name_decision(decision),
        "gate_reasons": mask_secrets(" ".join(decision["reasons"])) or "none against",
        "measured_against": live["index"] if live else "nothing",
        MLFLOW_GIT_COMMIT: str(meta.get("code_commit", "unknown")),
    }


def _log_configuration(settings: Settings, meta: Mapping[str, Any]) -> None:
    origin = {name: value for name, value in meta.items() if name not in _NO_PARAMETERS}
    told = {name: mask_secrets(str(value))[:_LONGEST_PARAMETER] for name, value in origin.items()}
    mlflow.log_params(told)
    chosen = settings.model_dump(mode="json", include=_CONFIGURATION)
    text = json.dumps({"version": origin, "settings": chosen}, indent=1, sort_keys=True, default=str)
    mlflow.log_text(mask_secrets(text), "configuration.json")


def list_metrics(evidence: Evidence, drifts: Mapping[str, float]) -> dict[str, float]:
    """Return what is comparable between versions as numbers, each mean with its interval."""
    metrics: dict[str, float] = {}
    for query_set, results in evidence["results"].items():
        live = evidence["live_results"].get(query_set)
        metrics[f"{query_set}/queries"] = len(results)
        for measure, mean in average(results).items():
            name = f"{query_set}/{measure}"
            low, high = bootstrap_interval([result["measures"][measure] for result in results])
            metrics |= {name: mean, f"{name}/low": low, f"{name}/high": high}
            if live:
                metrics[f"{name}/change"] = compare_results(results, live, measure)["difference"]
    headline = choose_headline(evidence)
    if headline:
        # The plain names are those of the best set that there is.
        metrics |= average(evidence["results"][headline])
    soundness, counts = evidence["soundness"], count_by_source(evidence["corpus"])
    metrics |= {
        "chunks": float(sum(counts.values())),
        "documents": float(len(evidence["corpus"]["documents"])),
        "leaks": float(evidence["leaks"]["leaked"]),
        "found_by_vector": soundness["found_by_vector"] / max(1, soundness["probed"]),
    }
    if told := evidence["abstention"]:
        metrics |= {
            "no_answer/accuracy": told["accuracy"],
            "no_answer/answered": told["answered"],
            "no_answer/abstained": told["abstained"],
        }
    return metrics | ({"embedding_drift": max(drifts.values())} if drifts else {})


def choose_headline(evidence: Evidence) -> str | None:
    """Return the query set that stands for the version: the one that people wrote, if it could be asked."""
    return next((name for name in _HEADLINES if name in evidence["results"]), None)


def draw_version(
    evidence: Evidence,
    drifts: Mapping[str, float],
    earlier: Mapping[str, list[VersionPoint]],
    metrics: Mapping[str, float],
    decision: Decision,
) -> Iterator[tuple[str, Figure]]:
    """Yield the pictures of a version by name; those that need a live version only if there is one."""
    index, live = evidence["corpus"]["index"], evidence["live_corpus"]
    headline = choose_headline(evidence)
    if headline is None:
        return
    gate = _name_decision(decision)
    points = {
        measure: [
            *earlier.get(measure, []),
            _to_point(index, metrics, headline, measure, gate),
        ]
        for measure in _DRAWN_MEASURES
    }
    yield "quality_by_version", draw_quality(headline, points)
    latencies = {index: _list_latencies(evidence["results"].values())}
    if live and headline in evidence["live_results"]:
        names = index, live["index"]
        pair = evidence["results"][headline], evidence["live_results"][headline]
        yield "queries_won_and_lost", draw_won_and_lost(headline, _DRAWN_MEASURES[0], names, *pair)
        latencies[live["index"]] = _list_latencies(evidence["live_results"].values())
    yield "search_latency", draw_latency(latencies)
    if live and drifts:
        yield "embedding_drift", draw_drift((index, live["index"]), drifts)


def _list_latencies(results: Any) -> list[float]:
    return [result["latency_ms"] for measured in results for result in measured]


def _name_decision(decision: Decision) -> str:
    return "promoted" if decision["promote"] else "refused"


def _to_point(
    index: str, metrics: Mapping[str, float], query_set: str, measure: str, gate: str
) -> VersionPoint:
    name = f"{query_set}/{measure}"
    return VersionPoint(
        index=index,
        gate=gate,
        queries=int(metrics[f"{query_set}/queries"]),
        mean=metrics[name],
        low=metrics.get(f"{name}/low", metrics[name]),
        high=metrics.get(f"{name}/high", metrics[name]),
    )


def _read_points(experiment_id: str, index: str, evidence: Evidence) -> dict[str, list[VersionPoint]]:
    """Return what the experiment's versions before this one reached, by measure, oldest first."""
    headline = choose_headline(evidence) or ""
    found = mlflow.MlflowClient().search_runs(
        [experiment_id], "attributes.status = 'FINISHED'", max_results=_DRAWN_VERSIONS
    )
    runs: list[Run] = sorted(
        (run for run in found if {"index", "gate"} <= run.data.tags.keys()),
        key=lambda run: run.info.start_time,
    )
    return {
        measure: [
            _to_point(run.data.tags["index"], run.data.metrics, headline, measure, run.data.tags["gate"])
            for run in runs
            if f"{headline}/{measure}" in run.data.metrics and run.data.tags["index"] != index
        ]
        for measure in _DRAWN_MEASURES
    }


def log_runbooks(tracking_uri: str, run_id: str, report: RunbookReport) -> None:
    """Log what the runbooks of a version lack with its run: a page for people, and JSON with the counts."""
    client = mlflow.MlflowClient(tracking_uri)
    client.log_text(run_id, render_report(report), "runbooks.md")
    client.log_text(run_id, json.dumps(report, indent=1), "runbooks.json")
    client.log_metric(run_id, "runbooks/total", report["runbooks"])
    client.log_metric(run_id, "runbooks/complete", report["complete"])


def log_oddities(tracking_uri: str, run_id: str, oddities: Sequence[str]) -> None:
    """Log what was odd about the pages that a version's build read, a line each, with its run."""
    client = mlflow.MlflowClient(tracking_uri)
    client.log_text(run_id, "".join(f"{oddity}\n" for oddity in oddities), "oddities.txt")
    client.log_metric(run_id, "pages/oddities", len(oddities))
