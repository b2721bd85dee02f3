"""What a shipper put into a message comes out as its events, and a broken one takes no neighbour along."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest

from processors.knowledge.logs.envelopes import MAX_EVENTS, read_events
from processors.knowledge.untrusted import PoisonError


def list_messages(value: str) -> list[Any]:
    return [event.get("message") for event in read_events(value, [])]


@pytest.mark.parametrize(
    "value",
    [
        '[{"message": "one"}, {"message": "two"}]',
        '{"message": "one"}\n{"message": "two"}\n',
        '{"message": "one"}\r\n\r\n{"message": "two"}',
        '{"message": "one"}{"message": "two"}',
        '\x1e{"message": "one"}\n\x1e{"message": "two"}',
        '{\n  "message": "one"\n}\n{\n  "message": "two"\n}',
        '[[{"message": "one"}], [{"message": "two"}]]',
        '["one", "two"]',
        "one\ntwo",
        '"one\\ntwo"',
        '{"logGroup": "/g", "logEvents": [{"message": "one"}, {"message": "two"}]}',
        '{"records": [{"message": "one"}, {"message": "two"}]}',
        '{"logs": [{"message": "one"}, {"message": "two"}], "common": {}}',
        '{"streams": [{"stream": {"app": "a"}, "values": [["1", "one"], ["2", "two"]]}]}',
        '\ufeff[{"message": "one"}, {"message": "two"}]',
        '[{"logEvents": [{"message": "one"}]}, {"message": "two"}]',
    ],
)
def test_several_events_of_a_message_are_read(value: str) -> None:
    assert list_messages(value) == ["one", "two"]


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ('{"message": "one"}\n{"message": "cu\n{"message": "three"}', ["one", '{"message": "cu', "three"]),
        ('{"message": "one"}\nplain\n{"message": "three"}', ["one", "plain", "three"]),
        ('{"message": "cu\n{"message": "two"}', ['{"message": "cu', "two"]),
        ('{"message": "one"}{"message": "cu', ["one", '{"message": "cu']),
        ('[{"message": "one"}, 7, null, {}, "four"]', ["one", "four"]),
        ('{"logEvents": [{"message": "one"}, {}, {"message": 3}]}', ["one", 3]),
        ('{"message": "one"}\n' + '{"a": ' * 99 + "1" + "}" * 99, ["one", '{"a": ' * 99 + "1" + "}" * 99]),
    ],
)
def test_a_broken_event_takes_no_neighbour_along(value: str, messages: list[Any]) -> None:
    assert list_messages(value) == messages


@pytest.mark.parametrize(
    "line",
    [
        "{badmatch,{error,econnrefused}} in queue declare",
        "[{kernel,start}] booting",
        '{"init terminating in do_boot",{badarg,[]}}',
        "{<<\"queue\">>,[]} is gone",
        "[error] 31#31: open() failed",
        "{} is empty",
        "[1, 2] are the parts",
        "{{ template }}",
        "12", "null", "true", '"', "{a: 1}", '"a" is not "b"',
    ],
)  # fmt: skip
def test_what_only_looks_like_json_is_a_plain_line(line: str) -> None:
    assert list_messages(line) == [line]


@pytest.mark.parametrize("value", ["{}", "[]", "[{}]", "{", '{"message"', '{"message": "cut of', '[{"a": 1}'])
def test_json_without_an_event_or_cut_off_is_poison(value: str) -> None:
    with pytest.raises(PoisonError):
        read_events(value, [])


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        (
            "ERROR no stock\njava.lang.X: 7\n\tat shop.A.b(A.java:1)\nCaused by: x\n\t... 3 more",
            1,
        ),
        ("java.io.IOException: a\n\tat x.Y.z(Y.java:1)\njava.io.IOException: b\n\tat x.Y.z(Y.java:1)", 2),
        ('Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: 7\nready', 2),
        ("panic: nil map\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:7 +0x1d\nexit status 2", 1),
        (
            "Unhandled exception. System.X: y\n   at Shop.Order()\n--- End of inner trace ---",
            1,
        ),
        ("Error: boom\n    at f (/a.js:1:1)\nready", 2),
        ("2026-11-21 07:00:00 query:\nSELECT 1\nFROM x\n2026-11-21 07:00:01 ready", 2),
        ("ready\n\n\nsteady\n", 2),
    ],
)
def test_lines_of_a_trace_stay_together(value: str, entries: int) -> None:
    assert len(read_events(value, [])) == entries


def test_what_a_list_shares_is_told_of_each_event() -> None:
    value = {"logGroup": "/g", "logEvents": [{"message": "one"}, {"message": "two", "logGroup": "own"}]}
    assert [event["logGroup"] for event in read_events(json.dumps(value), [])] == ["/g", "own"]


@pytest.mark.parametrize("name", ["events", "records", "logs", "entries"])
def test_a_list_beside_a_message_is_a_part_of_it(name: str) -> None:
    assert len(read_events(json.dumps({"message": "two failed", name: [{"id": 1}, {"id": 2}]}), [])) == 1


@pytest.mark.parametrize(
    "value",
    [
        {"records": [{"a": 1}] * 4_000, **{f"key{number}": number for number in range(20_000)}},
        {"records": [{"a": 1}] * 4_000, "shared": {f"key{number}": number for number in range(20_000)}},
        {"records": [{"a": 1}] * 4_000, **{f"key{n}": list(range(190)) for n in range(99)}},
        {"streams": [{"stream": {f"key{n}": "v" for n in range(20_000)}, "values": [["1", "x"]] * 4_000}]},
        {
            "resourceLogs": [
                {
                    "resource": {
                        "attributes": [{"key": f"k{n}", "value": {"intValue": n}} for n in range(9_000)]
                    },
                    "scopeLogs": [{"logRecords": [{"body": {"stringValue": "x"}}] * 4_000}],
                }
            ]
        },
    ],
    ids=["fields", "object", "objects", "labels", "resource"],
)
def test_what_many_events_share_is_bounded(value: dict[str, Any]) -> None:
    begin = time.process_time()
    events = read_events(json.dumps(value), [])
    assert len(events) == 4_000
    assert all(len(json.dumps(event)) < 10_000 for event in events[:10])
    assert time.process_time() - begin < 1


def test_more_events_than_are_read_are_counted() -> None:
    events = read_events("\n".join('{"message": "one"}' for _ in range(MAX_EVENTS + 7)), [])
    assert len(events) == MAX_EVENTS + 1
    assert events[-1]["message"].startswith("7 more events")


@pytest.mark.parametrize(
    "value",
    [
        '{"m":1}' * 140_000,
        "a\n" * 500_000,
        "{" * 1_000_000,
        "[" * 1_000_000,
        '"' * 1_000_000,
        '{"a":"' + "x" * 1_000_000,
        '{"a": "' + '{\\"b\\":' * 100_000,
        '{"a":"x"}\n{' + '"' * 999_990,
        "\x1b[" * 500_000,
        " " * 1_000_000 + "x",
        "\tat x" * 200_000,
    ],
    ids=lambda value: repr(value[:12]),
)
def test_large_messages_take_no_minute(value: str) -> None:
    begin = time.process_time()
    with suppress(PoisonError):
        read_events(value, [])
    # Half a second on an idle machine; on a full one its processors do less in a second of theirs.
    assert time.process_time() - begin < 5
