"""`make bench-rebuild-live`: a rebuild from archived lines through Airflow, while events come in.

The lines are sent to Kafka, written to staging as micro-batches leave them, and the live version is told that
it has read them: what a day of such lines leaves, in minutes. Then history is rebuilt with canaries at a
steady rate beside, and once more with Spark killed by SIGKILL. Both versions have to hold the same chunks,
their vectors but for what the model rounds otherwise beside other texts.
Fill a stack with it that nobody needs: the lines stay.
"""

import argparse
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import httpx
import numpy as np
import psutil
from confluent_kafka import Producer
from opensearchpy import OpenSearch, helpers

from evaluation.benchmarks.embedding import measure_likeness
from evaluation.benchmarks.freshness import follow_canaries, measure_pipeline
from evaluation.benchmarks.rebuild.archive import SERVICES, STEP, archive, count_parts, make_lines
from evaluation.benchmarks.rebuild.processes import Peak, join_peaks, kill_tree, measure_tree
from evaluation.benchmarks.rows import Row, compare_times, emit, open_table
from local.airflow_api import FINISHED, open_airflow, trigger_dag
from local.settings import load_settings as load_stack_settings
from processors.knowledge import topics
from processors.pipelines.backup.pausing import pause_when_idle
from processors.settings import Settings, load_settings
from processors.stores import kafka, staging
from processors.stores.airflow import set_paused
from processors.stores.kafka import kafka_options
from processors.stores.search import open_search
from processors.versions import catalog
from processors.versions.names import cover_family

_DAG: Final = "rag_pipeline"
_BASELINE_S: Final = 60.0
_LEAST_COSINE: Final = 0.9999
_NAMES_THE_RUN: Final = ("batch_id", "ingested_at", "indexed_at")


class Rebuilt(NamedTuple):
    """What came of a run.

    Attributes:
        state: The run's.
        seconds: By task, of its last try.
        spark: The most memory of Spark, with all that it started.
        offsets: That the fold read: those of earlier runs in staging, too.
        parts: Files of chunks that the fold left.
        delays: Seconds until each canary could be retrieved.
        chunks: Of the archived lines, by id.
    """

    state: str
    seconds: dict[str, float]
    spark: Peak
    offsets: int
    parts: int
    delays: list[float]
    chunks: dict[str, Any]


def fill_stack(settings: Settings, airflow: httpx.Client, lines: int) -> None:
    """Make lines part of what the live version has read: in Kafka, in staging, in its positions.

    Args:
        settings: Of the platform.
        airflow: Client of its API.
        lines: How many, the last one of now.

    Raises:
        SystemExit: Nothing is live, or Kafka did not take all lines.
    """
    client = open_search(settings.opensearch)
    live = catalog.find_live(client, "rag")
    if live is None:
        raise SystemExit("no version of rag is live: make run first")
    pause_when_idle(airflow, _DAG, 300)
    try:
        ends = kafka.find_ends(settings.kafka, [topics.LOGS])[topics.LOGS]
        firsts = [ends[name] for name in sorted(ends, key=int)]
        began = datetime.now(UTC) - lines * STEP
        _send(settings, lines, firsts, began)
        # Where somebody else sends a line in between, the last of ours is read once more as a new one.
        behind = archive(settings.storage.staging_url, lines, firsts, began, f"bench-{uuid.uuid4().hex[:6]}")
        ends = kafka.find_ends(settings.kafka, [topics.LOGS])[topics.LOGS]
        if any(ends[partition] < at for partition, at in behind[topics.LOGS].items()):
            raise SystemExit("Kafka took fewer lines than were archived")
        catalog.update_meta(
            client, live, positions={**catalog.read_meta(client, live)["positions"], **behind}
        )
    finally:
        set_paused(airflow, _DAG, paused=False)


def _send(settings: Settings, lines: int, firsts: Sequence[int], began: datetime) -> None:
    producer = Producer(
        {
            **kafka_options(settings.kafka),
            "enable.idempotence": True,
            "linger.ms": 50,
            "compression.type": "lz4",
        }
    )
    for record in make_lines(0, lines, firsts, began):
        while True:
            try:
                producer.produce(
                    topics.LOGS, value=record["value"], key=record["key"],
                    partition=record["partition"], timestamp=record["timestamp_ms"],
                )  # fmt: skip
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    producer.flush(60)


def rebuild(settings: Settings, airflow: httpx.Client, rate: float, kill_at: Sequence[int] = ()) -> Rebuilt:
    """Rebuild all of history with canaries beside.

    Args:
        settings: Of the platform.
        airflow: Client of its API.
        rate: Canaries a second.
        kill_at: Spark is killed each time when it has kept so many parts.
    """
    with follow_canaries(settings, rate) as followed:
        run = trigger_dag(airflow, _DAG, {"history_from": "2026-01-01T00:00:00Z"})
        run_url = staging.stage_url(settings.storage.staging_url, "rag", run, "").rstrip("/")
        state, spark = _follow(airflow, run, run_url, list(kill_at))
    tasks = airflow.get(f"/dags/{_DAG}/dagRuns/{run}/taskInstances").raise_for_status().json()
    client = open_search(settings.opensearch)
    newest = catalog.list_versions(client, "rag")[-1]["index"]
    return Rebuilt(
        state=state,
        seconds={task["task_id"]: task["duration"] or 0.0 for task in tasks["task_instances"]},
        spark=spark,
        offsets=staging.read_manifest(f"{run_url}/heavy")["offsets"],
        parts=count_parts(run_url),
        delays=followed.delays,
        chunks=dict(_read_chunks(client, newest)),
    )


