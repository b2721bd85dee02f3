"""What was told of a cluster is known from the index, however short the topic, and from the topic's end."""

import json
from typing import Any

import pytest

from processors.knowledge.record import Record
from processors.pipelines.collect import kubernetes_known
from processors.pipelines.collect.kubernetes_known import Known, fold_records, list_known, name_object
from processors.settings import load_settings


def make_pod(name: str, uid: str = "") -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": name, "namespace": "shop", "uid": uid or name}}


def make_record(name: str, type_: str = "ADDED", cluster_uid: str = "c0", kind: str = "Pod") -> Record:
    pod = {**make_pod(name), "kind": kind}
    return Record(
        topic="runlore.kubernetes",
        partition=0,
        offset=0,
        timestamp_ms=0,
        key=name_object(pod),
        headers={"type": type_, "cluster_uid": cluster_uid},
        value=json.dumps(pod),
    )


def make_state(name: str, kind: str = "Pod") -> dict[str, Any]:
    cite = {"kind": kind, "namespace": "shop", "name": name, "uid": name, "cluster_uid": "c0"}
    labels = {"owner": "Deployment/pay"}
    return {"cite": cite, "text": f"{kind} {name} ran.\nMore.", "service": "pay", "labels": labels}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """An index that holds states, and records behind its positions."""
    held: dict[str, list[Any]] = {"live": ["rag-v000001"], "states": [], "records": [], "asked": []}
    metas = {"positions": {"runlore.kubernetes": {"0": 7}, "runlore.logs": {"0": 1}}}

    def drain(_bootstrap: str, _topics: list[str], at: Any, _limit: int) -> Any:
        held["asked"].append(at)
        records, held["records"] = held["records"], []
        return records, at, at

    monkeypatch.setattr(kubernetes_known, "open_search", lambda _: None)
    monkeypatch.setattr(kubernetes_known.catalog, "find_live", lambda *_: held["live"][0])
    monkeypatch.setattr(kubernetes_known.catalog, "read_meta", lambda *_: metas)
    monkeypatch.setattr(kubernetes_known, "list_living_states", lambda *_: iter(held["states"]))
    monkeypatch.setattr(kubernetes_known.kafka, "drain", drain)
    return held


def list_names(kind: str = "Pod") -> list[str]:
    return [one.object["metadata"]["name"] for one in list_known(load_settings(), "prod", "c0", kind)]


def test_what_the_topic_forgot_is_known_from_the_index(told: dict[str, list[Any]]) -> None:
    told["states"] = [make_state("old"), make_state("job", "Job")]
    (known,) = list_known(load_settings(), "prod", "c0", "Pod")
    assert known.last_known == "Pod old ran."
    assert known.object["metadata"]["ownerReferences"][0]["name"] == "pay"
    assert told["asked"][0] == {"runlore.kubernetes": {"0": 7}}
    assert list_names("Job") == ["job"]


def test_what_is_not_indexed_yet_is_known_from_the_topic(told: dict[str, list[Any]]) -> None:
    told["states"] = [make_state("old"), make_state("gone")]
    told["records"] = [make_record("new"), make_record("gone", "DELETED"), make_record("x", cluster_uid="c1")]
    assert list_names() == ["old", "new"]


def test_before_anything_is_live_the_whole_topic_is_read(told: dict[str, list[Any]]) -> None:
    told["live"], told["records"] = [None], [make_record("new")]
    assert list_names() == ["new"]
    assert told["asked"][0] == {}


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (make_record("a"), ["a"]),
        (make_record("a", "DELETED"), []),
        (make_record("a", cluster_uid="c1"), []),
        (make_record("a", kind="PodTemplate"), []),
        ({**make_record("a"), "headers": {}}, []),
        ({**make_record("a"), "value": None}, []),
    ],
)
def test_only_this_kind_of_this_cluster_is_folded(record: Record, names: list[str]) -> None:
    known: dict[str, Known] = {}
    fold_records(known, [record], "Pod", "c0")
    assert [one.object["metadata"]["name"] for one in known.values()] == names


def test_a_record_that_cannot_be_read_told_of_nothing_and_stops_nobody() -> None:
    records = [make_record(name) for name in ("a", "b", "c")]
    records[1]["value"], records[2]["value"] = "[" * 5_000, '{"kind": '
    known: dict[str, Known] = {}
    fold_records(known, records, "Pod", "c0")
    assert list(known) == [records[0]["key"]]
