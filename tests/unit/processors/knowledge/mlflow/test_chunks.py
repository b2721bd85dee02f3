"""MLflow's JSON becomes what a person asks: is this run better than production, and what is in production."""

import json
from typing import Any

import pytest

from processors.knowledge.chunk import Chunk
from processors.knowledge.record import Record
from tests.support.chunks import make_chunks

DAY = 1_795_244_400_000


def make_run(run_id: str, name: str, metrics: dict[str, Any], **more: Any) -> dict[str, Any]:
    info = {
        "run_id": run_id, "run_name": name, "experiment_id": "3", "status": "FINISHED", "user_id": "ada",
        "start_time": DAY, "end_time": DAY + 75_000, "lifecycle_stage": "active",
    }  # fmt: skip
    data = {
        "metrics": [{"key": k, "value": v, "timestamp": DAY + 9_000, "step": 0} for k, v in metrics.items()],
        "params": [{"key": k, "value": v} for k, v in more.pop("params", {}).items()],
        "tags": [{"key": "team", "value": "risk"}],
    }
    return {"info": {**info, **more}, "data": data}


def build(body: Any) -> Chunk:
    record = Record(
        topic="runlore.mlflow",
        partition=1,
        offset=41,
        timestamp_ms=DAY + 3_600_000,
        key="k",
        headers={},
        value=json.dumps(body),
    )
    (chunk,) = make_chunks(record)
    return chunk


def build_run(run: dict[str, Any], rival: dict[str, Any] | None) -> Chunk:
    production = rival and {"model": "fraud", "version": "7", "since_ms": None, "run": rival}
    files = [{"path": "model/MLmodel", "is_dir": False, "file_size": 12}]
    experiment = {"experiment_id": "3", "name": "fraud-detector"}
    return build({"experiment": experiment, "run": run, "artifacts": files, "production": production})


CHAMPION = make_run(
    "c" * 32, "calm-owl-1", {"val_auc": 0.923, "latency_ms": 30, "score": 1}, params={"lr": "0.1"}
)


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({"val_auc": 0.941}, "beats production (version 7 of fraud): val_auc 0.941 against 0.923 (+0.018)."),
        (
            {"val_auc": 0.941, "latency_ms": 41},
            "beats production (version 7 of fraud) in val_auc 0.941 against 0.923 (+0.018), "
            "but is worse in latency_ms 41 against 30 (+11).",
        ),
        (
            {"latency_ms": 41},
            "is worse than production (version 7 of fraud): latency_ms 41 against 30 (+11).",
        ),
        ({"score": 2}, "differs from production (version 7 of fraud): higher in score 2 against 1 (+1)."),
        ({"val_auc": 0.923}, "equals production (version 7 of fraud) in val_auc."),
        ({"other": 5}, "shares no metric with production (version 7 of fraud)."),
    ],
)
def test_the_first_sentence_says_how_a_run_compares(metrics: dict[str, Any], said: str) -> None:
    chunk = build_run(make_run("a" * 32, "sunny-fox-12", metrics), CHAMPION)
    assert chunk["text"].splitlines()[0] == f"Run sunny-fox-12 of experiment fraud-detector {said}"


def test_a_run_tells_its_parameters_course_and_place() -> None:
    run = make_run("a" * 32, "sunny-fox-12", {"val_auc": 0.941}, params={"lr": "0.2", "depth": "6"})
    chunk = build_run(run, CHAMPION)
    assert "Different from production: depth 6 instead of unset, lr 0.2 instead of 0.1." in chunk["text"]
    assert "took 1 min 15 s, status FINISHED, user ada" in chunk["text"]
    assert "Artefacts: model/MLmodel." in chunk["text"]
    assert chunk["cite"]["run_id"] == "a" * 32
    assert (chunk["kind"], chunk["service"], chunk["source_offset"]) == ("ml_run", "fraud-detector", 42)


@pytest.mark.parametrize(
    ("more", "said", "severity"),
    [
        ({"status": "FAILED"}, "failed on 2026-11-21 at 07:01 UTC with val_auc 0.9.", "error"),
        ({"status": "KILLED"}, "was killed on 2026-11-21 at 07:01 UTC with val_auc 0.9.", "warning"),
        ({"status": "RUNNING", "end_time": None}, "is still running and is worse than", "info"),
    ],
)
def test_a_run_that_did_not_finish_says_so(more: dict[str, Any], said: str, severity: str) -> None:
    chunk = build_run(make_run("a" * 32, "sunny-fox-12", {"val_auc": 0.9}, **more), CHAMPION)
    assert said in chunk["text"].splitlines()[0]
    assert chunk["severity"] == severity


def test_the_production_run_itself_and_a_run_without_rival() -> None:
    assert "is in production (version 7 of fraud) with" in build_run(CHAMPION, CHAMPION)["text"]
    assert "no production version to compare it with" in build_run(CHAMPION, None)["text"]


