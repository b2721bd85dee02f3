"""Rebuilds dynamic knowledge from archived staging: the same chunks that the stream makes, by the same fold.

Micro-batches leave the events that they read in staging, each with a manifest of its exact offsets. This job
takes the runs that ended within a window. Offsets that were read twice, as after a rollback, count once.

It has three steps, each a call of its own: `fold` makes chunks of what was archived, `embed` gives them their
vectors, `write` puts them into a version. Executors do all of it, piece by piece; the driver sees names and
counts. What a step has written is not made again by its next try.
"""

import argparse
import sys
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import structlog
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 - the customary name
from pyspark.sql.pandas.types import from_arrow_schema

from processors.access_policy import load_policy
from processors.knowledge.chunk_tables import parquet_schema
from processors.knowledge.logs.partition_state import PartitionState
from processors.settings import Settings, load_settings
from processors.stores import staging
from spark_jobs.history import embed, fold, plan, write
from spark_jobs.history.running import run_pieces, telling

_CHUNKS_PER_FILE: Final = 2_000

log = structlog.get_logger(__name__)


def fold_history(spark: SparkSession, run_url: str, planned: plan.Plan) -> None:
    """Write the chunks of what was archived, the log patterns, and the positions that they reach.

    Args:
        spark: The session.
        run_url: Folder of the run in staging.
        planned: What is read.
    """
    began = time.monotonic()
    names = planned["pieces"]
    with telling(lambda: _tell_folded(run_url, planned)):
        run_pieces(spark, names, partial(fold_one, load_settings(), run_url, planned["began_at"]))
    pieces = {name: fold.read_folded(run_url, name) for name in names}
    parts = [part for name, folded in pieces.items() for part in fold.list_parts(run_url, name, folded)]
    write_newest(spark, run_url, parts)
    states = collect_states(run_url, pieces)
    counts = fold.sum_up(list(pieces.values()))
    for aside in counts["quarantined"]:
        log.warning("archived file is put aside", **aside)
    url = f"{run_url}/heavy"
    manifest: dict[str, Any] = {
        "version": None,
        "end": planned["reached"],
        "log_state": staging.write_json(url, "log_state", states),
        "history": planned["window"],
        "offsets": planned["offsets"],
        "unreadable": planned["unreadable"],
        "seconds": time.monotonic() - began,
    }
    staging.write_manifest(url, {**manifest, **counts})


def fold_one(settings: Settings, run_url: str, began_at: str, name: str) -> dict[str, Any]:
    """Fold a piece, on an executor.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        began_at: When the rebuild began, in ISO 8601.
        name: Of the piece.
    """
    policy = load_policy(settings.access.policy_file)
    reading = fold.Reading(settings.events.noise, policy, fold.name_batch(run_url), began_at)
    return {"records": fold.fold_piece(run_url, plan.read_piece(run_url, name), reading)["records"]}


def _tell_folded(run_url: str, planned: plan.Plan) -> str:
    folded = [fold.read_folded(run_url, name) for name in planned["pieces"]]
    whole = sum(each["is_whole"] for each in folded)
    records = sum(each["records"] for each in folded)
    return f"folded {records} events of {planned['offsets']} offsets, {whole} of {len(folded)} pieces"


