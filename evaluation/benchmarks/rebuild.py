"""`make bench-rebuild`: a rebuild from archived lines by Spark on `local[2]`, without a stack.

It writes staging as micro-batches leave it, by the project's own functions, folds and embeds it once
undisturbed and, with `--kills`, once more beside it, where Spark is killed as often by SIGKILL with all that
belongs to it. Both have to end with the same chunks and vectors. Lines a second, and the most memory (PSS)
that the driver's Java, and Python on the executors with its models, took at once.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil
import pyarrow as pa

from evaluation.benchmarks.rows import Row, emit, open_table
from processors.knowledge import topics
from processors.knowledge.chunk_tables import table_to_chunks
from processors.knowledge.positions import Positions
from processors.knowledge.record import Record
from processors.pipelines.rag.ingest import RECORD_SCHEMA
from processors.stores import staging

ROOT: Final = Path(__file__).parents[2]
_BEGAN: Final = datetime(2026, 11, 21, tzinfo=UTC)
_SERVICES: Final = 12
_LINES: Final = (
    "INFO order {n} of customer {m} was paid in {k} ms",
    "INFO GET /v1/orders/{n} 200 {k} ms",
    "WARN cache of node-{k} answers after {m} ms",
    "ERROR payment of order {n} was declined: code {k}",
    "INFO job sync-{k} finished, {m} rows",
    "DEBUG pool has {k} of 50 connections in use",
    "ERROR connection to db-{k}.internal was refused",
    "INFO user {m} signed in from 10.0.{k}.7",
)


class Peak(NamedTuple):
    """The most memory at once, in MiB: of Java, of Python's workers and models, and of all together."""

    java: float
    python: float
    together: float


def make_lines(begin: int, count: int, partitions: int) -> Iterator[Record]:
    """Yield log lines, spread over partitions so that the first gets half of them.

    Args:
        begin: Number of the first line.
        count: How many.
        partitions: How many partitions, at least two.
    """
    for n in range(begin, begin + count):
        pair, is_odd = divmod(n, 2)
        partition = 1 + pair % (partitions - 1) if is_odd else 0
        offset = pair // (partitions - 1) if is_odd else pair
        service = f"service-{n * 7 % _SERVICES}"
        text = _LINES[n * 5 % len(_LINES)].format(n=n, m=n * 31 % 9973, k=n % 50)
        moment = _BEGAN + timedelta(milliseconds=17 * n)
        value = {"@timestamp": moment.isoformat(), "message": text, "service": {"name": service}}
        yield Record(
            topic=topics.LOGS,
            partition=partition,
            offset=offset,
            timestamp_ms=int(moment.timestamp() * 1000),
            key=service,
            headers={},
            value=json.dumps(value),
        )


def archive(url: str, lines: int, per_run: int, partitions: int) -> int:
    """Write staging as micro-batches leave it, and return the bytes of it.

    Args:
        url: Of staging.
        lines: How many log lines.
        per_run: How many of them a run drained.
        partitions: Of the topic.
    """
    held: Positions = {topics.LOGS: {str(partition): 0 for partition in range(partitions)}}
    for number, begin in enumerate(range(0, lines, per_run)):
        # Nothing of it is secret, so masking would change nothing.
        records = list(make_lines(begin, min(per_run, lines - begin), partitions))
        end = {topics.LOGS: dict(held[topics.LOGS])}
        for record in records:
            end[topics.LOGS][str(record["partition"])] = record["offset"] + 1
        ingest = staging.stage_url(url, "rag", f"run-{number:06}", "ingest")
        staging.write_table(ingest, "records", pa.Table.from_pylist(records, schema=RECORD_SCHEMA))
        finished = (_BEGAN + timedelta(seconds=number)).isoformat()
        light = staging.stage_url(url, "rag", f"run-{number:06}", "light")
        staging.write_manifest(light, {"start": held, "end": end, "finished_at": finished})
        held = end
    return sum(file.stat().st_size for file in Path(url.removeprefix("file://")).rglob("*.parquet"))


