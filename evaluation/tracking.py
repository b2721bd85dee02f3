"""The record of every index version in MLflow: its making, what it reached, and why it went live."""

import json
import time
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import mlflow
from matplotlib.figure import Figure
from mlflow.entities import Metric

from evaluation.gate import Averages, Decision
from evaluation.measures import MEASURES, QueryResult, to_table
from evaluation.runbook_report import RunbookReport, render_report
from processors.chunk import Pipeline
from processors.redaction.masking import mask_secrets


def log_version(
    tracking_uri: str,
    pipeline: Pipeline,
    index: str,
    meta: dict[str, Any],
    averages: Averages,
    results: dict[str, list[QueryResult]],
    live_results: dict[str, list[QueryResult]],
    decision: Decision,
) -> str:
    """Log one run for an index version and return the run's id.

    Args:
        tracking_uri: MLflow's address.
        pipeline: Decides the experiment, `runlore-rag` or `runlore-cag`.
        index: The version.
        meta: What the version says of itself; becomes parameters.
        averages: Means by query set.
        results: Per-query results by query set.
        live_results: The same of the version in service.
        decision: The gate's.
    """
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_experiment(f"runlore-{pipeline}")
    with mlflow.start_run(run_name=index) as run:
        mlflow.set_tags(
            {
                "index": index,
                "gate": "promoted" if decision["promote"] else "refused",
                "gate_reasons": "; ".join(decision["reasons"]) or "none against",
            }
        )
        told = {name: mask_secrets(str(value))[:500] for name, value in meta.items() if name != "state"}
        mlflow.log_params(told)
        for query_set, measures in averages.items():
            mlflow.log_metrics({f"{query_set}/{name}": value for name, value in measures.items()})
            mlflow.log_table(to_table(results[query_set], live_results.get(query_set)), f"{query_set}.json")
        # The plain names are those of the set that people wrote, where there is one.
        headline = averages.get("golden") or next(iter(averages.values()), {})
        mlflow.log_metrics({**headline, "chunks": float(meta.get("chunks", 0))})
        mlflow.log_figure(draw_measures(index, averages), "measures.png")
        return str(run.info.run_id)


def log_runbooks(tracking_uri: str, run_id: str, report: RunbookReport) -> None:
    """Log what the runbooks of a version lack with its run: a page for people, and JSON with the counts."""
    client = mlflow.MlflowClient(tracking_uri)
    client.log_text(run_id, render_report(report), "runbooks.md")
    client.log_text(run_id, json.dumps(report, indent=1), "runbooks.json")
    client.log_metric(run_id, "runbooks/total", report["runbooks"])
    client.log_metric(run_id, "runbooks/complete", report["complete"])


def draw_measures(index: str, averages: Averages) -> Figure:
    """Return a bar chart of the means, a group per query set."""
    figure = Figure(figsize=(7, 4))
    axes = figure.subplots()
    width = 0.8 / max(1, len(averages))
    for position, (query_set, measures) in enumerate(averages.items()):
        places = [number + position * width for number in range(len(MEASURES))]
        bars = axes.bar(places, [measures[name] for name in MEASURES], width, label=query_set)
        axes.bar_label(bars, fmt="%.3f")
    axes.set_xticks([number + 0.4 - width / 2 for number in range(len(MEASURES))], list(MEASURES))
    axes.set_ylim(0, 1.1)
    axes.set_title(index)
    axes.legend()
    return figure


def log_freshness(tracking_uri: str, run_id: str, step: int, metrics: dict[str, float]) -> None:
    """Log what a micro-batch measured as one step of the live version's run, in one request.

    The run stays as it is: opening it again for each batch would cost more than the batch.
    """
    now = int(time.time() * 1000)
    logged = [Metric(name, value, now, step) for name, value in metrics.items()]
    mlflow.MlflowClient(tracking_uri).log_batch(run_id, logged)
