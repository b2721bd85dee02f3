"""Every topic's records become chunks or dead letters, and a poisoned one stops nobody else."""

import json
from typing import Any

import pytest

from processors.knowledge import topics
from processors.knowledge.record import Record
from processors.light import BUILDERS, build_chunks


def make_record(topic: str, offset: int, value: str | None) -> Record:
    return Record(
        topic=topic,
        partition=0,
        offset=offset,
        timestamp_ms=1_763_708_400_000,
        key="k",
        headers={},
        value=value,
    )


def test_every_drained_topic_has_its_way() -> None:
    assert {*BUILDERS, topics.LOGS} == set(topics.DYNAMIC)


@pytest.mark.parametrize("topic", topics.DYNAMIC)
@pytest.mark.parametrize("value", [None, "{", "[]", '"x"', '{"a": [1]}', '{"metric": null, "data": 7}'])
def test_poison_of_any_topic_becomes_a_letter_that_names_it(topic: str, value: str | None) -> None:
    built = build_chunks([make_record(topic, 5, value)], None, (), "b", "now")
    if value in ('"x"', '{"a": [1]}', '{"metric": null, "data": 7}') and topic == topics.LOGS:
        assert len(built["chunks"]) == 1, "to a log it is a line of plain text, or fields that can be told"
        return
    (letter,) = built["letters"]
    assert (letter["topic"], letter["offset"], built["chunks"]) == (topic, 5, [])
    assert letter["error"]


def test_a_poisoned_line_stops_no_other_and_belongs_to_no_chunk() -> None:
    values: list[Any] = [json.dumps({"message": f"order {n} paid"}) for n in range(4)]
    values[2] = '{"message": "order 2'
    records = [make_record(topics.LOGS, n, value) for n, value in enumerate(values)]
    built = build_chunks(records, None, (), "b", "now")
    (chunk,) = built["chunks"]
    assert chunk["source_offsets"] == "0-1,3"
    assert (chunk["source_place"], chunk["source_offset"]) == ("runlore.logs/0", 4)
    assert [letter["offset"] for letter in built["letters"]] == [2]


class Untrue(dict[str, str]):
    """Headers that raise what nobody expects."""

    def get(self, *_: object) -> str:
        raise MemoryError("no error that a reader would name")


def test_whatever_a_reader_raises_is_one_letter_and_its_neighbours_go_on() -> None:
    body = json.dumps(
        {"kind": "Pod", "metadata": {"name": "a-1", "uid": "u"}, "status": {"phase": "Running"}}
    )
    records = [make_record(topics.KUBERNETES, n, body) for n in range(3)]
    records[1]["headers"] = Untrue()
    built = build_chunks(records, None, (), "b", "now")
    assert [letter["offset"] for letter in built["letters"]] == [1]
    assert built["letters"][0]["error"].startswith("MemoryError")
    assert [chunk["source_offset"] for chunk in built["chunks"]] == [1, 3]


def test_writes_are_ordered_by_the_broker_s_time_and_those_of_a_window_by_its_partition() -> None:
    body = json.dumps(
        {"kind": "Pod", "metadata": {"name": "a-1", "uid": "u"}, "status": {"phase": "Running"}}
    )
    (state,) = build_chunks([make_record(topics.KUBERNETES, 0, body)], None, (), "b", "now")["chunks"]
    assert state["write_version"] == 1_763_708_400_000
    (window,) = build_chunks([make_record(topics.LOGS, 41, "a line")], None, (), "b", "now")["chunks"]
    assert window["write_version"] == 42


def test_a_window_is_bounded_by_its_own_last_line_not_by_where_the_batch_ends() -> None:
    hour_ms = 3_600_000
    records = [make_record(topics.LOGS, n, f'{{"message": "m", "service": "s{n}"}}') for n in range(2)]
    records[1]["timestamp_ms"] -= hour_ms
    first = build_chunks(records, None, (), "b", "now")["chunks"][0]
    (alone,) = build_chunks(records[:1], None, (), "b", "now")["chunks"]
    assert first["observed_at"] == alone["observed_at"], "the broker's clock went back behind it"
