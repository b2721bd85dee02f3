"""What the gate decides by: a candidate beside the live version, on the same queries, by the same looks."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from opensearchpy import OpenSearch

from evaluation.gate.evidence import Evidence
from evaluation.measures.abstention import AbstentionReport, gather_answerability, measure_abstention
from evaluation.measures.inspection import Corpus, Soundness, inspect_version, list_sources, read_corpus
from evaluation.measures.leaks import LeakReport, find_leaks
from evaluation.measures.ranking import QueryResult, embed_queries, measure_index
from evaluation.queries.feedback import load_feedback
from evaluation.queries.query_sets import (
    Query,
    load_golden,
    load_no_answer,
    make_generated_queries,
    make_known_item_queries,
)
from evaluation.queries.traces import add_traced, load_traced
from processors.knowledge.chunk import Chunk, Pipeline
from processors.knowledge.procedures.checking import PageRecord
from processors.settings import Settings
from processors.stores.search import find_stand_ins, sample_chunks
from processors.versions.corpus import read_dimension
from processors.versions.names import cover_family
from processors.versions.promotion import explain_obstacle

_KNOWN_ITEMS: Final = 100
_GENERATED: Final = 100
_ABSTAINED: Final = 40


def gather_evidence(
    client: OpenSearch,
    settings: Settings,
    pipeline: Pipeline,
    index: str,
    live: str | None,
    records: Mapping[str, PageRecord],
) -> Evidence:
    """Measure a candidate and the live version.

    Args:
        client: OpenSearch.
        settings: Of the platform.
        pipeline: Whose versions they are.
        index: The candidate.
        live: What is live, if anything is.
        records: Of every page that the candidate should hold, by document id; empty where none are kept.
    """
    corpus, live_corpus = read_corpus(client, index), read_corpus(client, live) if live else None
    soundness = inspect_version(client, settings, corpus, live_corpus, records)
    sampled = sample_chunks(client, cover_family(index), _KNOWN_ITEMS)
    stand_ins = _find_stand_ins(client, pipeline, index, sampled)
    query_sets = _build_query_sets(settings, pipeline, corpus, live_corpus, records)
    query_sets["known_item"] = make_known_item_queries(sampled, stand_ins)
    query_sets = {name: queries for name, queries in query_sets.items() if queries}
    results, live_results = _measure_both(
        client, settings, pipeline, (index, live), query_sets, stand_ins, soundness
    )
    return Evidence(
        results=results,
        live_results=live_results,
        corpus=corpus,
        live_corpus=live_corpus,
        sources=list_sources(settings) if pipeline == "cag" else None,
        soundness=soundness,
        leaks=_find_leaks(client, settings, pipeline, index, soundness),
        abstention=_measure_abstention(client, settings, corpus, query_sets.get("golden", []), soundness),
        names={document: record["path"] for document, record in records.items()},
        obstacle=explain_obstacle(client, pipeline, index, live),
    )


def _find_stand_ins(
    client: OpenSearch, pipeline: Pipeline, index: str, sampled: list[Chunk]
) -> dict[str, str]:
    """Return which document stands for others; a line that is logged in several partitions is shown once."""
    hashes = [chunk["content_hash"] for chunk in sampled]
    return find_stand_ins(client, cover_family(index), hashes) if pipeline == "rag" and hashes else {}


def _build_query_sets(
    settings: Settings,
    pipeline: Pipeline,
    corpus: Corpus,
    live: Corpus | None,
    records: Mapping[str, PageRecord],
) -> dict[str, list[Query]]:
    """Return the query sets about pages by which a candidate is judged."""
    if pipeline != "cag":
        return {}
    # A page that was lost on the way must be asked for, or nobody would miss it.
    lost = (live["documents"].keys() if live else set()) & records.keys()
    documents = {*corpus["documents"], *lost}
    golden = load_golden((source.url for source in settings.documents.sources), documents)
    return {
        "golden": add_traced(golden, load_traced(settings.mlflow, records)),
        "feedback": load_feedback(settings.kafka, documents),
        "generated": make_generated_queries(records, _GENERATED),
    }


def _measure_both(
    client: OpenSearch,
    settings: Settings,
    pipeline: Pipeline,
    versions: tuple[str, str | None],
    query_sets: Mapping[str, list[Query]],
    stand_ins: Mapping[str, str],
    soundness: Soundness,
) -> tuple[dict[str, list[QueryResult]], ...]:
    """Ask the candidate and the live version the same at the same time: both answer under one load."""
    asked = {name: embed_queries(queries, settings) for name, queries in query_sets.items()}

    def measure(version: str | None) -> dict[str, list[QueryResult]]:
        # Vectors of another length can't be asked for, as after a change to a model of another size.
        if version is None or read_dimension(client, version) != soundness["served_dimension"]:
            return {}
        family, groups = cover_family(version), settings.documents.groups
        return {
            name: measure_index(client, pipeline, family, queries, groups, stand_ins)
            for name, queries in asked.items()
        }

    with ThreadPoolExecutor(len(versions)) as pool:
        return tuple(pool.map(measure, versions))


def _measure_abstention(
    client: OpenSearch, settings: Settings, corpus: Corpus, golden: list[Query], soundness: Soundness
) -> AbstentionReport | None:
    if not golden or soundness["dimension"] != soundness["served_dimension"]:
        return None
    family = cover_family(corpus["index"])
    # Every so many, so that both languages are among them.
    answerable, unanswerable = (
        gather_answerability(client, family, queries[:: len(queries) // _ABSTAINED + 1], settings)
        for queries in (golden, load_no_answer())
    )
    return measure_abstention(answerable, unanswerable)


def _find_leaks(
    client: OpenSearch, settings: Settings, pipeline: Pipeline, index: str, soundness: Soundness
) -> LeakReport:
    if soundness["dimension"] != soundness["served_dimension"]:
        return LeakReport(checked=0, asked=0, leaked=0, examples=[])
    return find_leaks(client, pipeline, cover_family(index), settings)
