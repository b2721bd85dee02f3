"""A dead letter comes back to its topic once, when somebody asks for it."""

import json
import time
import uuid
from collections.abc import Callable

import pytest

from processors.knowledge import topics
from processors.knowledge.record import Record
from processors.pipelines.replay import ORIGIN_HEADER
from processors.settings import Settings
from processors.stores import kafka

RunDag = Callable[..., dict[str, str]]
pytestmark = pytest.mark.usefixtures("live_versions")


def find(settings: Settings, topic: str, marker: str) -> list[Record]:
    records, _, _ = kafka.drain(settings.kafka, [topic], {}, 1_000_000)
    return [record for record in records if marker in record["key"] + json.dumps(record["headers"])]


def test_a_letter_is_replayed_once_and_only_on_demand(settings: Settings, run_dag: RunDag) -> None:
    marker = uuid.uuid4().hex
    poison = f'{{"message": "{marker}", "password": "correct-horse-{marker}"'.encode()
    headers = {"source": marker}
    kafka.produce(settings.kafka, topics.LOGS, [(marker, poison, headers)])
    deadline = time.monotonic() + 180
    while not (letters := [each for each in _letters(settings) if each.get("key") == marker]):
        assert time.monotonic() < deadline, "no dead letter within 180 s"
        time.sleep(1)
    form = {"topic": topics.LOGS, "error": letters[0]["error"][:30]}
    run_dag("replay_dead_letter", {**form, "dry_run": True})
    assert len(find(settings, topics.LOGS, marker)) == 1
    for _ in range(2):
        run_dag("replay_dead_letter", {**form, "dry_run": False})
    origin = f"{letters[0]['topic']}/{letters[0]['partition']}/{letters[0]['offset']}"
    again = [r for r in find(settings, topics.LOGS, marker) if r["headers"].get(ORIGIN_HEADER) == origin]
    assert len(again) == 1
    assert again[0]["key"] == marker
    assert again[0]["headers"]["source"] == marker
    assert "correct-horse" not in (again[0]["value"] or "")


def _letters(settings: Settings) -> list[dict[str, str]]:
    records, _, _ = kafka.drain(settings.kafka, [topics.DEAD_LETTER], {}, 1_000_000)
    return [json.loads(record["value"] or "{}") for record in records]