def submit(step: str, url: str, run_url: str, kill_at_parts: int = 0) -> tuple[float, Peak]:
    """Have Spark do a step, and return its seconds and its memory.

    Args:
        step: Of the job.
        url: Of staging.
        run_url: Of the rebuild.
        kill_at_parts: When so many parts are kept it is killed, with all that it started; 0: never.
    """
    binary = Path(sys.executable).with_name("spark-submit")
    options = ["--staging-url", url, "--from", _BEGAN.isoformat(), "--to", "2100-01-01"]
    told = {
        "spark.ui.enabled": "false",
        "spark.log.level": "WARN",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    command = [str(binary), "--master", "local[2]"]
    command += [part for name, value in told.items() for part in ("--conf", f"{name}={value}")]
    command += [str(ROOT / "spark_jobs/rebuild_history.py"), "--step", step, "--run-url", run_url]
    command += options if step == "fold" else []
    environment = {**os.environ, **name_settings(url)}
    began, peak = time.monotonic(), Peak(0, 0, 0)
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while process.poll() is None:
        if kill_at_parts and count_parts(run_url) >= kill_at_parts:
            _kill_tree(process.pid)
            process.wait()
            return time.monotonic() - began, peak
        peak = Peak(*map(max, peak, measure_tree(process.pid)))
        time.sleep(1)
    if process.returncode:
        raise RuntimeError(f"the step {step} failed with {process.returncode}")
    return time.monotonic() - began, peak


def name_settings(url: str) -> dict[str, str]:
    """Return the environment of a job that asks no store, for nobody listens there.

    Args:
        url: Of staging.
    """
    folder = Path(url.removeprefix("file://"))
    (folder / "mask-key").write_text("a key for a benchmark")
    envs = Path(os.environ.get("RUNLORE_ENVS", ROOT / ".runlore/envs")).absolute()
    stores = ("OPENSEARCH_URL", "REDIS_URL", "MLFLOW_TRACKING_URI", "KSERVE_URL", "PROMETHEUS_URL", "URL")
    return {
        "PYTHONPATH": str(ROOT),
        "PYSPARK_PYTHON": sys.executable,
        **{f"RUNLORE_{store}": "http://127.0.0.1:1" for store in stores},
        "RUNLORE_REDIS_URL": "redis://127.0.0.1:1",
        "RUNLORE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "RUNLORE_STAGING_URL": url,
        "RUNLORE_WORK_DIR": str(folder / "work"),
        "RUNLORE_DOCS": '[{"url": "/docs"}]',
        "RUNLORE_TOKENIZER_FILE": str(folder / "tokenizer.json"),
        "RUNLORE_API_KEY_FILE": str(folder / "api-key"),
        "RUNLORE_MASK_KEY_FILE": str(folder / "mask-key"),
        "RUNLORE_EMBEDDING_SPARK": f"{envs}/model-server/bin/python -m serving.model_server.embed_lines",
    }


def count_parts(run_url: str) -> int:
    """Return how many files of chunks the fold has kept."""
    return len(list(Path(run_url.removeprefix("file://"), "heavy/folded").rglob("part-*.parquet")))


def measure_tree(pid: int) -> Peak:
    """Return the memory of a process and its descendants now, each shared page counted by its share."""
    sums = {"java": 0.0, "python": 0.0}
    for process in _list_tree(pid):
        try:
            pss = process.memory_full_info().pss / 2**20
            sums["java" if process.name() == "java" else "python"] += pss
        except psutil.Error:
            continue
    return Peak(sums["java"], sums["python"], sums["java"] + sums["python"])


def _list_tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill_tree(pid: int) -> None:
    for process in _list_tree(pid):
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue


def read_chunks(run_url: str, began_at: str) -> dict[str, Any]:
    """Return the chunks of a rebuild by id, without what names the run.

    Args:
        run_url: Of the rebuild.
        began_at: When it began, which its chunks tell.
    """
    chunks = {}
    for name in staging.list_names(f"{run_url}/embed/chunks.parquet", ".parquet"):
        for chunk in table_to_chunks(staging.read_table(f"{run_url}/embed/chunks.parquet/{name}")):
            if chunk["chunk_id"] in chunks or chunk["ingested_at"] != began_at:
                raise RuntimeError(f"chunk {chunk['chunk_id']} is there twice, or of another try")
            chunks[chunk["chunk_id"]] = {**chunk, "batch_id": "", "ingested_at": ""}
    return chunks


def rebuild(url: str, name: str, kill_at: Sequence[int] = ()) -> tuple[dict[str, float], list[Peak], Any]:
    """Fold and embed, and return seconds, memory and chunks.

    Args:
        url: Of staging.
        name: Of the run.
        kill_at: The fold is killed each time when it has kept so many parts.
    """
    run_url = f"{url}/rag/{name}"
    for parts in kill_at:
        seconds, _peak = submit("fold", url, run_url, parts)
        sys.stdout.write(f"killed after {seconds:.0f} s, {count_parts(run_url)} parts are kept\n")
    fold_s, fold_peak = submit("fold", url, run_url)
    embed_s, embed_peak = submit("embed", url, run_url)
    began_at = staging.read_json(f"{run_url}/heavy/plan.json.zst")["began_at"]
    chunks = read_chunks(run_url, began_at)
    return {"fold": fold_s, "embed": embed_s}, [fold_peak, embed_peak], chunks


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(prog="bench-rebuild", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--per-run", type=int, default=20_000, help="lines that a micro-batch drained")
    parser.add_argument("--partitions", type=int, default=3)
    parser.add_argument("--kills", type=int, default=2)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="runlore-rebuild-"))
    try:
        _measure(folder.as_uri(), given)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(url: str, given: argparse.Namespace) -> None:
    began = time.monotonic()
    size = archive(url, given.lines, given.per_run, given.partitions)
    sys.stdout.write(f"archived {given.lines} lines, {size / 1e6:.0f} MB, {time.monotonic() - began:.0f} s\n")
    seconds, peaks, chunks = rebuild(url, "undisturbed")
    open_table(f"{given.lines} lines, {len(chunks)} chunks")
    emit(Row("fold", given.lines / seconds["fold"], "lines/s", "more"))
    for step, peak in zip(("fold", "embed"), peaks, strict=True):
        emit(Row(f"{step}, with Spark's start", seconds[step], "s"))
        emit(Row(f"{step}, Java, most", peak.java, "MiB"))
        emit(Row(f"{step}, Python and models, most", peak.python, "MiB"))
        emit(Row(f"{step}, all at once, most", peak.together, "MiB"))
    if given.kills:
        parts = count_parts(f"{url}/rag/undisturbed")
        kill_at = [max(1, parts * (number + 1) // (given.kills + 1)) for number in range(given.kills)]
        again = rebuild(url, "killed", kill_at)[2]
        same = again == chunks
        emit(Row(f"killed {given.kills} times, equal", float(same), "1 is yes", "more"))
        if not same:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
