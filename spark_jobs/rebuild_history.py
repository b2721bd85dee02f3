"""Rebuilds dynamic knowledge from archived staging: a chunk per log pattern and day, the last of each metric.

Micro-batches leave the events that they read in staging, each with a manifest of its exact offsets. This job
takes the runs that ended within a window. Offsets that were read twice, as after a rollback, count once.
"""

import argparse
import sys
from datetime import UTC, datetime
from typing import Any, Final, cast

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 - the customary name

from processors.chunk import Chunk, chunks_to_table, make_id, table_to_chunks
from processors.logs import SAMPLES, PatternSummary, build_log_chunk
from processors.positions import merge_positions
from processors.stores import staging

_PATTERN: Final = ("topic", "service", "namespace", "template", "day")

Stage = tuple[str, dict[str, Any]]
"""A light stage's URL and manifest."""


def read_stages(staging_url: str, begin: datetime, end: datetime) -> list[Stage]:
    """Return the light stages that ended within the window, oldest first.

    Raises:
        ValueError: No archived run ended within the window.
    """
    urls = staging.list_stages(staging_url, "rag", "light")
    stages = [(url, staging.read_manifest(url)) for url in urls]
    within = [s for s in stages if begin <= datetime.fromisoformat(s[1]["finished_at"]) <= end]
    if not within:
        raise ValueError(f"no archived run ended between {begin.isoformat()} and {end.isoformat()}")
    return within


def read_parquet(spark: SparkSession, stages: list[Stage], name: str) -> DataFrame:
    """Return one of the archived tables over all stages."""
    return spark.read.parquet(*(f"{url}/{name}.parquet" for url, _ in stages))


def transform_patterns(events: DataFrame) -> DataFrame:
    """Return a row per log pattern and day, with the fields of a `PatternSummary`.

    Args:
        events: Normalised log lines; the same offset may occur more than once.
    """
    lines = events.dropDuplicates(["topic", "partition", "offset"])
    newest = F.sort_array(F.collect_set(F.struct("observed_at", "message")), asc=False)
    first = F.min(F.struct("partition", "offset", "severity", "file"))
    grouped = lines.withColumn("day", F.substring("observed_at", 1, 10)).groupBy(*_PATTERN)
    return grouped.agg(
        first.alias("first"),
        F.max("offset").alias("end_offset"),
        F.min("observed_at").alias("begin"),
        F.max("observed_at").alias("end"),
        F.count("*").alias("count"),
        F.reverse(F.slice(newest, 1, SAMPLES)).alias("newest"),
    ).select(
        "topic",
        "service",
        "namespace",
        "template",
        F.col("first.partition").alias("partition"),
        F.col("first.offset").alias("start_offset"),
        F.col("first.severity").alias("severity"),
        F.col("first.file").alias("file"),
        "end_offset",
        "begin",
        "end",
        "count",
        F.col("newest.message").alias("samples"),
    )


def transform_windows(chunks: DataFrame) -> DataFrame:
    """Return the newest chunk of each metric window; windows of an hour that went on were written often."""
    newest = Window.partitionBy("chunk_id").orderBy(F.desc("observed_at"))
    windows = chunks.where(F.col("kind") == "metric_window")
    ranked = windows.withColumn("age", F.row_number().over(newest)).where(F.col("age") == 1)
    return ranked.select(*chunks.columns)


def write_chunks(run_url: str, chunks: list[Chunk], stages: list[Stage], window: dict[str, str]) -> None:
    """Write the chunks, and the positions up to which the stages hold the topics."""
    url = f"{run_url}/heavy"
    reached = merge_positions(*(manifest["end"] for _, manifest in stages))
    staging.write_table(url, "chunks", chunks_to_table(chunks))
    manifest = {"version": None, "end": reached, "history": window}
    staging.write_manifest(url, manifest)


def main(arguments: list[str]) -> None:
    """Run the job from its command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--staging-url", required=True, help="where archived runs lie")
    parser.add_argument("--run-url", required=True, help="folder of this run")
    parser.add_argument("--from", dest="begin", required=True, help="ISO 8601 start of the window")
    parser.add_argument("--to", dest="end", default="", help="ISO 8601 end of the window; empty: now")
    options = parser.parse_args(arguments)
    begin, end = parse_time(options.begin), parse_time(options.end or datetime.now(UTC).isoformat())
    stages = read_stages(options.staging_url, begin, end)
    spark = SparkSession.builder.appName("runlore-rebuild-history").getOrCreate()
    patterns = transform_patterns(read_parquet(spark, stages, "events")).collect()
    windows = transform_windows(read_parquet(spark, stages, "chunks")).toArrow()
    spark.stop()
    now, batch_id = datetime.now(UTC).isoformat(), make_id(options.run_url)
    chunks = [build_log_chunk(cast(PatternSummary, row.asDict()), batch_id, now) for row in patterns]
    window = {"from": begin.isoformat(), "to": end.isoformat()}
    write_chunks(options.run_url, [*chunks, *table_to_chunks(windows)], stages, window)


def parse_time(text: str) -> datetime:
    """Return the time that a form's field names; without a zone it is UTC.

    Raises:
        ValueError: The text is not an ISO 8601 time.

    Example:
        >>> parse_time("2026-11-21T07:00:00Z").isoformat()
        '2026-11-21T07:00:00+00:00'
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main(sys.argv[1:])
