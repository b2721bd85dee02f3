"""Runs of MLflow for a question about the best of them: the requests for OpenSearch, and what comes of them.

The first request reads which experiments there are, the second what is kept of the runs of those that are
meant, to compare them, and the third the passages of the runs that answer the question.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from processors.knowledge.mlflow.asking import Ask, is_named
from processors.knowledge.mlflow.facts import RunFacts, read_facts
from processors.knowledge.mlflow.ranking import Verdict, judge_runs
from processors.retrieval.hybrid import HIT_FIELDS, Hit

RUN: Final = "ml_run"
MOST_RUNS: Final = 2_000
"""The newest runs of the experiments that are compared."""

_MOST_EXPERIMENTS: Final = 3
_MOST_NAMES: Final = 10_000
# The index versions' own experiments are meant only by who names them.
_OWN: Final = frozenset({"runlore-rag", "runlore-cag"})


def build_experiments_query(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for the names of all experiments that have runs.

    Args:
        conditions: What every chunk must fulfil, from `conditions.list_conditions`.
    """
    names = {"terms": {"field": "service", "size": _MOST_NAMES}}
    query = {"bool": {"filter": [{"term": {"kind": RUN}}, *conditions]}}
    return {"size": 0, "query": query, "aggs": {"experiments": names}}


def list_experiments(response: Mapping[str, Any]) -> list[str]:
    """Return the names out of the answer to `build_experiments_query`."""
    return [str(bucket["key"]) for bucket in response["aggregations"]["experiments"]["buckets"]]


def find_experiments(ask: Ask, hits: Iterable[Hit], known: Iterable[str] = ()) -> list[str]:
    """Return the experiments that a question about runs is about.

    Those that it names; without any, the only one of which a search found runs, or all of those if it asks
    which runs diverged.

    Args:
        ask: What is asked.
        hits: Of the search.
        known: All experiments, among them those of which the search found nothing.
    """
    found = dict.fromkeys(str(hit["cite"].get("experiment", "")) for hit in hits if hit["kind"] == RUN)
    all_names = found | dict.fromkeys(known)
    named = [experiment for experiment in all_names if is_named(experiment, ask.question)]
    if named:
        return named[:_MOST_EXPERIMENTS]
    others = [experiment for experiment in found if experiment not in _OWN]
    if ask.wish == "production" and ask.is_about_runs:
        return others[:_MOST_EXPERIMENTS]
    is_plain = ask.asks_for_runs and (ask.wish == "diverged" or (len(others) == 1 and ask.wish != "failed"))
    return others[:_MOST_EXPERIMENTS] if is_plain else []


def build_facts_query(experiments: Sequence[str], conditions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for what is kept of some experiments' runs, the newest first.

    Args:
        experiments: Their names.
        conditions: What every chunk must fulfil, from `conditions.list_conditions`.
    """
    of_runs = [{"term": {"kind": RUN}}, {"terms": {"service": list(experiments)}}, *conditions]
    return {
        "size": MOST_RUNS,
        "_source": ["labels", "service"],
        "query": {"bool": {"filter": of_runs}},
        "sort": [{"observed_at": "desc"}],
    }


def judge_runs_of(ask: Ask, experiments: Iterable[str], response: Mapping[str, Any]) -> dict[str, Verdict]:
    """Return a verdict for each experiment whose runs say something to a question.

    Args:
        ask: What is asked.
        experiments: Their names.
        response: To `build_facts_query`.
    """
    runs: dict[str, dict[str, RunFacts]] = {experiment: {} for experiment in experiments}
    for hit in response["hits"]["hits"]:
        facts = read_facts(hit["_source"].get("labels", {}))
        if facts is not None:
            runs[hit["_source"]["service"]].setdefault(hit["_id"], facts)
    verdicts = {experiment: judge_runs(ask, experiment, of_it) for experiment, of_it in runs.items()}
    return {experiment: verdict for experiment, verdict in verdicts.items() if verdict is not None}


def build_passages_query(verdicts: Iterable[Verdict], conditions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of the search for the runs that verdicts show."""
    shown = sorted({key for verdict in verdicts for key in verdict.shown})
    of_runs = [{"terms": {"chunk_id": shown}}, *conditions]
    return {"size": len(shown), "_source": list(HIT_FIELDS), "query": {"bool": {"filter": of_runs}}}


def put_runs_first(
    verdicts: Mapping[str, Verdict], passages: Iterable[Hit], hits: Sequence[Hit]
) -> list[Hit]:
    """Return the hits with the runs that answer before all others, each experiment's first with its verdict.

    The experiments' other runs are left out: whoever reads them next to the answer takes them for one.

    Args:
        verdicts: By experiment.
        passages: The runs that they show.
        hits: Of the search, best first.
    """
    found = {passage["chunk_id"]: passage for passage in passages}
    firsts: list[Hit] = []
    others: list[Hit] = []
    for verdict in verdicts.values():
        present = [found[key] for key in verdict.shown if key in found]
        if present:
            firsts.append({**present[0], "text": f"{verdict.sentence}\n{present[0]['text']}"})
            others += present[1:]
    rest = [hit for hit in hits if hit["kind"] != RUN or hit["cite"].get("experiment") not in verdicts]
    answering = [*firsts, *others]
    top = max((hit["score"] for hit in hits), default=0.0)
    raised: list[Hit] = [
        {**hit, "score": top + (len(answering) - place) / 100} for place, hit in enumerate(answering)
    ]
    return [*raised, *rest]
