"""Whose runs a question is about, and what becomes of the hits."""

import json
from typing import Any

import pytest

from processors.knowledge.mlflow.asking import read_ask
from processors.knowledge.mlflow.facts import RunFacts, write_facts
from processors.knowledge.mlflow.ranking import Verdict
from processors.retrieval.runs import find_experiments, judge_runs_of, put_runs_first
from tests.support.stages import CLOCK, make_record, run_stages


def make_hit(chunk_id: str, experiment: str = "", kind: str = "ml_run", score: float = 0.5) -> Any:
    return {
        "chunk_id": chunk_id, "kind": kind, "score": score, "text": f"text of {chunk_id}",
        "cite": {"experiment": experiment} if experiment else {},
    }  # fmt: skip


HITS = [
    make_hit("log", kind="log_pattern"),
    make_hit("a1", "oak"),
    make_hit("b1", "fraud-detector"),
    make_hit("v1", "runlore-rag"),
    make_hit("a2", "oak"),
]


@pytest.mark.parametrize(
    ("question", "experiments"),
    [
        ("Which run of oak is best?", ["oak"]),
        ("Which run of Oak is best?", ["oak"]),
        ("Which run of the fraud detector is best?", ["fraud-detector"]),
        ("Is oak or fraud-detector best?", ["oak", "fraud-detector"]),
        ("Which training runs diverged?", ["oak", "fraud-detector"]),
        ("Which run is best?", []),
        ("Which DAG runs failed?", []),
        ("What are best practices?", []),
        ("Which version in runlore-rag is best?", ["runlore-rag"]),
        ("Which run of oaktree is best?", []),
    ],
)
def test_the_experiments_are_those_that_the_question_names(question: str, experiments: list[str]) -> None:
    ask = read_ask(question)
    assert ask is not None
    assert find_experiments(ask, HITS) == experiments


def test_the_only_experiment_needs_no_name() -> None:
    ask = read_ask("Which run is best?")
    assert ask is not None
    assert find_experiments(ask, [HITS[1], HITS[3], HITS[4]]) == ["oak"]


def test_an_experiment_is_found_by_its_name_where_the_search_found_runs_of_others_only() -> None:
    ask = read_ask("Which elm run is best?")
    assert ask is not None
    assert find_experiments(ask, HITS, ["oak", "elm", "elm-wide"]) == ["elm"]


def test_runs_written_before_there_were_facts_are_not_judged() -> None:
    ask = read_ask("Which run of oak is best?")
    assert ask is not None
    facts = write_facts(RunFacts("wide", "FINISHED", {"auc": 0.9}, "", is_deleted=False))
    old = {"_id": "old", "_source": {"service": "oak", "labels": {"run": "best"}}}
    new = {"_id": "new", "_source": {"service": "oak", "labels": facts}}
    assert judge_runs_of(ask, ["oak"], {"hits": {"hits": [old]}}) == {}
    (verdict,) = judge_runs_of(ask, ["oak"], {"hits": {"hits": [old, new, new]}}).values()
    assert verdict.shown == ["new"]
    assert "of the 1 training runs" in verdict.sentence


def test_runs_that_answer_stand_before_all_else_and_others_of_theirs_are_left_out() -> None:
    verdicts = {"oak": Verdict("Both diverged.", ["a3", "a2", "gone"])}
    passages = [make_hit("a2", "oak"), make_hit("a3", "oak")]
    hits = put_runs_first(verdicts, passages, HITS)
    assert [hit["chunk_id"] for hit in hits] == ["a3", "a2", "log", "b1", "v1"]
    assert hits[0]["text"] == "Both diverged.\ntext of a3"
    assert hits[0]["score"] > hits[1]["score"] > max(hit["score"] for hit in HITS)


NOW_MS = int(CLOCK.timestamp() * 1000)
Tried = dict[str, dict[str, Any]]
ELM: Tried = {
    "elm-best": {"rmse": 4.2},
    "elm-wide": {"rmse": 3.9},
    "elm-hot": {"rmse": "NaN"},
    "elm-gone": {"rmse": 0.1, "lifecycle_stage": "deleted"},
}
FIR: Tried = {
    "best-of-all": {"train_f1": 0.99, "val_f1": 0.71},
    "plain": {"train_f1": 0.9, "val_f1": 0.82},
    "broken": {"val_f1": 0.95, "status": "FAILED"},
    "endless": {"loss": "Infinity", "val_f1": 0.9},
}
YEW: Tried = {
    "the-best": {"test_accuracy": 0.8, "latency_ms": 3},
    "slow": {"test_accuracy": 0.9, "latency_ms": 30, "end_time": 4_070_908_800_000},
    "wild": {"test_accuracy": float("nan")},
}


def list_hits(experiment: str, runs: Tried) -> list[Any]:
    """Return the runs as the stages before the index make them, the best named one first."""
    records = []
    for place, (name, tried) in enumerate(runs.items()):
        info = {"run_id": f"{experiment}-{place}", "run_name": name, "status": "FINISHED", "end_time": NOW_MS}
        info |= {key: tried[key] for key in ("status", "lifecycle_stage", "end_time") if key in tried}
        metrics = [{"key": key, "value": value} for key, value in tried.items() if key not in info]
        body = {"experiment": {"name": experiment}, "run": {"info": info, "data": {"metrics": metrics}}}
        records.append(make_record("runlore.mlflow", json.dumps(body), place))
    told = run_stages(records)
    assert not told.letters
    return [{**chunk, "score": 1 - place / 10} for place, chunk in enumerate(told.chunks)]


def find(question: str, experiment: str, runs: Tried) -> list[str]:
    hits = list_hits(experiment, runs)
    ask = read_ask(question)
    assert ask is not None
    found = [{"_id": hit["chunk_id"], "_source": hit} for hit in hits]
    verdicts = judge_runs_of(ask, find_experiments(ask, hits), {"hits": {"hits": found}})
    return [hit["cite"]["run"] for hit in put_runs_first(verdicts, hits, hits)]


@pytest.mark.parametrize(
    ("experiment", "runs", "best", "diverged"),
    [
        ("elm", ELM, "elm-wide", ["elm-hot"]),
        ("fir", FIR, "plain", ["endless"]),
        ("yew tree", YEW, "slow", ["wild"]),
    ],
)
def test_what_the_runs_themselves_say_answers(
    experiment: str, runs: Tried, best: str, diverged: list[str]
) -> None:
    assert find(f"Which run of {experiment} is best?", experiment, runs) == [best]
    assert find(f"Какой запуск {experiment} лучший?", experiment, runs) == [best]
    assert find(f"Which training runs of {experiment} diverged?", experiment, runs) == diverged
    assert find(f"Какие запуски {experiment} разошлись?", experiment, runs) == diverged
