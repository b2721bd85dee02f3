"""Events become searchable once and only once, whatever happens between Kafka and the index."""

import base64
import json
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from opensearchpy import OpenSearch

from processors.knowledge import topics
from processors.knowledge.positions import count_between
from processors.pipelines.rag.embed import embed_events
from processors.pipelines.rag.following import following
from processors.pipelines.rag.index import index_chunks
from processors.pipelines.rag.ingest import ingest_events
from processors.pipelines.rag.light import process_events
from processors.pipelines.rag.shares import Share
from processors.settings import Settings
from processors.stores import kafka
from processors.versions import builds, catalog, deletion, promotion, swaps
from processors.versions.names import cover_family
from tests.support.waiting import wait_for

RunDag = Callable[..., dict[str, str]]
pytestmark = pytest.mark.usefixtures("live_versions")


def send_lines(settings: Settings, *messages: str, service: str = "basket") -> None:
    now = datetime.now(UTC).isoformat()
    bodies = ({"@timestamp": now, "message": text, "service": {"name": service}} for text in messages)
    kafka.produce(settings.kafka, topics.LOGS, [(service, json.dumps(b).encode(), {}) for b in bodies])


def find(client: OpenSearch, text: str, index: str = "rag") -> list[dict[str, Any]]:
    client.indices.refresh(index=index)
    # An incident quotes what it was found by.
    query = {
        "bool": {"must": {"match_phrase": {"text": text}}, "must_not": {"term": {"kind": "incident"}}},
    }
    body = {"size": 50, "query": query, "_source": {"excludes": ["embedding"]}}
    return [hit["_source"] for hit in client.search(index=index, body=body)["hits"]["hits"]]


def test_an_event_rings_and_is_searchable_with_its_citation(settings: Settings, client: OpenSearch) -> None:
    marker = uuid.uuid4().hex
    send_lines(settings, f"ERROR payment {marker} was declined")
    (chunk,) = wait_for(lambda: find(client, marker))
    assert chunk["kind"] == "log_pattern"
    assert chunk["service"] == "basket"
    assert chunk["severity"] == "error"
    assert chunk["cite"]["topic"] == topics.LOGS
    assert chunk["embedding_model"].startswith(f"{settings.embedding.model}@")


def take_batch(settings: Settings, run: str, shares: int = 1) -> None:
    """Do what a run of the DAG does, up to its last write."""
    read = [ingest_events(settings, run, share=Share(number, shares)) for number in range(shares)]
    run_urls = [share["run_url"] for share in read if share]
    assert run_urls
    for run_url in run_urls:
        process_events(settings, run_url)
        embed_events(settings, run_url)
    index_chunks(settings, run_urls)


@pytest.mark.usefixtures("paused_rag")
def test_a_window_goes_on_in_the_next_batch(settings: Settings, client: OpenSearch) -> None:
    marker = uuid.uuid4().hex
    for number in range(2):
        send_lines(settings, f"WARN window {marker} goes on", service=marker)
        take_batch(settings, f"{marker}-{number}")
    (chunk,) = find(client, marker)
    assert chunk["text"].startswith("2 log lines ")


@pytest.mark.usefixtures("paused_rag")
def test_windows_go_on_however_many_tasks_share_the_partitions(
    settings: Settings, client: OpenSearch
) -> None:
    marker = uuid.uuid4().hex
    # So many keys lie in every partition.
    services = [f"s{number}-{marker}" for number in range(6)]
    for number, shares in enumerate((2, 3, 1)):
        for service in services:
            send_lines(settings, f"WARN window of {service} goes on", service=service)
        take_batch(settings, f"{marker}-{number}", shares)
    for service in services:
        (chunk,) = find(client, f"window of {service}")
        assert chunk["text"].startswith("3 log lines ")


@pytest.mark.usefixtures("paused_rag")
def test_a_batch_that_is_done_again_writes_nothing_twice(settings: Settings, client: OpenSearch) -> None:
    """As after a crash between the write and the positions: read again, with more events at the end."""
    marker, run = uuid.uuid4().hex, uuid.uuid4().hex
    index = catalog.find_live(client, "rag")
    assert index
    before = catalog.read_meta(client, index)
    for number, line in enumerate((f"WARN retry {marker} first", f"WARN retry {marker} second")):
        send_lines(settings, line, service=marker)
        catalog.update_meta(client, index, positions=before["positions"], log_state=before.get("log_state"))
        take_batch(settings, f"{run}-{number}")
    lines = [line for chunk in find(client, marker) for line in chunk["text"].splitlines()]
    samples = [line for line in lines if line.startswith("WARN retry")]
    assert sorted(line.split()[-1] for line in samples) == ["first", "second"]


