"""A Kafka that wants TLS and a login: each user does what it needs, and nobody else gets in.

A refused client waits until its time is over, so every test run tries one way in, and `make test-logins` all.
"""

import asyncio
import json
import os
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from local.settings import ROOT
from processors.knowledge import topics
from processors.settings.stores import Kafka
from processors.stores import asked_questions, kafka, kafka_trigger
from processors.stores.actions import audit, audit_topic
from processors.stores.asked_questions import open_question_log, read_asked
from processors.stores.kafka import consumer
from tests.support.own_kafka import ADMIN, OwnKafka, Right, start_kafka
from tests.support.waiting import wait_for

HOW_TO = ROOT / "docs/how-to/give-stores-logins.md"
PIPELINES, SERVICE, SETUP = "runlore-pipelines", "runlore-service", "runlore-setup"
_ROW = re.compile(r"^\| `(runlore-\w+)` \| ([a-z ]+) \| `([^`]+)` \| ([A-Za-z, ]+) \|$", re.MULTILINE)

TRIED = None if os.environ.get("PROVE_LOGINS") == "yes" else 1

Doing = Callable[[Kafka], object]
DOINGS: dict[str, Doing] = {
    "read": lambda broker: kafka.drain(broker, [topics.LOGS], {}, 10),
    "send": lambda broker: kafka.produce(broker, topics.LOGS, [("", b"{}", {})]),
    "collect": lambda broker: kafka.send_collected(broker, "one", topics.LOGS, [("", b"{}", {})], {}),
    "create topics": kafka.create_topics,
    "mirror positions": lambda broker: kafka.mirror_positions(broker, {topics.LOGS: {"0": 0}}),
}


def read_rights() -> list[Right]:
    """The rights that the how-to tells its readers to give."""
    return [
        Right(user, resource.replace(" ", "_").upper(), prefix, tuple(operations.upper().split(", ")))
        for user, resource, prefix, operations in _ROW.findall(HOW_TO.read_text())
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKafka]:
    passwords = {user: secrets.token_urlsafe(12) for user in (ADMIN, PIPELINES, SERVICE, SETUP)}
    with start_kafka(tmp_path_factory.mktemp("kafka"), passwords) as server:
        server.grant(read_rights())
        assert set(kafka.create_topics(server.login(SETUP))) == set(topics.ALL)
        wait_for(lambda: all(can_read(server, topic) for topic in topics.ALL), 30)
        yield server


def can_read(server: OwnKafka, topic: str) -> bool:
    """Whether the leader of a topic that is new has been told so."""
    try:
        return bool(kafka.find_ends(server.login(PIPELINES), [topic]))
    except KafkaException:
        return False


