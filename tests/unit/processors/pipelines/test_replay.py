"""Dead-letter records are replayed as chosen, each at most once."""

import base64
import json
from typing import Any

import pytest

from processors.knowledge import topics
from processors.knowledge.record import Record
from processors.pipelines.dead_letters import Choice, choose_dead_letters, parse_dead_letter
from processors.pipelines.replay import ORIGIN_HEADER, replay_dead_letters
from processors.settings import load_settings
from processors.stores import kafka

ANY = Choice(topic="", error="", since=None, until=None)


def record_of(
    offset: int, topic: str = topics.LOGS, error: str = "ValueError: x", found: bool = True
) -> Record:
    original = base64.b64encode(f"value {offset}".encode()).decode()
    body = {"topic": topic, "partition": 1, "offset": offset, "error": error, "original": original}
    body |= {"original_found": found, "key": f"key {offset}", "headers": {"h": "1"}}
    return Record(
        topic=topics.DEAD_LETTER,
        partition=0,
        offset=offset,
        timestamp_ms=1_767_225_600_000 + offset * 1000,
        key=f"{topic}/1/{offset}",
        headers={},
        value=json.dumps(body),
    )


class Broker:
    """Keeps what was sent, as Kafka's transactions do."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self.positions: dict[str, Any] = {}
        self.sent: list[tuple[str, str, bytes, dict[str, str]]] = []

    def drain(self, *_: object) -> tuple[list[Record], None, None]:
        return self.records, None, None

    def send(self, _: str, collector: str, topic: str, messages: Any, position: dict[str, Any]) -> None:
        self.sent += [(topic, *message) for message in messages]
        self.positions[collector] = json.loads(json.dumps(position))


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker(
        [
            record_of(1),
            record_of(2, error="JSONDecodeError: y"),
            record_of(3, topics.METRICS),
            record_of(4, found=False),
        ]
    )
    monkeypatch.setattr(kafka, "drain", broker.drain)
    monkeypatch.setattr(kafka, "send_collected", broker.send)
    monkeypatch.setattr(kafka, "read_collected", lambda _, collector: broker.positions.get(collector))
    return broker


def replay(choice: Choice = ANY, limit: int = 100, dry_run: bool = False) -> dict[str, Any]:
    return replay_dead_letters(load_settings(), choice, limit, dry_run=dry_run)


def test_records_go_to_their_topics_with_key_and_headers(broker: Broker) -> None:
    told = replay()
    assert (told["chosen"], told["replayed"], told["without_original"]) == (4, 3, 1)
    assert [message[0] for message in broker.sent] == [topics.LOGS, topics.LOGS, topics.METRICS]
    headers = {"h": "1", ORIGIN_HEADER: f"{topics.LOGS}/1/1"}
    assert broker.sent[0] == (topics.LOGS, "key 1", b"value 1", headers)


def test_a_dry_run_sends_nothing_and_shows_examples(broker: Broker) -> None:
    told = replay(dry_run=True)
    assert told["replayed"] == 3
    assert told["examples"][0] == {
        "origin": f"{topics.LOGS}/1/1",
        "error": "ValueError: x",
        "original": "value 1",
    }
    assert broker.sent == []
    assert broker.positions == {}


def test_each_is_sent_at_most_once_whatever_the_filters(broker: Broker) -> None:
    assert replay(Choice(**{**ANY, "error": "jsondecode"}))["replayed"] == 1
    assert replay(limit=1)["replayed"] == 1
    assert replay()["replayed"] == 1
    assert replay()["already_replayed"] == 3
    assert sorted(message[2] for message in broker.sent) == [b"value 1", b"value 2", b"value 3"]


def test_what_left_the_topic_is_forgotten(broker: Broker) -> None:
    replay()
    broker.records = [record_of(2), record_of(5)]
    replay()
    assert broker.positions[f"replay-{topics.LOGS}"] == {"replayed": {"1": [2, 5]}}


@pytest.mark.parametrize(
    ("change", "offsets"),
    [
        ({"topic": topics.METRICS}, [3]),
        ({"since": "2026-01-01T00:00:02Z"}, [2, 3, 4]),
        ({"until": "2026-01-01T00:00:02"}, [1]),
        ({"error": "nothing like it"}, []),
    ],
)
def test_records_are_chosen_by_topic_error_and_time(broker: Broker, change: Any, offsets: list[int]) -> None:
    chosen = choose_dead_letters(map(parse_dead_letter, broker.records), Choice(**{**ANY, **change}))
    assert [each["offset"] for each in chosen] == offsets
