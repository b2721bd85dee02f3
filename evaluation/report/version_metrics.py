"""What is comparable between versions, as numbers."""

from collections.abc import Mapping
from typing import Final

from evaluation.gate.comparison import find_change
from evaluation.gate.evidence import Evidence
from evaluation.measures.inspection import count_by_source
from evaluation.measures.ranking import average
from evaluation.measures.statistics import bootstrap_interval

# Best first: the set that stands for a version, where it could be asked.
_HEADLINES: Final = ("golden", "generated", "known_item")


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
                metrics[f"{name}/change"] = find_change(results, live, measure)
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