@contextmanager
def impatience() -> Iterator[None]:
    """A refused client is told so within a second, and tries again until its time is over."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (consumer, kafka.producer, kafka.collected, kafka.admin):
            patch.setattr(module, "TIMEOUT_S", 5.0)
        yield


def count(server: OwnKafka) -> int:
    return len(kafka.drain(server.login(PIPELINES), [topics.LOGS], {}, 10_000)[0])


def test_the_pipelines_send_read_and_keep_positions(server: OwnKafka) -> None:
    broker, before = server.login(PIPELINES), count(server)
    assert kafka.produce(broker, topics.LOGS, [("a", b"{}", {}), ("b", b"{}", {})]) == 2
    assert kafka.send_collected(broker, "prometheus", topics.LOGS, [("c", b"{}", {})], {"at": 7}) == 1
    # A transaction's end is told to readers a moment after its sender.
    wait_for(lambda: kafka.read_collected(broker, "prometheus") == {"at": 7}, 20)
    _, _, reached = kafka.drain(broker, [topics.LOGS], {}, 10_000)
    assert count(server) == before + 3
    assert kafka.find_waiting(broker, [topics.LOGS], reached)[topics.LOGS].records == 0
    kafka.mirror_positions(broker, reached)


def test_the_record_of_actions_has_its_transactions(server: OwnKafka) -> None:
    options = {"transactional.id": f"{topics.AUDIT}-of-{audit.INDEX}"}
    with kafka.open_client(Producer, server.login(PIPELINES), options) as producer:
        producer.init_transactions(20)
        producer.begin_transaction()
        producer.produce(topics.AUDIT, b"{}")
        producer.commit_transaction(20)
    wait_for(lambda: audit_topic.read_sent(server.login(PIPELINES)) == [{}], 20)


def test_more_partitions_are_the_set_ups_to_give(server: OwnKafka) -> None:
    kafka.add_partitions(server.login(SETUP), topics.MLFLOW, 3)
    # A broker tells of new partitions a moment after it has made them.
    wait_for(lambda: len(kafka.find_ends(server.login(PIPELINES), [topics.MLFLOW])[topics.MLFLOW]) == 3, 20)


async def test_a_message_wakes_the_pipeline(server: OwnKafka, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {
        "conn_type": "kafka",
        "extra": {"group.id": "runlore-events", "auto.offset.reset": "earliest"},
    }
    monkeypatch.setenv("AIRFLOW_CONN_RUNLORE_EVENTS", json.dumps(connection))
    told = SimpleNamespace(kafka=server.login(PIPELINES))
    monkeypatch.setattr(kafka_trigger, "load_settings", lambda: told)
    kafka.produce(server.login(PIPELINES), topics.KUBERNETES, [("", b"{}", {})])
    events = kafka_trigger.KafkaTrigger([topics.KUBERNETES], "runlore_events").run()
    async with asyncio.timeout(60):
        assert (await anext(events)).payload == "wake"


def test_the_service_keeps_what_is_asked(server: OwnKafka) -> None:
    counts = Counter[str]()
    log = open_question_log(server.login(SERVICE), lambda outcome: counts.update([outcome]))
    log.record("why is it red?", ["public"], ["rag"])
    wait_for(lambda: log.close() or counts.total(), 20)
    assert counts == {"sent": 1}
    assert [one["query"] for one in read_asked(server.login(PIPELINES), 10)] == ["why is it red?"]


@pytest.mark.parametrize("doing", [*DOINGS][:TRIED])
def test_a_wrong_password_is_told_soon_and_loses_nothing(server: OwnKafka, doing: str) -> None:
    before, begin = count(server), time.monotonic()
    with impatience(), pytest.raises(KafkaException, match="RUNLORE_KAFKA_USERNAME") as refused:
        DOINGS[doing](server.login(PIPELINES, PASSWORD="wrong-hunter22"))
    assert time.monotonic() - begin < 20
    assert refused.value.args[0].code() == KafkaError._AUTHENTICATION
    assert "hunter22" not in str(refused.value)
    assert count(server) == before


def test_what_is_asked_is_counted_as_dropped_when_the_login_is_wrong(
    server: OwnKafka, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(asked_questions, "_GIVE_UP_MS", 3_000)
    counts = Counter[str]()
    log = open_question_log(
        server.login(SERVICE, PASSWORD="wrong-hunter22"), lambda one: counts.update([one])
    )
    log.record("why?", ["public"], ["rag"])
    wait_for(lambda: log.close() or counts.total(), 20)
    assert counts == {"dropped": 1}
    told = capsys.readouterr().out
    assert "RUNLORE_KAFKA_USERNAME" in told
    assert "hunter22" not in told


def test_a_server_that_nobody_vouches_for_gets_no_password(server: OwnKafka) -> None:
    with impatience(), pytest.raises(KafkaException, match="RUNLORE_KAFKA_CA_FILE"):
        DOINGS["read"](server.login(PIPELINES, CA_FILE=""))


@pytest.mark.parametrize(
    "others",
    [
        {
            "SECURITY_PROTOCOL": "PLAINTEXT",
            "CA_FILE": "",
            "SASL_MECHANISM": "",
            "USERNAME": "",
            "PASSWORD": "",
        },
        {"SECURITY_PROTOCOL": "SSL", "SASL_MECHANISM": "", "USERNAME": "", "PASSWORD": ""},
        {"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "CA_FILE": ""},
    ][:TRIED],
    ids=lambda others: others["SECURITY_PROTOCOL"],
)
def test_nobody_gets_in_without_tls_and_a_login(server: OwnKafka, others: dict[str, str]) -> None:
    for doing in ("read", "send"):
        with impatience(), pytest.raises((KafkaException, RuntimeError)):
            DOINGS[doing](server.login(PIPELINES, **others))


@pytest.mark.parametrize(
    ("user", "doing"),
    [(SERVICE, "read"), (SERVICE, "send"), (SERVICE, "collect"), (SETUP, "read"), (SETUP, "send")],
)
def test_a_user_does_no_more_than_it_needs(server: OwnKafka, user: str, doing: str) -> None:
    before = count(server)
    with impatience(), pytest.raises((KafkaException, RuntimeError), match="AUTHORIZATION_FAILED"):
        DOINGS[doing](server.login(user))
    assert count(server) == before


def test_the_pipelines_make_and_delete_no_topic(server: OwnKafka) -> None:
    admin = AdminClient(kafka.kafka_options(server.login(PIPELINES)))
    futures: list[Any] = [*admin.delete_topics([topics.LOGS]).values()]
    with pytest.raises(KafkaException, match="AUTHORIZATION_FAILED"):
        futures[0].result(timeout=20)
    with pytest.raises(KafkaException, match="AUTHORIZATION_FAILED"):
        kafka.add_partitions(server.login(PIPELINES), topics.LOGS, 5)
