"""The Spark job's transforms, on a real local session; expected rows are written out by hand."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from processors.stores import staging
from spark_jobs.rebuild_history import parse_time, read_stages, transform_patterns, transform_windows

LINE = "topic string, partition int, offset long, observed_at string, service string, namespace string, "
LINE += "severity string, message string, file string, template string"


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    yield session
    session.stop()


def make_line(offset: int, day: int, template: str = "down <*>") -> tuple[object, ...]:
    time = f"2026-11-{day:02}T07:00:{offset:02}+00:00"
    return ("t", 0, offset, time, "redis", "", "error", f"down {offset}", "f", template)


def test_patterns_count_an_offset_once_however_often_it_was_read(spark: SparkSession) -> None:
    lines = [make_line(n, 20) for n in range(6)]
    rows = transform_patterns(spark.createDataFrame([*lines, *lines[2:]], LINE)).collect()
    (row,) = rows
    assert row.asDict() == {
        "topic": "t",
        "service": "redis",
        "namespace": "",
        "template": "down <*>",
        "partition": 0,
        "start_offset": 0,
        "severity": "error",
        "file": "f",
        "end_offset": 5,
        "begin": "2026-11-20T07:00:00+00:00",
        "end": "2026-11-20T07:00:05+00:00",
        "count": 6,
        "samples": ["down 2", "down 3", "down 4", "down 5"],
    }


def test_days_and_templates_are_told_apart(spark: SparkSession) -> None:
    lines = [make_line(0, 20), make_line(1, 21), make_line(2, 21, "up <*>")]
    rows = transform_patterns(spark.createDataFrame(lines, LINE)).collect()
    found = sorted((row["template"], row["count"]) for row in rows)
    assert found == [("down <*>", 1), ("down <*>", 1), ("up <*>", 1)]


def test_of_a_metric_window_the_newest_stays(spark: SparkSession) -> None:
    chunks = spark.createDataFrame(
        [
            ("a", "metric_window", "2026-11-20T07:05:00", "early"),
            ("a", "metric_window", "2026-11-20T07:55:00", "late"),
            ("b", "log_pattern", "2026-11-20T07:55:00", "a log"),
        ],
        "chunk_id string, kind string, observed_at string, text string",
    )
    assert [row["text"] for row in transform_windows(chunks).collect()] == ["late"]


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