def _follow(airflow: httpx.Client, run: str, run_url: str, kill_at: list[int]) -> tuple[str, Peak]:
    peak = Peak()
    while True:
        state = airflow.get(f"/dags/{_DAG}/dagRuns/{run}").raise_for_status().json()["state"]
        if state in FINISHED:
            return state, peak
        for pid in _find_spark(run_url):
            peak = join_peaks(peak, measure_tree(pid))
            if kill_at and count_parts(run_url) >= kill_at[0]:
                kill_tree(pid)
                sys.stdout.write(f"killed at {kill_at.pop(0)} parts\n")
        time.sleep(1)


def _find_spark(run_url: str) -> list[int]:
    """Return the process of Java that works for a rebuild, if there is one."""
    found = psutil.process_iter(["name", "cmdline"])
    return [one.pid for one in found if one.info["name"] == "java" and run_url in (one.info["cmdline"] or ())]


def _read_chunks(client: OpenSearch, version: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield id and content of what a version tells of the archived lines, without what names the run."""
    wanted = [{"term": {"kind": "log_pattern"}}, {"terms": {"service": list(SERVICES)}}]
    query = {"query": {"bool": {"filter": wanted}}}
    for hit in helpers.scan(client, query=query, index=cover_family(version)):
        yield hit["_id"], {k: value for k, value in hit["_source"].items() if k not in _NAMES_THE_RUN}


def main() -> None:
    """Measure on the stack that the environment names."""
    parser = argparse.ArgumentParser(prog="bench-rebuild-live", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=50, help="events a second meanwhile")
    parser.add_argument("--kills", type=int, default=2, help="at most 2: Airflow tries a task three times")
    given = parser.parse_args()
    settings = load_settings()
    with open_airflow(load_stack_settings()) as airflow:
        began = time.monotonic()
        fill_stack(settings, airflow, given.lines)
        sys.stdout.write(f"{given.lines} lines are there after {time.monotonic() - began:.0f} s\n")
        before, _ = measure_pipeline(settings, given.rate, _BASELINE_S)
        whole = rebuild(settings, airflow, given.rate)
        open_table(f"{given.lines} lines, {len(whole.chunks)} chunks of them, run: {whole.state}")
        emit(Row("fold", whole.offsets / whole.seconds["heavy_processing_task"], "lines/s", "more"))
        for task, seconds in whole.seconds.items():
            emit(Row(task, seconds, "s"))
        for name, most in whole.spark._asdict().items():
            emit(Row(f"Spark, {name}, most", most, "MiB"))
        emit(compare_times("freshness meanwhile", whole.delays, "before the rebuild", before, "s"))
        if given.kills:
            _compare_killed(settings, airflow, given, whole)


def _compare_killed(
    settings: Settings, airflow: httpx.Client, given: argparse.Namespace, whole: Rebuilt
) -> None:
    kill_at = [max(1, whole.parts * (number + 1) // (given.kills + 1)) for number in range(given.kills)]
    killed = rebuild(settings, airflow, given.rate, kill_at)
    same, least = compare_chunks(whole.chunks, killed.chunks)
    emit(Row(f"killed {given.kills} times, equal", float(same), "1 is yes", "more"))
    emit(Row("their vectors, least cosine", least, "cosine", "more"))
    beside = "undisturbed"
    emit(compare_times("freshness, Spark killed meanwhile", killed.delays, beside, whole.delays, "s"))
    if not same or least < _LEAST_COSINE:
        raise SystemExit(1)


def compare_chunks(
    whole: Mapping[str, Mapping[str, Any]], killed: Mapping[str, Mapping[str, Any]]
) -> tuple[bool, float]:
    """Return whether two versions hold the same but for vectors, and the least cosine of these.

    The model reads texts in batches and in 16 bits, so the last digits of a vector depend on what was beside
    its text, and a fold that went on after a kill has other batches.

    Args:
        whole: Content of chunks by id.
        killed: Those of the other.

    Example:
        >>> one = {"a": {"text": "x", "embedding": [1.0, 0.0]}}
        >>> compare_chunks(one, {"a": {"text": "x", "embedding": [2.0, 0.0]}}), compare_chunks(one, {})
        ((True, 1.0), (False, 0.0))
    """
    told = [
        {key: {**chunk, "embedding": None} for key, chunk in chunks.items()} for chunks in (whole, killed)
    ]
    common = sorted(whole.keys() & killed.keys())
    ours, theirs = (np.asarray([chunks[key]["embedding"] for key in common]) for chunks in (whole, killed))
    return told[0] == told[1], float(measure_likeness(ours, theirs).min()) if common else 0.0


if __name__ == "__main__":
    main()
