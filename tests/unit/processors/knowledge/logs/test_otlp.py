"""OTLP is read as a collector of any version writes it, and odd parts of it are left out alone."""

from typing import Any

import pytest

from processors.knowledge.logs.otlp import is_otlp, read_export

SHOP = [{"key": "service.name", "value": {"stringValue": "shop"}}]


def make_export(*records: Any, scopes: str = "scopeLogs", logs: str = "logRecords") -> dict[str, Any]:
    return {"resourceLogs": [{"resource": {"attributes": SHOP}, scopes: [{logs: list(records)}]}]}


@pytest.mark.parametrize(
    ("scopes", "logs"),
    [
        ("scopeLogs", "logRecords"),
        ("instrumentationLibraryLogs", "logRecords"),
        ("instrumentationLibraryLogs", "logs"),
    ],
)
def test_scopes_of_all_versions_are_read(scopes: str, logs: str) -> None:
    (record,) = read_export(make_export({"body": {"stringValue": "x"}}, scopes=scopes, logs=logs), "", [])
    assert record == {"body": "x", "resource": {"service.name": "shop"}}


@pytest.mark.parametrize(
    ("value", "opened"),
    [
        ({"stringValue": "x"}, "x"),
        ({"intValue": "7"}, "7"),
        ({"boolValue": True}, True),
        ({"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "b"}]}}, ["1", "b"]),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "1"}}]}}, {"a": "1"}),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"kvlistValue": {"values": SHOP}}}]}},
         {"a": {"service.name": "shop"}}),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": None}, []),
    ],
)  # fmt: skip
def test_values_of_all_kinds_are_opened(value: dict[str, Any], opened: Any) -> None:
    (record,) = read_export(make_export({"body": value}), "", [])
    assert record["body"] == opened


def test_odd_parts_take_no_neighbour_along() -> None:
    good = {"body": {"stringValue": "x"}}
    assert len(list(read_export(make_export(None, 7, "x", good), "", []))) == 1
    odd = {
        "resourceLogs": [
            None,
            {"scopeLogs": 7},
            {"scopeLogs": [{"logRecords": {}}]},
            *make_export(good)["resourceLogs"],
        ]
    }
    assert len(list(read_export(odd, "", []))) == 1


def test_a_record_without_its_export_is_read() -> None:
    record = {"body": {"stringValue": "x"}, "attributes": SHOP, "resource": {"attributes": SHOP}}
    assert is_otlp(record)
    assert not is_otlp({"body": "x"})
    assert list(read_export(record, "", [])) == [
        {"body": "x", "attributes": {"service.name": "shop"}, "resource": {"service.name": "shop"}}
    ]


def test_nesting_without_end_is_left_as_it_is() -> None:
    value: dict[str, Any] = {"stringValue": "x"}
    for _ in range(60):
        value = {"arrayValue": {"values": [value]}}
    assert len(list(read_export(make_export({"body": value}), "", []))) == 1
