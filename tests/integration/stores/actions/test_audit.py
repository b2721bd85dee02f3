"""The record of actions: nothing is lost or double when many write and die, and tampering is found."""

import json
import multiprocessing
import os
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from opensearchpy import OpenSearch

from processors.knowledge.actions.audit import AuditError, Event, Record, hash_record, make_entry, seal_entry
from processors.pipelines.actions.audit import verify_audit
from processors.settings import Settings
from processors.settings.stores import Kafka
from processors.stores import kafka
from processors.stores.actions import audit_topic
from processors.stores.actions.audit import append_entry, find_entry, find_last, list_entries, list_verified
from processors.stores.actions.audit_topic import publish_records
from processors.stores.kafka import kafka_options
from tests.support.actions import NOW, make_restart, propose


class Audit(NamedTuple):
    """A record of its own, of one test."""

    client: OpenSearch
    broker: Kafka
    index: str
    topic: str

    def append(self, event: Event = "executed", key: str = "") -> Record:
        request = make_restart().model_copy(update={"key": key} if key else {})
        entry = make_entry(event, request, NOW, proposal=propose(request), effect={"share": 0.1})
        return append_entry(self.client, entry, self.index)

    def publish(self) -> int:
        return publish_records(self.client, self.broker, self.index, self.topic).seq

    def verify(self) -> tuple[int, str, int]:
        return verify_audit(self.client, self.broker, self.index, self.topic)

    def change(self, number: int, /, **fields: Any) -> None:
        self.client.update(index=self.index, id=str(number), body={"doc": fields}, refresh=True)


@pytest.fixture
def audit(settings: Settings, client: OpenSearch) -> Iterator[Audit]:
    name = f"test-audit-{uuid.uuid4().hex[:8]}"
    admin = AdminClient(kafka_options(settings.kafka))
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(timeout=20)
    yield Audit(client, settings.kafka, name, name)
    admin.delete_topics([name])[name].result(timeout=20)
    client.indices.delete(index=name, ignore_unavailable=True)


def test_a_record_is_appended_found_and_sent(audit: Audit) -> None:
    assert audit.publish() == 0
    first = audit.append("proposed", "a" * 32)
    audit.append("proposed", "b" * 32)
    last = audit.append("executed", "a" * 32)
    assert (first.seq, last.seq) == (1, 3)
    assert find_entry(audit.client, "a" * 32, "executed", audit.index) == last
    assert find_entry(audit.client, "a" * 32, "failed", audit.index) is None
    assert [record.event for record in list_entries(audit.client, "a" * 32, audit.index)] == [
        "proposed",
        "executed",
    ]
    assert list_verified(audit.client, last.action, audit.index) == []
    assert audit.verify() == (3, hash_record(last), 3)
    assert audit.publish() == 3
    assert audit.publish() == 3
    assert audit.verify() == (3, hash_record(last), 0)


def test_many_who_append_and_send_at_once_make_one_chain(audit: Audit) -> None:
    def work(number: int) -> None:
        own = audit._replace(client=OpenSearch(_url(audit)))
        for _ in range(5):
            own.append(key=f"{number:032x}")
            own.publish()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    records, _, waiting = audit.verify()
    assert (records, waiting) == (30, 0)


