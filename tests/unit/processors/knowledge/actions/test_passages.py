import json

import pytest

from processors.knowledge import topics
from processors.knowledge.actions.audit import BEGIN, Record, make_entry, seal_entry
from processors.knowledge.actions.passages import count_effects, describe_action, name_subject
from processors.knowledge.actions.request import make_request
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record as Message
from processors.knowledge.untrusted import PoisonError
from tests.support.actions import ALICE, BOB, NOW, make_restart, propose

REQUEST = make_restart()


def make_record(event="verified", request=REQUEST, **told) -> Record:
    return seal_entry(make_entry(event, request, NOW, approver=BOB, **told), 1, BEGIN)


def make_message(record: Record | None, offset: int = 0) -> Message:
    value = None if record is None else record.model_dump_json()
    return Message(
        topic=topics.AUDIT, partition=0, offset=offset, timestamp_ms=1_795_964_400_000, key="", headers={},
        value=value,
    )  # fmt: skip


def test_an_action_that_was_verified_tells_of_itself_and_how_often_it_helped():
    effect = {"verified": True, "told": "3 of 3 replicas are ready", "times": 4, "helped": 3}
    one, all_ = describe_action(make_message(make_record(effect=effect))).descriptions
    assert "kubectl rollout restart deployment/api --namespace=shop" in one.text
    assert "proposed by alice@example.org, approved by airflow:bob" in one.text
    assert "had its effect: 3 of 3 replicas are ready" in one.text
    assert "it had its effect 3 of 4 times" in all_.text
    assert one.identity != all_.identity
    assert one.document == all_.document
    assert (one.kind, one.namespace, one.service) == ("action", "shop", "api")
    assert one.cite == {"type": "airflow", "dag_id": "actions", "run_id": f"action-{REQUEST.key}"}


def test_one_action_is_one_passage_that_its_last_step_writes():
    effect = {"verified": False, "told": "the rollout stands still", "times": 1, "helped": 0}
    records = [make_record("executed", result="restarted"), make_record(effect=effect)]
    messages = [make_message(record, number) for number, record in enumerate(records)]
    chunks = build_chunks(messages, None, (), "b", "2026-11-29T15:00:00+00:00")["chunks"]
    assert len(chunks) == 3
    assert chunks[0]["chunk_id"] == chunks[1]["chunk_id"] != chunks[2]["chunk_id"]
    assert "didn't have its effect: the rollout stands still" in chunks[1]["text"]
    assert chunks[1]["severity"] == "warning"
    assert "0 of 1 times" in chunks[2]["text"]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("executed", "was done"),
        ("failed", "failed"),
        ("unknown", "nobody knows"),
        ("rejected", "rejected"),
    ],
)
def test_how_it_ended_is_told_with_the_reason(event, told):
    (one,) = describe_action(make_message(make_record(event, reason="of a reason"))).descriptions
    assert told in one.text
    assert "Why: of a reason" in one.text


@pytest.mark.parametrize("event", ["proposed", "approved", "started", "refused", "expired"])
def test_steps_before_the_end_and_what_wasnt_done_tell_nothing(event):
    assert describe_action(make_message(make_record(event, proposal=propose(REQUEST)))).descriptions == []


def test_what_only_read_tells_nothing():
    reading = make_request(
        "kubernetes.get",
        {"namespace": "shop", "resource": "pod"},
        ALICE,
        source="chat",
        language="en",
        now=NOW,
    )
    assert describe_action(make_message(make_record("executed", reading))).descriptions == []


@pytest.mark.parametrize("value", [None, "{}", "[]", "x", json.dumps({"seq": 1})])
def test_what_is_no_record_is_poison(value):
    message = make_message(None)
    message["value"] = value
    with pytest.raises(PoisonError):
        describe_action(message)


def test_effects_are_counted_for_one_action_on_one_object():
    past = [
        make_record(effect={"verified": True}),
        make_record(effect={"verified": False}),
        make_record(effect={"verified": True, "effect": {"helped": False}}),
        make_record(effect={"verified": True, "effect": {"helped": None}}),
        make_record(effect=None),
        make_record(request=make_restart(name="db"), effect={"verified": True}),
    ]
    subject = name_subject(REQUEST.action, REQUEST.parameters)
    effect = {"verified": True, "effect": {"helped": True}}
    assert count_effects(effect, past, subject) == effect | {"times": 5, "helped": 3}
