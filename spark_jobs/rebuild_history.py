"""Rebuilds dynamic knowledge from archived staging: the same chunks that the stream makes, by the same fold.

Micro-batches leave the events that they read in staging, each with a manifest of its exact offsets. This job
takes the runs that ended within a window. Offsets that were read twice, as after a rollback, count once.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import Any, Final

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 - the customary name
from pyspark.sql.pandas.types import from_arrow_schema

from processors.access_policy import load_policy
from processors.knowledge.chunk import make_id
from processors.knowledge.chunk_tables import chunks_to_table, parquet_schema
from processors.knowledge.logs.partition_state import PartitionState
from processors.knowledge.partitions import build_chunks
from processors.knowledge.positions import Positions, merge_positions
from processors.knowledge.record import place_of, read_rows
from processors.settings import load_settings
from processors.stores import staging

_PLACE: Final = ("topic", "partition")

Stage = tuple[str, dict[str, Any]]
"""A light stage's URL and manifest."""


def read_stages(staging_url: str, begin: datetime, end: datetime) -> list[Stage]:
    """Return the light stages that ended within the window, oldest first.

    Args:
        staging_url: Of all staging, `file://` or `s3://`.
        begin: The first time that counts.
        end: The last one.

    Raises:
        ValueError: No archived run ended within the window.
    """
    urls = staging.list_stages(staging_url, "rag", "light")
    stages = [(url, staging.read_manifest(url)) for url in urls]
    within = [s for s in stages if begin <= datetime.fromisoformat(s[1]["finished_at"]) <= end]
    if not within:
        raise ValueError(f"no archived run ended between {begin.isoformat()} and {end.isoformat()}")
    return within


def read_records(spark: SparkSession, stages: list[Stage]) -> DataFrame:
    """Return the records that the runs of these stages drained."""
    return spark.read.parquet(*(f"{url.removesuffix('/light')}/ingest/records.parquet" for url, _ in stages))


def transform_records(records: DataFrame, run_url: str, ingested_at: str) -> DataFrame:
    """Return the chunks of all records, each as it is after the last of them.

    Args:
        records: The same offset may occur more than once.
        run_url: Names the batch; what the log patterns are in the end is written there.
        ingested_at: When this was done.
    """
    ordered = records.dropDuplicates([*_PLACE, "offset"]).repartition(*_PLACE)
    ordered = ordered.sortWithinPartitions(*_PLACE, "offset")
    build = partial(build_batches, run_url=run_url, ingested_at=ingested_at)
    chunks = ordered.mapInArrow(build, from_arrow_schema(parquet_schema()))
    newest = Window.partitionBy("chunk_id").orderBy(F.desc("write_version"), F.desc("source_offset"))
    return chunks.withColumn("age", F.row_number().over(newest)).where("age = 1").drop("age")


def build_batches(
    batches: Iterable[pa.RecordBatch], run_url: str, ingested_at: str
) -> Iterator[pa.RecordBatch]:
    """Fold ordered records batch by batch, so that no worker holds more than one batch and the patterns.

    Args:
        batches: Records in the order of their partitions and offsets.
        run_url: Folder of the run in staging; gets the log patterns of each partition.
        ingested_at: When the rebuild began, in ISO 8601.
    """
    settings = load_settings()
    noise, policy = settings.events.noise, load_policy(settings.access.policy_file)
    states: dict[str, PartitionState | None] = {}
    batch_id = make_id(run_url)
    for batch in batches:
        for place, of_place in groupby(read_rows(batch.to_pylist()), key=place_of):
            built = build_chunks(list(of_place), states.get(place), noise, batch_id, ingested_at, policy)
            states[place] = built["state"]
            yield from chunks_to_table(built["chunks"]).to_batches()
    known = {place: state for place, state in states.items() if state is not None}
    for place, state in known.items():
        staging.write_json(f"{run_url}/heavy/{place}", "log_state", state)


def write_chunks(run_url: str, chunks: DataFrame, stages: list[Stage], window: dict[str, str]) -> None:
    """Write the chunks, the log patterns, and the positions up to which the stages hold the topics.

    Each worker writes its own part, so a history may be larger than the driver's memory. What a failed try
    left is replaced, and the manifest comes last.

    Args:
        run_url: Folder of the run in staging.
        chunks: All that are written.
        stages: The archived stages that they come from, with their manifests.
        window: Begin and end of the history, in ISO 8601.
    """
    url = f"{run_url}/heavy"
    reached = merge_positions(*(manifest["end"] for _, manifest in stages))
    chunks.write.mode("overwrite").parquet(f"{url}/chunks.parquet", compression="zstd")
    log_state = staging.write_json(url, "log_state", read_states(run_url, reached))
    manifest = {"version": None, "end": reached, "log_state": log_state, "history": window}
    staging.write_manifest(url, manifest)


def read_states(run_url: str, reached: Positions) -> dict[str, PartitionState]:
    """Return what the workers wrote of the log patterns, by topic and partition."""
    places = (f"{topic}/{partition}" for topic, held in reached.items() for partition in held)
    states = {place: f"{run_url}/heavy/{place}/log_state.json.zst" for place in places}
    return {place: staging.read_json(url) for place, url in states.items() if staging.is_present(url)}


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
    records = read_records(spark, stages)
    chunks = transform_records(records, options.run_url, datetime.now(UTC).isoformat())
    window = {"from": begin.isoformat(), "to": end.isoformat()}
    write_chunks(options.run_url, chunks, stages, window)
    spark.stop()


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