def test_new_values_keep_what_is_embedded() -> None:
    early = build_run(make_run("a" * 32, "fox", {"val_auc": 0.5}, status="RUNNING", end_time=None), None)
    late = build_run(make_run("a" * 32, "fox", {"val_auc": 0.9}), CHAMPION)
    assert early["chunk_id"] == late["chunk_id"]
    assert early["content_hash"] == late["content_hash"]
    assert early["text"] != late["text"]


def test_a_run_with_hundreds_of_parameters_stays_readable() -> None:
    params = {f"p{n:03}": "x" * 500 for n in range(200)}
    chunk = build_run(make_run("a" * 32, "fox", {f"m{n}": 1.0 for n in range(400)}, params=params), None)
    assert "and 170 more" in chunk["text"]
    assert len(chunk["text"]) < 8_000
    assert len(chunk["gist"]) < 1_000


def make_model(production: dict[str, Any] | None) -> dict[str, Any]:
    times = {"creation_timestamp": DAY, "last_updated_timestamp": DAY}
    versions = [
        {"name": "fraud", "version": str(n), "run_id": f"r{n}", "current_stage": "None", **times}
        for n in (7, 10)
    ]
    model = {
        "name": "fraud", "creation_timestamp": DAY, "last_updated_timestamp": DAY,
        "aliases": [{"alias": "champion", "version": "7"}, {"alias": "challenger", "version": "10"}],
    }  # fmt: skip
    return {"registered_model": model, "versions": versions, "production": production}


def test_a_model_says_which_version_is_in_production_since_when() -> None:
    production = {"model": "fraud", "version": "7", "since_ms": DAY + 3_600_000, "run": CHAMPION}
    chunk = build(make_model(production))
    lines = chunk["text"].splitlines()
    assert lines[0].startswith(
        "Version 7 of model fraud is in production (alias champion) since 2026-11-21 08:00 UTC; "
        "it comes from run calm-owl-1 with val_auc 0.923"
    )
    assert [line.split(",")[0] for line in lines[1:]] == ["Version 10", "Version 7"]
    assert chunk["kind"] == "ml_model"
    assert chunk["cite"] == {"type": "mlflow", "model": "fraud", "version": "7"}
    assert build(make_model(None))["text"].startswith("No version of model fraud is in production.")


NAMELESS = [{"run": {}}, {"run": {"info": {"run_id": ""}}}, {"run": 5}, {"registered_model": {}}]


@pytest.mark.parametrize("body", [None, [], {"other": 1}, *NAMELESS])
def test_anything_else_is_poison(body: Any) -> None:
    with pytest.raises(ValueError, match="expected a JSON object"):
        build(body)


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        (
            {"val_loss": "NaN", "val_auc": 0.5},
            "diverged: val_loss is NaN; it finished on 2026-11-21 at 07:01 UTC with",
        ),
        (
            {"val_loss": "Infinity", "val_auc": "NaN"},
            "diverged: val_auc is NaN, val_loss is infinite; it finished",
        ),
        ({"val_loss": "-Infinity"}, "diverged: val_loss is infinite"),
        ({"val_loss": float("nan")}, "diverged: val_loss is NaN"),
        ({"val_loss": 1.7976931348623157e308}, "diverged: val_loss is infinite"),
    ],
)
def test_a_run_that_diverged_says_so_first_and_is_not_compared(metrics: dict[str, Any], said: str) -> None:
    chunk = build_run(make_run("a" * 32, "oak-hot", metrics), CHAMPION)
    first = chunk["text"].splitlines()[0]
    assert first.startswith(f"Run oak-hot of experiment fraud-detector {said}")
    assert "production" not in chunk["text"]
    assert chunk["severity"] == "warning"
    assert "It diverged." in chunk["gist"]


def test_what_diverged_on_the_way_is_told_with_its_step() -> None:
    run = make_run("a" * 32, "fox", {})
    run["data"]["metrics"] = [
        {"key": "loss", "value": value, "step": step} for step, value in ((7, 2), (3, "NaN"))
    ]
    chunk = build_run(run, CHAMPION)
    assert "diverged: loss was NaN at step 3; it finished on" in chunk["text"]
    assert "Metrics: loss 2." in chunk["text"]


@pytest.mark.parametrize("status", ["FINISHED", "FAILED"])
def test_a_deleted_run_says_so_and_beats_nothing(status: str) -> None:
    run = make_run("a" * 32, "oak-gone", {"val_auc": 0.99}, lifecycle_stage="deleted", status=status)
    chunk = build_run(run, CHAMPION)
    assert chunk["text"].startswith("Run oak-gone of experiment fraud-detector is deleted; it f")
    assert "beats" not in chunk["text"]
    assert "Different" not in chunk["text"]
    assert (chunk["severity"], chunk["labels"]["deleted"]) == ("info", "yes")


