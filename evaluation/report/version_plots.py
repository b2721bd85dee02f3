"""The pictures of a version beside those before it, chosen by what there is to compare with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import mlflow
from matplotlib.figure import Figure
from mlflow.entities import Run

from evaluation.gate.decision import Decision
from evaluation.gate.evidence import Evidence
from evaluation.measures.ranking import QueryResult
from evaluation.report.gate_report import name_verdict
from evaluation.report.plots import VersionPoint, draw_drift, draw_latency, draw_quality, draw_won_and_lost
from evaluation.report.version_metrics import choose_headline

_DRAWN_MEASURES: Final = ("ndcg_at_10", "recall_at_10")
_DRAWN_VERSIONS: Final = 12


def draw_version(
    evidence: Evidence,
    drifts: Mapping[str, float],
    earlier: Mapping[str, list[VersionPoint]],
    metrics: Mapping[str, float],
    decision: Decision,
) -> Iterator[tuple[str, Figure]]:
    """Yield the pictures of a version by name; those that need a live version only if there is one.

    Args:
        evidence: What was measured.
        drifts: Source to how far its vectors moved since the live version, as cosine distance, 0 to 2.
        earlier: Measure to the points of the versions before this one, oldest first.
        metrics: Of this version, from `list_metrics`.
        decision: The gate's.
    """
    index, live = evidence["corpus"]["index"], evidence["live_corpus"]
    headline = choose_headline(evidence)
    if headline is None:
        return
    gate = name_verdict(decision)
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


def _list_latencies(results: Iterable[Sequence[QueryResult]]) -> list[float]:
    return [result["latency_ms"] for measured in results for result in measured]


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


def read_earlier(experiment_id: str, index: str, evidence: Evidence) -> dict[str, list[VersionPoint]]:
    """Return what the experiment's versions before this one reached, by measure, oldest first.

    Args:
        experiment_id: Of MLflow, at the address that its client was told.
        index: The version that is left out.
        evidence: Of that version; decides on which queries.
    """
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
