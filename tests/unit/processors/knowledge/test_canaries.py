"""A canary goes the way of its source and says when it was sent."""

from datetime import UTC, datetime, timedelta

import pytest

from processors.knowledge import topics
from processors.knowledge.canaries import CANARY, KINDS, find_lost, make_canaries, measure_freshness
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record

NOW = datetime(2026, 11, 21, 10, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("topic", topics.DYNAMIC)
def test_the_canary_of_every_topic_is_made_into_a_chunk_that_says_when_it_was_sent(topic: str) -> None:
    key, value, headers = make_canaries(NOW)[topic]
    record = Record(
        topic=topic,
        partition=0,
        offset=3,
        timestamp_ms=int(NOW.timestamp() * 1000) + 20,
        key=key,
        headers=headers,
        value=value.decode(),
    )
    built = build_chunks([record], None, (), "b", NOW.isoformat())
    assert not built["letters"]
    (chunk,) = built["chunks"]
    assert (chunk["kind"], chunk["service"]) == (KINDS[topic], CANARY)
    ages = measure_freshness([chunk], NOW + timedelta(seconds=4))
    assert ages == {f"freshness_seconds/{KINDS[topic]}": pytest.approx(4, abs=0.01)}


def test_only_a_canary_that_is_older_than_the_last_one_is_lost() -> None:
    sent = dict.fromkeys(KINDS, NOW)
    found = dict.fromkeys(KINDS.values(), NOW - timedelta(milliseconds=1))
    assert find_lost(found, sent) == []
    found["ml_run"] -= timedelta(minutes=5)
    del found["k8s_event"]
    assert find_lost(found, sent) == [topics.KUBERNETES, topics.MLFLOW]