def test_a_run_of_a_deleted_experiment_is_deleted() -> None:
    run = make_run("a" * 32, "fox", {"val_auc": 0.99})
    chunk = build({"experiment": {"name": "old", "lifecycle_stage": "deleted"}, "run": run})
    assert chunk["text"].startswith("Run fox of experiment old is deleted;")


@pytest.mark.parametrize("end", [4_070_908_800_000, "4070908800000", "soon", -5, float("inf")])
def test_an_end_that_no_clock_can_tell_is_unknown(end: Any) -> None:
    chunk = build_run(make_run("a" * 32, "oak-clock", {"val_auc": 0.92}, end_time=end), None)
    assert "finished at an unknown time with val_auc 0.92" in chunk["text"]
    assert "took" not in chunk["text"]
    assert chunk["observed_at"] == "2026-11-21T08:00:00+00:00"


def test_a_failed_child_names_its_parent_and_what_was_noted() -> None:
    run = make_run("a" * 32, "oak-child", {"val_auc": 0.4}, status="FAILED")
    run["data"]["tags"] = {
        "mlflow.parentRunId": "p1",
        "mlflow.note.content": "out of\n memory",
        "team": "risk",
    }
    parent = {"run_id": "p1", "run_name": "oak-sweep", "status": "RUNNING"}
    chunk = build({"experiment": {"name": "oak"}, "run": run, "parent": parent})
    assert chunk["text"].splitlines()[0].startswith("Run oak-child of experiment oak failed on 2026-11-21")
    assert "It is part of run oak-sweep, which is running." in chunk["text"]
    assert "Note: out of memory" in chunk["text"]
    assert "Tags: team=risk." in chunk["text"]
    assert "p1" in chunk["values"]
    assert chunk["severity"] == "error"
    alone = build({"experiment": {"name": "oak"}, "run": run})
    assert "It is part of run p1." in alone["text"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"metrics": None, "params": None},
        {"metrics": [{"key": "a", "value": None}, {"key": "b", "value": "many"}]},
        {"metrics": {}, "params": {"lr": 0.1}, "tags": {}},
    ],
)
def test_a_run_that_says_little_is_told_all_the_same(data: Any) -> None:
    run = {"info": {"run_id": "r1", "status": "FINISHED"}, "data": data}
    chunk = build({"experiment": None, "run": run, "production": None})
    assert chunk["text"].startswith("Run r1 of experiment unknown finished at an unknown time; there is no")
    assert "Started at an unknown time, status FINISHED." in chunk["text"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"status": "FAILED_REGISTRATION"}, "Version 10, registration failed, alias challenger"),
        (
            {"status": "FAILED_REGISTRATION", "status_message": "no artefact"},
            "Version 10, registration failed: no artefact, alias",
        ),
        ({"status": "PENDING_REGISTRATION"}, "Version 10, registration is pending, alias"),
        ({"status": "READY"}, "Version 10, alias challenger, run r10"),
    ],
)
def test_a_version_that_is_not_ready_says_so(state: dict[str, str], said: str) -> None:
    body = make_model(None)
    body["versions"][1] |= state
    chunk = build(body)
    assert said in chunk["text"]
    has_failed = state["status"] == "FAILED_REGISTRATION"
    assert chunk["text"].startswith("The newest version of model fraud:") == has_failed
    assert chunk["severity"] == ("warning" if has_failed else "info")


def test_a_model_of_odd_times_and_versions_is_told() -> None:
    body = make_model(None)
    body["registered_model"]["creation_timestamp"] = None
    body["versions"] += [{"version": "next", "last_updated_timestamp": 4_070_908_800_000}]
    chunk = build(body)
    assert "Version next." in chunk["text"]
    assert chunk["observed_at"] == "2026-11-21T07:00:00+00:00"


@pytest.mark.parametrize("odd", [None, 5, "text", [None, 7, {}], {"a": None}])
@pytest.mark.parametrize("part", ["experiment", "artifacts", "production", "parent"])
def test_an_odd_part_beside_a_run_takes_nothing_along(part: str, odd: Any) -> None:
    chunk = build({"experiment": {"name": "oak"}, "run": make_run("r1", "fox", {"val_auc": 0.9}), part: odd})
    assert "with val_auc 0.9; there is no production version" in chunk["text"]


@pytest.mark.parametrize("odd", [5, "text", [None, 7, {}, {"value": 1}]])
@pytest.mark.parametrize("part", ["metrics", "params", "tags"])
def test_odd_pairs_of_a_run_take_nothing_along(part: str, odd: Any) -> None:
    run = make_run("r1", "fox", {"val_auc": 0.9}, params={"lr": "0.1"})
    run["data"][part] = odd
    text = build_run(run, None)["text"]
    told = {"metrics": "val_auc 0.9", "params": "lr=0.1", "tags": "team=risk"}
    assert [words in text for name, words in told.items() if name != part] == [True, True]
