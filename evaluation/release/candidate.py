"""From candidate to live, or refused: measure, decide, record, and only then move the alias."""

from datetime import UTC, datetime
from typing import Any

import structlog
from opensearchpy import OpenSearch

from evaluation.gate.decision import Decision, decide
from evaluation.gate.gathering import gather_evidence
from evaluation.gate.policy import load_policy
from evaluation.measures.inspection import measure_drifts
from evaluation.queries.query_sets import load_golden
from evaluation.release.notifications import notify_refusal, notify_release
from evaluation.release.shadow import hold_for_shadow, to_metrics
from evaluation.report.gate_report import summarise
from evaluation.report.runbook_report import build_report
from evaluation.report.tracking import log_runbooks, log_version, log_warnings
from processors.knowledge.chunk import Pipeline
from processors.settings import Settings
from processors.stores.mlflow import log_metrics, open_mlflow, set_run_tags
from processors.stores.search import count_chunks
from processors.stores.staging import read_json, read_manifest
from processors.versions.catalog import find_live, list_versions, read_meta, update_meta
from processors.versions.corpus import read_documents
from processors.versions.deletion import prune_versions
from processors.versions.names import cover_family
from processors.versions.promotion import NotPromotedError, promote_build
from processors.versions.registry import point_aliases, register_version

log = structlog.get_logger(__name__)


def release_version(client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str) -> Decision:
    """Measure a candidate beside the live version, decide, record it in MLflow, and promote or refuse it.

    The live version stays untouched unless the gate lets the candidate pass. The record is made before the
    alias moves, so that nobody is answered from a version without evidence.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        pipeline: The pipeline whose alias may move.
        index: A finished build in state `candidate`.
    """
    policy = load_policy(pipeline)
    live = find_live(client, pipeline)
    if live == index:
        return _complete_release(client, settings, pipeline, index)
    meta = {**read_meta(client, index), "chunks": count_chunks(client, cover_family(index))}
    records = read_json(meta["page_records"]) if "page_records" in meta else {}
    evidence = gather_evidence(client, settings, pipeline, index, live, records)
    decision = decide(policy, evidence)
    former = evidence["live_corpus"]
    drifts = measure_drifts(client, evidence["corpus"], former) if former else {}
    run = log_version(settings, pipeline, meta, evidence, drifts, decision)
    if records:
        report = build_report(records, datetime.now(UTC).date())
        log_runbooks(settings.mlflow.tracking_uri, run, report)
        stage = meta["page_records"].rpartition("/")[0]
        log_warnings(settings.mlflow.tracking_uri, run, read_manifest(stage)["warnings"])
    update_meta(client, index, mlflow_run=run, chunks=meta["chunks"])
    _record(client, settings, pipeline, index, run, decision)
    if decision["promote"]:
        decision = _go_live(client, settings, pipeline, index, live, run)
    log.warning("gate decided", index=index, live_before=live, **decision)
    if decision["promote"]:
        finish_release(client, settings, pipeline, index, live)
    else:
        notify_refusal(settings, pipeline, index, live, decision["reasons"])
    return decision


def _complete_release(client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str) -> Decision:
    """Do what an earlier try left undone that was cut off after it had moved the alias.

    Measured once more, the version would be compared with itself, and refused for not being built on itself.
    """
    previous = read_meta(client, index).get("parent")
    promote_build(client, pipeline, index, previous)
    finish_release(client, settings, pipeline, index, previous)
    return Decision(promote=True, reasons=[])


def _go_live(
    client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str, live: str | None, run: str
) -> Decision:
    """Move the alias to a version that passed, unless what it was measured against isn't live any more."""
    shadow = hold_for_shadow(client, settings, pipeline, index)
    if shadow:
        with open_mlflow(settings.mlflow.tracking_uri) as mlflow:
            log_metrics(mlflow, run, 0, to_metrics(shadow))
    try:
        promote_build(client, pipeline, index, live)
    except NotPromotedError as error:
        # What is live was pinned or changed while the candidate was recorded or read in the shadow.
        decision = Decision(promote=False, reasons=[str(error)])
        tags = {"gate": "refused", "gate_reasons": str(error)}
        with open_mlflow(settings.mlflow.tracking_uri) as mlflow:
            set_run_tags(mlflow, run, tags)
        _record(client, settings, pipeline, index, run, decision)
        return decision
    return Decision(promote=True, reasons=[])


def finish_release(
    client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str, previous: str | None
) -> None:
    """Do what follows from a version being live: aliases in MLflow, alerts that are over, old versions.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        pipeline: Whose alias moved.
        index: What is live now.
        previous: What was live before, if anything was.
    """
    point_aliases(settings.mlflow.tracking_uri, pipeline, live=index, previous=previous, candidate=None)
    refused = [v["index"] for v in list_versions(client, pipeline) if v["meta"].get("state") == "refused"]
    notify_release(settings, pipeline, refused)
    prune_versions(client, pipeline, settings.versions.kept)


def list_known_questions(client: OpenSearch, settings: Settings, index: str) -> list[str]:
    """Return the golden questions that a version's pages answer, for the cache to be warmed with.

    Args:
        client: OpenSearch.
        settings: Name the sources, whose golden queries are asked.
        index: A version of documents.
    """
    documents = set(read_documents(client, cover_family(index)))
    repositories = (source.url for source in settings.documents.sources)
    return [query["query"] for query in load_golden(repositories, documents)]


def _record(
    client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str, run: str, decision: Decision
) -> None:
    """Keep the decision with the version, in its `_meta` and in MLflow's registry."""
    told = summarise(index, decision)
    register_version(settings.mlflow.tracking_uri, pipeline, index, run, told)
    point_aliases(settings.mlflow.tracking_uri, pipeline, candidate=index)
    changes: dict[str, Any] = {"gate": {**decision, "decided_at": datetime.now(UTC).isoformat()}}
    if not decision["promote"]:
        changes["state"] = "refused"
    update_meta(client, index, **changes)