def test_who_is_fenced_off_in_the_middle_leaves_the_rest_to_the_other(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        audit.append()
    written: list[str] = []

    def write(told: Any, **options: Any) -> str:
        written.append(told["key"])
        if len(written) == 1:
            assert audit.publish() == 3
        if len(written) == 5:
            time.sleep(2)  # The first one's message is refused meanwhile, and its next one is a fatal error.
        return json.dumps(told, **options)

    monkeypatch.setattr(audit_topic, "json", SimpleNamespace(dumps=write, loads=json.loads))
    assert audit.publish() == 3
    assert (audit.verify()[0], audit.verify()[2], len(written)) == (3, 0, 5)


def test_a_send_whose_end_nobody_knows_is_settled_by_the_next_one(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, tries = audit_topic._send_in_one, 0

    def lose_the_answer(*arguments: Any) -> None:
        nonlocal tries
        send(*arguments)
        tries += 1
        if tries == 1:
            raise KafkaException(KafkaError(KafkaError.UNKNOWN))

    monkeypatch.setattr(audit_topic, "_send_in_one", lose_the_answer)
    last = audit.append()
    assert audit.publish() == 1
    assert (tries, audit.verify()) == (2, (1, hash_record(last), 0))


def test_a_record_survives_kills_at_any_point(audit: Audit) -> None:
    """Whoever is killed leaves a whole record or none, and what wasn't sent is sent by the next one."""
    context = multiprocessing.get_context("fork")
    for round_ in range(7):
        worker = context.Process(target=_append_and_publish, args=(_url(audit), audit.broker, audit.index))
        worker.start()
        time.sleep(0.2 + 0.2 * round_)
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join()
        audit.verify()
    audit.append()
    last = audit.publish()
    records, _, waiting = audit.verify()
    assert (records, waiting) == (last, 0)
    assert last > 5


def _append_and_publish(url: str, broker: Kafka, name: str) -> None:
    audit = Audit(OpenSearch(url), broker, name, name)
    while True:
        audit.append()
        audit.publish()


def _url(audit: Audit) -> str:
    host = audit.client.transport.hosts[0]
    return f"http://{host['host']}:{host['port']}"


def _remove(audit: Audit) -> None:
    audit.client.delete(index=audit.index, id="2", refresh=True)


def _swap(audit: Audit) -> None:
    second, third = (audit.client.get(index=audit.index, id=str(seq))["_source"] for seq in (2, 3))
    audit.client.index(index=audit.index, id="2", body=third, refresh=True)
    audit.client.index(index=audit.index, id="3", body=second, refresh=True)


def _put_in(audit: Audit) -> None:
    audit.client.index(index=audit.index, id="aside", body={"event": "approved"}, refresh=True)


def _write_anew(audit: Audit) -> None:
    """Change the last record, and give it the hash that fits."""
    before = Record.model_validate(audit.client.get(index=audit.index, id="4")["_source"])
    forged = seal_entry(make_entry("rejected", make_restart(), NOW), 5, hash_record(before))
    audit.client.index(index=audit.index, id="5", body=forged.model_dump(mode="json"), refresh=True)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda audit: audit.change(2, result="all is well"),
        lambda audit: audit.change(2, approver={"user": "airflow:bob", "groups": []}),
        lambda audit: audit.change(2, effect={"share": 0.2}),
        lambda audit: audit.change(2, note="seen"),
        lambda audit: audit.change(2, seq=3),
        lambda audit: audit.client.delete(index=audit.index, id="5", refresh=True),
        _remove,
        _swap,
        _put_in,
        _write_anew,
    ],
)  # fmt: skip
def test_tampering_with_the_index_is_found(audit: Audit, tamper: Callable[[Audit], None]) -> None:
    for _ in range(5):
        audit.append()
    audit.publish()
    audit.verify()
    tamper(audit)
    with pytest.raises(AuditError):
        audit.verify()


def test_who_sends_finds_that_the_end_was_cut_off(audit: Audit) -> None:
    for _ in range(3):
        audit.append()
    audit.publish()
    audit.client.delete(index=audit.index, id="3", refresh=True)
    with pytest.raises(AuditError, match="1 records were cut off behind record 2"):
        audit.publish()


def test_tampering_is_not_sent_on(audit: Audit) -> None:
    for _ in range(3):
        audit.append()
    audit.change(2, result="all is well")
    with pytest.raises(AuditError):
        audit.publish()
    assert not kafka.read_newest(audit.broker, audit.topic, 10)


@pytest.mark.parametrize("value", [b"{}", b"no JSON", b""])
def test_tampering_with_the_topic_is_found(audit: Audit, value: bytes) -> None:
    audit.append()
    audit.publish()
    kafka.produce(audit.broker, audit.topic, [("", value, {})])
    with pytest.raises(AuditError, match="Kafka"):
        audit.verify()


def test_a_record_that_is_sent_twice_is_found(audit: Audit) -> None:
    audit.append()
    audit.publish()
    twice = [record["value"] or "" for record in kafka.read_newest(audit.broker, audit.topic, 10)]
    kafka.produce(audit.broker, audit.topic, [("", value.encode(), {}) for value in twice])
    with pytest.raises(AuditError, match="Kafka"):
        audit.verify()


def test_an_append_whose_answer_was_lost_is_one_record(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client sends a request again when its connection breaks: the second one is told of a conflict."""
    send = audit.client.index

    def send_twice(**given: Any) -> Any:
        send(**given)
        return send(**given)

    monkeypatch.setattr(audit.client, "index", send_twice)
    audit.append()
    monkeypatch.undo()
    assert find_last(audit.client, audit.index).seq == 1
    assert Counter(record["event"] for record in _list(audit)) == {"executed": 1}


def _list(audit: Audit) -> list[dict[str, Any]]:
    return [hit["_source"] for hit in audit.client.search(index=audit.index)["hits"]["hits"]]
