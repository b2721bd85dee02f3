"""Every topic's records become chunks or dead letters, and a poisoned one stops nobody else."""

import json
import time
from typing import Any

import pytest

from processors.knowledge import topics
from processors.knowledge.partitions import DESCRIBERS, build_chunks
from processors.knowledge.record import Record


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
    assert {*DESCRIBERS, topics.LOGS} == set(topics.READ)


@pytest.mark.parametrize("topic", topics.READ)
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
    assert first == alone, "the broker's clock went back behind it, and another line came"


GOOD_POD = {"kind": "Pod", "metadata": {"name": "a-1", "uid": "u"}, "status": {"phase": "Running"}}
GOOD_SERIES = {"metric": {"__name__": "up"}, "values": [[1_763_708_400, "1"]]}
GOOD_METRIC = {
    "name": "queue", "gauge": {"dataPoints": [{"timeUnixNano": "1763708400000000000", "asInt": "5"}]},
}  # fmt: skip
GOOD_LOG = {"body": {"stringValue": "no stock"}}
GOOD_ALERT = {"labels": {"alertname": "Down"}, "status": "firing", "startsAt": "2025-11-21T07:00:00Z"}


@pytest.mark.parametrize(
    ("topic", "value", "place"),
    [
        (topics.LOGS, [{"message": "one"}, 7], "[1]: expected an object or text, got int"),
        (topics.LOGS, [{}, {"message": "one"}], "[0]: expected an object or text, got an empty one"),
        (topics.LOGS, [{"message": "one"}, [[[[["deep"]]]]]], "[1][0][0][0]: a list within 4 others"),
        (
            topics.LOGS,
            {"resourceLogs": [{"scopeLogs": [{"logRecords": [None, GOOD_LOG]}]}]},
            "resourceLogs[0].scopeLogs[0].logRecords[0]: expected an object, got NoneType",
        ),
        (
            topics.LOGS,
            [{"resourceLogs": [{"scopeLogs": [{"logRecords": [GOOD_LOG]}, {"logRecords": "x"}]}]}],
            "[0].resourceLogs[0].scopeLogs[1].logRecords: expected a list, got str",
        ),
        (
            topics.LOGS,
            {"streams": [{"stream": {"app": "a"}, "values": [["1763708400000000000", "one"], ["1"]]}]},
            "streams[0].values[1]: expected a time and a text",
        ),
        (topics.KUBERNETES, [GOOD_POD, "pod"], "item 1 of 2: no object or event of Kubernetes"),
        (topics.KUBERNETES, {"kind": "List", "items": [7, GOOD_POD]}, "item 0 of 2: no object or event"),
        (topics.KUBERNETES, {"data": {"items": [GOOD_POD, 7]}}, "item 1 of 2: no object or event"),
        (
            topics.KUBERNETES,
            [{"kind": "Pod", "metadata": {}}, GOOD_POD],
            "object 0 of 2: the Pod has no name",
        ),
        (
            topics.METRICS,
            {"status": "success", "data": {"resultType": "matrix", "result": [7, GOOD_SERIES]}},
            "data.result[0]: expected a series",
        ),
        (
            topics.METRICS,
            {
                "status": "success",
                "data": {
                    "resultType": "matrix",
                    "result": [GOOD_SERIES, {"metric": {"job": "x"}, "values": [["?", "?"]]}],
                },
            },
            "the series {'job': 'x'}: no point",
        ),
        (topics.METRICS, {"alerts": [GOOD_ALERT, {"labels": {}}]}, "alerts[1]: expected an alert"),
        (
            topics.METRICS,
            {"resourceMetrics": [{"scopeMetrics": [{"metrics": [GOOD_METRIC, {"name": "odd"}]}]}]},
            "resourceMetrics[0].scopeMetrics[0].metrics[1]: expected one of gauge",
        ),
    ],
)  # fmt: skip
def test_a_broken_item_among_good_ones_is_named_in_one_letter(topic: str, value: Any, place: str) -> None:
    built = build_chunks([make_record(topic, 5, json.dumps(value))], None, (), "b", "now")
    assert len(built["chunks"]) == 1, "the good one is told"
    (letter,) = built["letters"]
    assert (letter["topic"], letter["offset"]) == (topic, 5)
    assert f"1 part of the message could not be read, the rest was: {place}" in letter["error"]


@pytest.mark.parametrize("topic", [topics.LOGS, topics.KUBERNETES])
def test_of_many_broken_items_the_letter_names_some_and_takes_no_longer(topic: str) -> None:
    good = {"message": "one"} if topic == topics.LOGS else GOOD_POD
    value = json.dumps([good, *[7] * 300_000])
    begun = time.process_time()
    built = build_chunks([make_record(topic, 5, value)], None, (), "b", "now")
    assert time.process_time() - begun < 5
    (letter,) = built["letters"]
    assert "at least 100 parts" in letter["error"]
    assert letter["error"].endswith("; and 95 more")
    assert len(built["chunks"]) == 1