def write_newest(spark: SparkSession, run_url: str, parts: list[str]) -> None:
    """Write each chunk as it is after the last of its records; equal contents come to lie in one file.

    Args:
        spark: The session.
        run_url: Folder of the run in staging.
        parts: Files of chunks. One chunk may be in many, and an object's in those of several partitions.
    """
    if not parts:
        return
    chunks = spark.read.schema(from_arrow_schema(parquet_schema())).parquet(*parts)
    order = [F.desc(name) for name in ("write_version", "source_offset", "source_place")]
    newest = F.row_number().over(Window.partitionBy("chunk_id").orderBy(*order))
    kept = chunks.withColumn("age", newest).where("age = 1").drop("age")
    files = kept.repartition(max(len(parts) // 2, 2), "content_hash").sortWithinPartitions("content_hash")
    written = files.write.mode("overwrite").option("maxRecordsPerFile", _CHUNKS_PER_FILE)
    written.parquet(f"{run_url}/heavy/{embed.CHUNKS}", compression="zstd")


def collect_states(run_url: str, pieces: dict[str, fold.Folded]) -> dict[str, PartitionState]:
    """Return what is known of each partition's log patterns in the end.

    Args:
        run_url: Folder of the run in staging.
        pieces: By name.
    """
    states = {}
    for name, folded in pieces.items():
        if folded["state"] is not None:
            piece = plan.read_piece(run_url, name)
            states[f"{piece['topic']}/{piece['partition']}"] = folded["state"]
    return states


def embed_history(spark: SparkSession, run_url: str, base: str) -> None:
    """Give all chunks their vectors.

    Args:
        spark: The session.
        run_url: Folder of the run in staging.
        base: Family of the version whose vectors may be used; empty: none.
    """
    began = time.monotonic()
    names = staging.list_names(f"{run_url}/heavy/{embed.CHUNKS}", ".parquet")
    settings = load_settings()
    url = f"{run_url}/embed"
    with telling(lambda: f"embedded {len(_list_done(url))} of {len(names)} files"):
        told = run_pieces(spark, names, partial(embed.embed_file, settings, run_url, base))
    manifest = {name: sum(each[name] for each in told) for name in ("chunks", "embedded")}
    model = told[0]["model"] if told else None
    staging.write_manifest(url, {**manifest, "model": model, "seconds": time.monotonic() - began})


def _list_done(url: str) -> list[str]:
    return staging.list_names(f"{url}/{embed.CHUNKS}", ".parquet")


def write_history(spark: SparkSession, run_url: str, index: str) -> None:
    """Write all chunks into a version, whose builder holds its lease.

    Args:
        spark: The session.
        run_url: Folder of the run in staging.
        index: The version's own name.
    """
    began = time.monotonic()
    names = _list_done(f"{run_url}/embed")
    settings = load_settings()
    told = run_pieces(spark, names, partial(write.write_file, settings, run_url, index))
    manifest = {name: sum(each[name] for each in told) for name in ("written", "evidence")}
    lists = {name: [one for each in told for one in each[name]] for name in ("refused", "letters")}
    sys.stdout.write(f"wrote {manifest['written']} chunks of {len(names)} files into {index}\n")
    seconds = time.monotonic() - began
    staging.write_manifest(f"{run_url}/written", {**manifest, **lists, "index": index, "seconds": seconds})


def main(arguments: list[str]) -> None:
    """Run a step of the job from its command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", choices=("fold", "embed", "write"), default="fold", help="what is done")
    parser.add_argument("--run-url", required=True, help="folder of this run")
    parser.add_argument("--staging-url", help="fold: where archived runs lie")
    parser.add_argument("--from", dest="begin", help="fold: ISO 8601 start of the window")
    parser.add_argument("--to", dest="end", default="", help="fold: ISO 8601 end of it; empty: now")
    parser.add_argument("--base", default="", help="embed: family of the version whose vectors may be used")
    parser.add_argument("--index", help="write: the version")
    options = parser.parse_args(arguments)
    spark = SparkSession.builder.appName(f"runlore-rebuild-history-{options.step}").getOrCreate()
    if options.step == "embed":
        embed_history(spark, options.run_url, options.base)
    elif options.step == "write":
        write_history(spark, options.run_url, options.index)
    elif not staging.is_present(f"{options.run_url}/heavy/manifest.json"):
        begin, end = parse_time(options.begin), parse_time(options.end or datetime.now(UTC).isoformat())
        fold_history(spark, options.run_url, plan.make_plan(options.staging_url, options.run_url, begin, end))
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
