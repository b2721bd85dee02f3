"""What OpenSearch Dashboards is given to import finds lines in a real log store, by fields of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from opensearchpy import OpenSearch

from local.settings import ROOT
from processors.knowledge.logs.stored_lines import FileLine, make_document
from processors.stores.log_store import PREFIX, apply_log_template, write_lines

OBJECTS: Final = [
    json.loads(line)
    for line in (ROOT / "local/dashboards/opensearch/logs.ndjson").read_text(encoding="utf-8").splitlines()
]
INDEX: Final = f"{PREFIX}1998.12.31"
LINES: Final = {
    "serving": {"message": "request", "level": "info", "correlation_id": "abc"},
    "airflow-scheduler": {"event": "lost", "level": "error", "dag_id": "d", "run_id": "r", "task_id": "t"},
}


@pytest.fixture(scope="module")
def store(client: OpenSearch) -> Iterator[OpenSearch]:
    apply_log_template(client)
    then = datetime(1998, 12, 31, 12, tzinfo=UTC)
    lines = [
        make_document(FileLine(f"/logs/{name}.log", 0, then, json.dumps(line).encode()), "c0ffee")
        for name, line in LINES.items()
    ]
    write_lines(client, lines)
    client.indices.refresh(index=INDEX)
    yield client
    client.indices.delete(index=INDEX)


def read_source(saved: dict[str, Any]) -> dict[str, Any]:
    source: dict[str, Any] = json.loads(saved["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    return source


def test_every_reference_leads_to_an_object_of_the_file() -> None:
    there = {(saved["type"], saved["id"]) for saved in OBJECTS}
    assert len(there) == len(OBJECTS)
    assert {(named["type"], named["id"]) for saved in OBJECTS for named in saved["references"]} <= there


@pytest.mark.parametrize(
    "saved", [saved for saved in OBJECTS if saved["type"] == "search"], ids=lambda saved: saved["id"]
)
def test_a_search_finds_lines(store: OpenSearch, saved: dict[str, Any]) -> None:
    asked = read_source(saved)["query"]
    assert asked["language"] == "lucene"
    found = store.search(index=INDEX, body={"query": {"query_string": {"query": asked["query"]}}})
    assert found["hits"]["total"]["value"] in range(1, len(LINES) + 1)


@pytest.mark.parametrize(
    "saved", [saved for saved in OBJECTS if saved["type"] == "visualization"], ids=lambda saved: saved["id"]
)
def test_a_picture_counts_by_fields_that_there_are(store: OpenSearch, saved: dict[str, Any]) -> None:
    for part in json.loads(saved["attributes"]["visState"])["aggs"]:
        if part["type"] == "count":
            continue
        by = {"field": part["params"]["field"]}
        by |= {"fixed_interval": "1h"} if part["type"] == "date_histogram" else {}
        answer = store.search(index=INDEX, body={"size": 0, "aggs": {"parts": {part["type"]: by}}})
        assert answer["aggregations"]["parts"]["buckets"], by
