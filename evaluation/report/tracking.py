"""The record of every index version in MLflow: its making, what it reached, and why it went live."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import mlflow
from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT, MLFLOW_RUN_NOTE

from evaluation.gate.decision import Decision
from evaluation.gate.evidence import Evidence
from evaluation.measures.ranking import to_table
from evaluation.report.gate_report import name_verdict, render_decision
from evaluation.report.runbook_report import RunbookReport, render_report
from evaluation.report.version_metrics import list_metrics
from evaluation.report.version_plots import draw_version, read_earlier
from processors.knowledge.chunk import Pipeline
from processors.knowledge.documents.unread import count_unread
from processors.knowledge.redaction.masking import mask_secrets
from processors.settings import Settings
from processors.versions.registry import name_model

_LONGEST_PARAMETER: Final = 500
# Its name, what came of it, and where something of it lies: nothing of that is what it was made from.
_NO_PARAMETERS: Final = ("version", "state", "mlflow_run", "gate", "page_records", "held_pages", "log_state")
# What decides how a version is made and asked, beside what it says of itself.
_CONFIGURATION: Final = {
    "embedding": {
        "model",
        "dimension",
        "query_prefix_override",
        "passage_prefix_override",
        "languages",
    },
    "documents": {"chunk_tokens", "model_cards"},
    "retrieval": {"neural_search"},
    "versions": {"kept"},
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
    mlflow.set_tracking_uri(settings.mlflow.tracking_uri)
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
        earlier = read_earlier(experiment.experiment_id, index, evidence)
        for name, figure in draw_version(evidence, drifts, earlier, metrics, decision):
            mlflow.log_figure(figure, f"{name}.png")
        return str(run.info.run_id)


def _list_tags(index: str, meta: Mapping[str, Any], evidence: Evidence, decision: Decision) -> dict[str, str]:
    live = evidence["live_corpus"]
    return {
        "index": index,
        "gate": name_verdict(decision),
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


def log_runbooks(tracking_uri: str, run_id: str, report: RunbookReport) -> None:
    """Log what the runbooks of a version lack with its run: a page for people, and JSON with the counts.

    Args:
        tracking_uri: Of MLflow.
        run_id: The version's run.
        report: Of all runbooks that the version was built from.
    """
    client = mlflow.MlflowClient(tracking_uri)
    client.log_text(run_id, render_report(report), "runbooks.md")
    client.log_text(run_id, json.dumps(report, indent=1), "runbooks.json")
    client.log_metric(run_id, "runbooks/total", report["runbooks"])
    client.log_metric(run_id, "runbooks/complete", report["complete"])


def log_warnings(tracking_uri: str, run_id: str, warnings: Sequence[str]) -> None:
    """Log what was odd about the pages that a version's build read, a line each, with its run.

    Args:
        tracking_uri: Of MLflow.
        run_id: The version's run.
        warnings: As `path:line: what`.
    """
    client = mlflow.MlflowClient(tracking_uri)
    client.log_text(run_id, "".join(f"{warning}\n" for warning in warnings), "warnings.txt")
    client.log_metric(run_id, "pages/warnings", len(warnings))
    client.log_metric(run_id, "pages/unread", count_unread(warnings))
