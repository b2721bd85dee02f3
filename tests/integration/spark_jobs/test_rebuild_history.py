"""The Spark job on a real local session: history leads to the very chunks that the stream made."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from processors.knowledge.chunk_tables import parquet_schema, table_to_chunks
from processors.knowledge.partitions import build_chunks
from processors.knowledge.positions import Positions
from processors.knowledge.record import Record
from processors.stores import staging
from spark_jobs.rebuild_history import (
    parse_time,
    read_stages,
    read_states,
    transform_records,
    write_chunks,
)

HEADERS = "topic string, partition int, offset long, timestamp_ms long, key string, "
SCHEMA = HEADERS + "headers map<string,string>, value string"


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    # It tells of its end when the tests' output is closed already.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "70")
        .getOrCreate()
    )
    yield session
    session.stop()


def make_records(partition: int, count: int) -> list[Record]:
    return [
        Record(
            topic="runlore.logs",
            partition=partition,
            offset=offset,
            timestamp_ms=1_763_708_400_000 + offset * 20_000,
            key="shop",
            headers={},
            value=json.dumps({"message": f"order {offset} paid" if offset % 3 else "ERROR payment failed"}),
        )
        for offset in range(count)
    ]


def test_history_makes_the_chunks_that_the_stream_made(spark: SparkSession, tmp_path: Path) -> None:
    partitions = [make_records(partition, 400) for partition in (0, 1)]
    streamed = [build_chunks(records, None, (), "b", "now") for records in partitions]
    read_twice = [record for records in partitions for record in (*records, *records[200:])]
    rows = spark.createDataFrame([tuple(record.values()) for record in read_twice], SCHEMA)
    table = transform_records(rows, tmp_path.as_uri(), "now").toArrow()
    rebuilt = {
        chunk["chunk_id"]: (chunk["text"], chunk["source_offsets"]) for chunk in table_to_chunks(table)
    }
    assert rebuilt == {
        chunk["chunk_id"]: (chunk["text"], chunk["source_offsets"])
        for built in streamed
        for chunk in built["chunks"]
    }
    reached: Positions = {"runlore.logs": {"0": 400, "1": 400}}
    states = read_states(tmp_path.as_uri(), reached)
    assert states == {
        f"runlore.logs/{partition}": json.loads(json.dumps(built["state"]))
        for partition, built in enumerate(streamed)
    }


def test_the_workers_write_the_chunks_and_a_second_try_replaces_them(
    spark: SparkSession, tmp_path: Path
) -> None:
    url = tmp_path.as_uri()
    stages = [(f"{url}/light", {"end": {"runlore.logs": {"0": 400, "1": 400}}})]
    records = [record for partition in (0, 1) for record in make_records(partition, 400)]
    rows = spark.createDataFrame([tuple(record.values()) for record in records], SCHEMA)
    chunks = transform_records(rows, url, "now")
    for _ in range(2):
        write_chunks(url, chunks, stages, {"from": "a", "to": "b"})
    written = staging.read_table(f"{url}/heavy/chunks.parquet")
    # What the driver collected would be one file.
    assert (tmp_path / "heavy/chunks.parquet").is_dir()
    assert written.schema.names == parquet_schema().names
    by_id = {chunk["chunk_id"]: chunk for chunk in table_to_chunks(written)}
    assert by_id == {chunk["chunk_id"]: chunk for chunk in table_to_chunks(chunks.toArrow())}
    assert len(by_id) == written.num_rows > 2
    manifest = staging.read_manifest(f"{url}/heavy")
    assert manifest["end"] == stages[0][1]["end"]
    assert staging.read_json(manifest["log_state"]).keys() == {"runlore.logs/0", "runlore.logs/1"}


def test_only_finished_runs_of_the_window_are_read(tmp_path: Path) -> None:
    root = tmp_path.as_uri()
    for run, hour in (("early", 6), ("within", 8), ("late", 11)):
        url = staging.stage_url(root, "rag", run, "light")
        staging.write_manifest(url, {"finished_at": f"2026-11-21T{hour:02}:00:00+00:00"})
    (tmp_path / "rag" / "unfinished" / "light").mkdir(parents=True)
    begin, end = parse_time("2026-11-21T07:00:00"), parse_time("2026-11-21T10:00:00Z")
    assert [url.split("/")[-2] for url, _ in read_stages(root, begin, end)] == ["within"]
    with pytest.raises(ValueError, match="no archived run"):
        read_stages(root, end, datetime(2026, 11, 21, 10, 30, tzinfo=UTC))
