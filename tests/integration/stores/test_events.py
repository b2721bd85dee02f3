"""What happened is found once, however often it happens, and the newest of it is shown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opensearchpy import OpenSearch, helpers

from evaluation.measures.served import search_as_served
from processors.knowledge.chunk import index_mapping
from processors.retrieval.events import (
    ask_for_events,
    build_content_queries,
    build_newest_query,
    parse_newest,
    rank_contents,
)
from processors.retrieval.hybrid import Hit
from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings.pasted import build_pasted_query
from processors.stores.search import ANALYSIS, find_stand_ins, sample_chunks
from processors.versions.names import cover_family

VERSION = "test-events-v000001"
SLICE = f"{VERSION}-000001"
HOURS = 200
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
LAST = FIRST + timedelta(hours=HOURS - 1)
TOWARDS_PAYMENT = [1.0, 0.0, 0.0]
# Template to the vector that all of its hours have; the first two are what a question about payment means.
PATTERNS = {
    "payment gateway timed out": [0.99, 0.1, 0.0],
    "payment of an order was retried": [0.98, 0.2, 0.0],
    "payment token store is read only": [0.9, 0.43, 0.0],
    "mail was refused": [0.0, 0.0, 1.0],
}
RARE = "payment token store is read only"


def make_window(pattern: str, hour: int, **fields: Any) -> dict[str, Any]:
    moment = FIRST + timedelta(hours=hour)
    lines = f"{1 + hour % 4} log lines of checkout (error) at {moment:%Y-%m-%dT%H:%M:%S} UTC:"
    return {
        # What is older lies in the base of the version.
        "_index": VERSION if hour < HOURS // 2 else SLICE,
        "_id": f"{pattern} {hour}",
        "chunk_id": f"{pattern} {hour}",
        "doc_id": f"partition {hour % 2}: {pattern}",
        "content_hash": f"hash of {pattern}",
        "kind": "log_pattern",
        "title": f"checkout: {pattern}",
        "text": f"{lines}\nERROR {pattern}",
        "acl": ["public"],
        "began_at": moment.isoformat(),
        "observed_at": moment.isoformat(),
        "embedding": PATTERNS[pattern],
        **fields,
    }


@pytest.fixture(scope="module")
def index(client: OpenSearch) -> Iterator[str]:
    settings = {"index": {"knn": True, "number_of_shards": 1, "number_of_replicas": 0}, "analysis": ANALYSIS}
    for one in (VERSION, SLICE):
        client.indices.delete(index=one, ignore_unavailable=True)
        client.indices.create(index=one, body={"settings": settings, "mappings": index_mapping(3)})
    usual = [pattern for pattern in PATTERNS if pattern != RARE]
    windows = [make_window(pattern, hour) for hour in range(HOURS) for pattern in usual]
    windows += [
        make_window(RARE, 120),
        make_window("payment gateway timed out", 30, values=["order-4711", "alice"]),
        make_window("mail was refused", HOURS - 1, acl=["mail"]),
    ]
    helpers.bulk(client, windows)
    client.indices.refresh(index=f"{VERSION}*")
    yield cover_family(VERSION)
    client.indices.delete(index=f"{VERSION},{SLICE}")


def find(
    client: OpenSearch, index: str, question: str, *, groups: Any = ("public",), **more: Any
) -> list[Hit]:
    asked = ask_for_events(question, TOWARDS_PAYMENT, groups, **more)
    responses = [client.search(index=index, body=body) for body in build_content_queries(asked)]
    scores = rank_contents(responses, asked.weights, 30)
    return parse_newest(client.search(index=index, body=build_newest_query(asked, list(scores))), scores)


def test_each_pattern_is_found_once_by_its_newest_window(client: OpenSearch, index: str) -> None:
    hits = search_as_served(client, "rag", index, "payment problems", TOWARDS_PAYMENT, 30, ["public"])
    assert {hit["chunk_id"] for hit in hits} == {
        f"payment gateway timed out {HOURS - 1}",
        f"payment of an order was retried {HOURS - 1}",
        f"{RARE} 120",
        f"mail was refused {HOURS - 2}",
    }
    assert hits[-1]["title"] == "checkout: mail was refused"


def test_how_often_a_line_recurs_stands_in_its_first_line(client: OpenSearch, index: str) -> None:
    told = {hit["title"]: hit["text"].partition("\n")[0] for hit in find(client, index, "payment")}
    newest = f"4 log lines of checkout (error) at {LAST:%Y-%m-%dT%H:%M:%S} UTC"
    assert (
        told["checkout: payment gateway timed out"]
        == f"{newest}, and in 199 other windows since 2026-11-01T00:00:00 UTC:"
    )
    # Its newest window is for others, who alone may know of it.
    assert "and in 198 other windows" in told["checkout: mail was refused"]
    assert told[f"checkout: {RARE}"].endswith("2026-11-06T00:00:00 UTC:")


def test_of_a_time_that_is_asked_about_the_newest_is_shown(client: OpenSearch, index: str) -> None:
    window = TimeWindow(FIRST, FIRST + timedelta(hours=9, minutes=30))
    hits = find(client, index, "payment", window=window)
    assert {hit["chunk_id"].rpartition(" ")[2] for hit in hits} == {"9"}
    assert "and in 9 other windows since 2026-11-01T00:00:00 UTC:" in hits[0]["text"]


@pytest.mark.parametrize("question", ["payment of order-4711 timed out", "did a payment of alice time out?"])
def test_a_window_that_holds_what_is_named_goes_before_newer_ones(
    client: OpenSearch, index: str, question: str
) -> None:
    assert find(client, index, question)[0]["chunk_id"] == "payment gateway timed out 30"


def test_others_groups_are_neither_shown_nor_counted(client: OpenSearch, index: str) -> None:
    (hit,) = find(client, index, "mail", groups=("mail",))
    assert hit["chunk_id"] == f"mail was refused {HOURS - 1}"
    assert "other windows" not in hit["text"]
    assert search_as_served(client, "rag", index, "mail", TOWARDS_PAYMENT, 30, ["nobody"]) == []


def test_the_worst_of_few_chunks_that_hold_a_name_still_holds_it(client: OpenSearch, index: str) -> None:
    hits = search_as_served(client, "rag", index, "payment", [0.0, 0.0, 1.0], 30, ["public"])
    assert [hit["title"] for hit in hits[:-1]].count("checkout: mail was refused") == 0
    assert hits[-1]["title"] == "checkout: mail was refused"


@pytest.mark.parametrize(
    "pasted",
    [
        "a1" * 500,
        "a-" * 500,
        "aB" * 500,
        " ".join(f"x{n}" for n in range(250)),
        "a b c d e f g h i j " * 50,
        "я ж " * 250,
    ],
)
def test_whatever_is_pasted_is_searched_for(client: OpenSearch, index: str, pasted: str) -> None:
    search_as_served(client, "rag", index, pasted, TOWARDS_PAYMENT, 30, ["public"])
    client.search(index=index, body=build_pasted_query(pasted, [{"terms": {"acl": ["public"]}}]))


def test_a_sample_has_each_content_once(client: OpenSearch, index: str) -> None:
    sampled = sample_chunks(client, index, 10)
    assert sorted(chunk["content_hash"] for chunk in sampled) == sorted(f"hash of {one}" for one in PATTERNS)


def test_a_document_of_the_same_content_is_stood_in_for(client: OpenSearch, index: str) -> None:
    stand_ins = find_stand_ins(client, index, ["hash of mail was refused", f"hash of {RARE}"])
    assert stand_ins == {"partition 1: mail was refused": "partition 0: mail was refused"}
