"""From candidate to live, or refused: measure, decide, record, and only then move the alias."""

from datetime import UTC, datetime
from typing import Any

import structlog
from opensearchpy import OpenSearch

from evaluation.gate import Averages, Decision, decide, load_policy
from evaluation.measures import QueryResult, average, measure_index
from evaluation.probes import probe_version
from evaluation.query_sets import Query, load_golden, make_known_item_queries
from evaluation.runbook_report import build_report
from evaluation.tracking import log_freshness, log_runbooks, log_version
from processors.chunk import Pipeline
from processors.index_names import cover_family
from processors.rag import check_searchable, count_events, read_batch
from processors.settings import Settings
from processors.stores.search import count_chunks, list_documents, open_search, sample_chunks
from processors.stores.staging import read_json
from processors.stores.versions import find_live, promote, prune_versions, read_meta, update_meta

log = structlog.get_logger(__name__)

_KNOWN_ITEMS = 100


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
    live = find_live(client, pipeline)
    query_sets = build_query_sets(client, settings, pipeline, index)
    results = _measure(client, settings, cover_family(index), query_sets)
    live_results = _measure(client, settings, cover_family(live), query_sets) if live else {}
    averages = _average(results)
    chunks = count_chunks(client, cover_family(index))
    # A source that was taken out of the settings is no loss.
    sources = [source.url for source in settings.docs] if pipeline == "cag" else None
    live_chunks = count_chunks(client, cover_family(live), sources) if live else 0
    decision = decide(load_policy(pipeline), averages, _average(live_results), chunks, live_chunks)
    meta = {**read_meta(client, index), "chunks": chunks}
    run = log_version(
        settings.mlflow_tracking_uri, pipeline, index, meta, averages, results, live_results, decision
    )
    if "page_records" in meta:
        records = read_json(meta["page_records"])
        log_runbooks(settings.mlflow_tracking_uri, run, build_report(records, datetime.now(UTC).date()))
    _record(client, index, run, decision)
    if decision["promote"]:
        promote(client, pipeline, index)
        prune_versions(client, pipeline, settings.kept_versions)
    log.warning("gate decided", index=index, live_before=live, **decision)
    return decision


def record_freshness(settings: Settings, run_url: str, index: str) -> dict[str, float]:
    """Look a micro-batch up through the read alias and log its freshness as a step of its version's run.

    A batch that brought canaries is probed as well, so every few minutes.

    Returns:
        What was logged.
    """
    metrics = check_searchable(settings, run_url, index)
    client = open_search(settings.opensearch_url)
    if any(name.startswith("freshness_seconds/") for name in metrics):
        metrics |= probe_version(client, "rag", read_batch(run_url))
    run = read_meta(client, index)["mlflow_run"]
    log_freshness(settings.mlflow_tracking_uri, run, count_events(run_url), metrics)
    return metrics


def list_known_questions(client: OpenSearch, settings: Settings, index: str) -> list[str]:
    """Return the golden questions that a version's pages answer, for the cache to be warmed with."""
    return [query["query"] for query in _load_golden(client, settings, index)]


def build_query_sets(
    client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str
) -> dict[str, list[Query]]:
    """Return the non-empty query sets by which a candidate is judged."""
    sampled = sample_chunks(client, cover_family(index), _KNOWN_ITEMS)
    query_sets = {"known_item": make_known_item_queries(sampled)}
    if pipeline == "cag":
        query_sets["golden"] = _load_golden(client, settings, index)
    return {name: queries for name, queries in query_sets.items() if queries}


def _load_golden(client: OpenSearch, settings: Settings, index: str) -> list[Query]:
    documents = set(list_documents(client, cover_family(index)))
    return load_golden((source.url for source in settings.docs), documents)


def _measure(
    client: OpenSearch, settings: Settings, index: str, query_sets: dict[str, list[Query]]
) -> dict[str, list[QueryResult]]:
    return {name: measure_index(client, index, queries, settings) for name, queries in query_sets.items()}


def _average(results: dict[str, list[QueryResult]]) -> Averages:
    return {name: average(measured) for name, measured in results.items()}


def _record(client: OpenSearch, index: str, run: str, decision: Decision) -> None:
    changes: dict[str, Any] = {
        "mlflow_run": run,
        "gate": {**decision, "decided_at": datetime.now(UTC).isoformat()},
    }
    if not decision["promote"]:
        changes["state"] = "refused"
    update_meta(client, index, **changes)
