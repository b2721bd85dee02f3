"""The log store maps what lines are looked for by, and forgets by whole days."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from opensearchpy import OpenSearch

from processors.knowledge.logs.stored_lines import FileLine, StoredLine, make_document
from processors.settings import Settings, change_settings
from processors.settings.sources import LogIndex
from processors.stores.log_index import read_lines
from processors.stores.log_store import (
    PREFIX,
    StoreAwayError,
    apply_log_template,
    drop_old_days,
    write_lines,
)
from processors.stores.search import open_search

DAYS = [f"{PREFIX}1999.12.{day}" for day in (29, 30, 31)]


@pytest.fixture
def store(client: OpenSearch) -> Iterator[OpenSearch]:
    apply_log_template(client)
    yield client
    client.indices.delete(index=",".join(DAYS), params={"ignore_unavailable": "true"})


def make_line(day: int, number: int = 0) -> StoredLine:
    then = datetime(1999, 12, day, 12, tzinfo=UTC)
    data = f'{{"message": "line {number}", "correlation_id": "abc", "odd.{number}": {{"x": 1}}}}'
    return make_document(FileLine("/logs/serving.log", number, then, data.encode()), "c0ffee")


def test_a_line_is_there_once_and_names_no_field_of_its_own(store: OpenSearch) -> None:
    lines = [make_line(30, number) for number in range(20)]
    assert write_lines(store, lines) == write_lines(store, lines) == []
    store.indices.refresh(index=DAYS[1])
    by_id = {"query": {"term": {"correlation_id": "abc"}}}
    assert store.count(index=DAYS[1], body=by_id)["count"] == 20
    mapping = store.indices.get_mapping(index=DAYS[1])[DAYS[1]]["mappings"]
    assert mapping["dynamic"] == "false"
    assert mapping["properties"]["fields"] == {"type": "object", "enabled": False}


def test_one_bad_line_takes_no_other_with_it(store: OpenSearch) -> None:
    bad = make_line(30, 1)._replace(document={"@timestamp": "no time"})
    refused = write_lines(store, [make_line(30), bad, make_line(30, 2)])
    assert len(refused) == 1
    assert "@timestamp" in refused[0]


def test_what_is_away_is_told_apart_from_what_is_refused(settings: Settings) -> None:
    away = change_settings(settings, opensearch={"url": "http://127.0.0.1:9"}).opensearch
    with pytest.raises(StoreAwayError, match="ConnectionError"):
        write_lines(open_search(away), [make_line(30)])


def test_old_days_go_as_a_whole(store: OpenSearch) -> None:
    write_lines(store, [make_line(day) for day in (29, 30, 31)])
    assert drop_old_days(store, datetime(1999, 12, 30, 6, tzinfo=UTC)) == DAYS[:1]
    assert store.indices.exists(index=",".join(DAYS[1:]))
    assert not store.indices.exists(index=DAYS[0])


def test_who_reads_log_indices_along_is_not_told_the_stacks_own_lines(
    store: OpenSearch, settings: Settings
) -> None:
    foreign = make_line(30, 2)._replace(document={"@timestamp": "1999-12-30T12:00:00Z", "message": "theirs"})
    write_lines(store, [make_line(30, 1), foreign])
    store.indices.refresh(index=DAYS[1])
    source = LogIndex(url=settings.opensearch.url, index=f"{PREFIX}1999.12.*")
    assert [line["_source"]["message"] for line in read_lines(store, source, 0, 10)] == ["theirs"]