@pytest.mark.usefixtures("paused_rag")
def test_a_try_after_the_last_write_sends_no_dead_letter_again(settings: Settings) -> None:
    """As when a task is killed before it can say that it is done."""
    key = f"again-{uuid.uuid4().hex[:8]}"
    send_lines(settings, f"WARN {key}", service=key)
    kafka.produce(settings.kafka, topics.METRICS, [(key, b"no JSON", {})])
    ingested = ingest_events(settings, key)
    assert ingested
    process_events(settings, ingested["run_url"])
    embed_events(settings, ingested["run_url"])
    for _ in range(2):
        index_chunks(settings, [ingested["run_url"]])
    records, _, _ = kafka.drain(settings.kafka, [topics.DEAD_LETTER], {}, sys.maxsize)
    told = [record for record in records if json.loads(record["value"] or "{}").get("key") == key]
    assert len(told) == 1


@pytest.mark.usefixtures("paused_rag")
def test_a_write_that_fails_leaves_the_positions_and_loses_nothing(
    settings: Settings, client: OpenSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when OpenSearch is killed during the write; a fake, for no signal hits that moment reliably."""
    marker, run = uuid.uuid4().hex, uuid.uuid4().hex
    index = catalog.find_live(client, "rag")
    assert index
    before = catalog.read_meta(client, index)["positions"]
    send_lines(settings, f"WARN interrupted {marker}", service=marker)

    with monkeypatch.context() as patch:
        patch.setattr("processors.stores.search.write_chunks", _fail)
        with pytest.raises(ConnectionError):
            take_batch(settings, f"{run}-0")
    assert catalog.read_meta(client, index)["positions"] == before
    take_batch(settings, f"{run}-1")
    assert len(find(client, marker)) == 1
    assert count_between(before, catalog.read_meta(client, index)["positions"]) > 0


def _fail(*_: object) -> None:
    raise ConnectionError("killed during the write")


@pytest.mark.usefixtures("paused_rag")
def test_after_a_rollback_the_next_run_catches_up_from_the_older_positions(
    settings: Settings, client: OpenSearch
) -> None:
    marker, run = uuid.uuid4().hex, uuid.uuid4().hex
    older = catalog.find_live(client, "rag")
    assert older
    held = catalog.read_meta(client, older)
    kept = {name: held.get(name) for name in ("positions", "log_state", "embedding_model", "dead_letters")}
    with builds.begin_build(client, "rag", {**kept, "slice": 1, "parent": older}) as newer:
        pass
    with builds.go_on_with(client, "rag", newer):
        promotion.promote_build(client, "rag", newer, older)
    try:
        for number in range(2):
            send_lines(settings, f"ERROR {marker} event {number} of the newer", service=f"{marker}-{number}")
            take_batch(settings, f"{run}-{number}")
        assert len(find(client, marker, cover_family(newer))) == 2
        assert find(client, marker, cover_family(older)) == []
        assert catalog.read_meta(client, older)["positions"] == held["positions"]

        assert swaps.roll_back(client, "rag") == (newer, older)
        send_lines(settings, f"ERROR {marker} event 2, after the rollback", service=f"{marker}-2")
        take_batch(settings, f"{run}-2")
        assert sorted(chunk["service"] for chunk in find(client, marker)) == [
            f"{marker}-{number}" for number in range(3)
        ]
        positions = catalog.read_meta(client, newer)["positions"]
        assert count_between(positions, catalog.read_meta(client, older)["positions"]) > 0
    finally:
        if catalog.find_live(client, "rag") == newer:
            swaps.roll_back(client, "rag")
        deletion.delete_version(client, newer)


def test_poison_goes_to_the_dead_letter_topic_and_the_rest_goes_on(
    settings: Settings, client: OpenSearch, run_dag: RunDag
) -> None:
    marker = uuid.uuid4().hex
    poison = [b"{}", b'{"message": ', f'{{"message": "{marker}'.encode()]
    seen = kafka.find_ends(settings.kafka, [topics.DEAD_LETTER])
    kafka.produce(settings.kafka, topics.LOGS, [("basket", value, {}) for value in poison])
    send_lines(settings, f"ERROR beside the poison {marker}")
    run_dag("rag_pipeline")
    assert wait_for(lambda: find(client, marker))
    letters, _, _ = kafka.drain(settings.kafka, [topics.DEAD_LETTER], seen, 100_000)
    bodies = [json.loads(letter["value"] or "") for letter in letters]
    originals = {body["original"] for body in bodies}
    assert {base64.b64encode(value).decode() for value in poison} <= originals
    assert all(body["error"] and body["topic"] == topics.LOGS and body["offset"] >= 0 for body in bodies)


def test_secrets_reach_neither_staging_nor_index(settings: Settings, client: OpenSearch) -> None:
    marker = uuid.uuid4().hex
    send_lines(settings, f"WARN login {marker} with password=correct-horse-battery failed")
    (chunk,) = wait_for(lambda: find(client, marker))
    assert "correct-horse" not in json.dumps(chunk)
    assert "password=<masked:" in chunk["text"]


def test_an_empty_run_ends_in_its_first_task_and_positions_stay(client: OpenSearch, run_dag: RunDag) -> None:
    run_dag("rag_pipeline")
    index = catalog.find_live(client, "rag")
    assert index
    before = catalog.read_meta(client, index)["positions"]
    states = run_dag("rag_pipeline")
    after = catalog.read_meta(client, index)["positions"]
    if count_between(before, after) == 0:
        assert set(states.values()) == {"skipped"}


@pytest.mark.usefixtures("paused_rag")
def test_events_stay_searchable_while_a_task_of_a_rebuild_works(
    client: OpenSearch, settings: Settings
) -> None:
    with following(settings, uuid.uuid4().hex), sending_meanwhile(client, settings) as (_, ages):
        wait_for(lambda: len(ages) >= 3, 60)


@pytest.mark.skipif(
    "PROVE_REBUILD" not in os.environ, reason="Spark starts three times: `make prove` runs it"
)
def test_history_goes_through_spark_into_a_new_version_while_events_stay_searchable(
    client: OpenSearch, settings: Settings, run_dag: RunDag
) -> None:
    marker = uuid.uuid4().hex
    send_lines(settings, *(f"ERROR order {n} of {marker} is stuck" for n in range(5)))
    wait_for(lambda: find(client, marker))
    before = catalog.find_live(client, "rag")
    begin = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    with sending_meanwhile(client, settings) as (meanwhile, ages):
        states = run_dag("rag_pipeline", {"history_from": begin})
    after = catalog.find_live(client, "rag")
    assert set(states.values()) == {"success"}
    assert after != before
    assert after
    (chunk,) = find(client, marker)
    assert chunk["labels"]["count"] == "5"
    require_rebuilt(settings, catalog.read_meta(client, after), before)
    sys.stdout.write(f"seconds until searchable, meanwhile: {sorted(round(age, 1) for age in ages)}\n")
    assert len(ages) >= 5
    # Between two tasks nobody drains for a moment; without the rebuild's own batches it is all of the run.
    assert max(ages) < 60
    assert all(find(client, f"{meanwhile} says {number}", f"{after}*") for number in range(len(ages)))


@contextmanager
def sending_meanwhile(client: OpenSearch, settings: Settings) -> Iterator[tuple[str, list[float]]]:
    """Send line after line until the block ends; gives their mark, and how long each took to be found."""
    marker, ages, ended = uuid.uuid4().hex, list[float](), threading.Event()

    def keep_sending() -> None:
        while not ended.is_set():
            number, sent = len(ages), time.monotonic()
            send_lines(settings, f"WARN {marker} says {number}", service=f"{marker}-{number}")
            wait_for(lambda number=number: find(client, f"{marker} says {number}"), 120)
            ages.append(time.monotonic() - sent)

    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(keep_sending)
        try:
            yield marker, ages
        finally:
            ended.set()
        sending.result()


def require_rebuilt(settings: Settings, meta: dict[str, Any], before: str | None) -> None:
    """See that a version is live, and that its run tells of the gate and of the rebuild."""
    assert meta["parent"] == before
    assert meta["state"] == "live"
    run = httpx.get(
        f"{settings.mlflow.tracking_uri}/api/2.0/mlflow/runs/get", params={"run_id": meta["mlflow_run"]}
    ).json()["run"]
    metrics = {metric["key"]: metric["value"] for metric in run["data"]["metrics"]}
    assert {"recall_at_10", "ndcg_at_10"} <= metrics.keys()
    assert metrics["rebuild_written"] == metrics["rebuild_chunks"] > 0
    assert metrics["rebuild_files_put_aside"] == 0
