"""`make bench-rebuild`: a rebuild from archived lines by Spark on `local[2]`, without a stack.

It folds and embeds an archive once undisturbed and, with `--kills`, once more beside it, where Spark is
killed as often by SIGKILL with all that belongs to it. Both have to end with the same chunks and vectors.
Lines a second, and the most memory (PSS) that the driver's Java, and Python on the executors with its models,
took at once.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.benchmarks.rebuild.archive import archive, count_parts, weigh
from evaluation.benchmarks.rebuild.processes import Peak
from evaluation.benchmarks.rebuild.submitting import BEGAN, submit
from evaluation.benchmarks.rows import Row, emit, open_table
from processors.knowledge.chunk_tables import table_to_chunks
from processors.stores import staging


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
    archive(url, given.lines, [0] * given.partitions, BEGAN)
    took = time.monotonic() - began
    sys.stdout.write(f"archived {given.lines} lines, {weigh(url) / 1e6:.0f} MB, {took:.0f} s\n")
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
