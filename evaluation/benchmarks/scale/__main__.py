"""`make bench-scale`: how writing, searching, memory and exactness grow with the number of chunks.

Runs on the stack that the environment names, in an index and keys of its own that are deleted in the end.
Vectors lie between two of the live version's and a little beside; texts are paragraphs of the corpora in
`RUNLORE_TEST_DATA`. The ten nearest of each question are found among all vectors as these are made.
"""

import argparse
import os
import secrets
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import redis

from evaluation.benchmarks.chat_corpus import BLOCK, open_index, read_paragraphs
from evaluation.benchmarks.rows import Row, emit, leave_out, open_table, percentile
from evaluation.benchmarks.scale.folding import measure_folding
from evaluation.benchmarks.scale.measuring import Asked, Cost, grow, time_call
from evaluation.benchmarks.scale.rebuilding import measure_rebuilds
from evaluation.benchmarks.scale.report import EXPERIMENT, draw_curve, list_curves, log_scale, write_table
from evaluation.queries.query_sets import read_golden
from processors.settings import Settings, load_settings
from processors.stores.model_server import embed_texts
from processors.stores.search import open_search
from processors.versions.catalog import find_live
from processors.versions.corpus import read_vectors

_QUESTIONS: Final = 100
_ENTRY: Final = 2_048
_READS: Final = 1_000
_SIZES: Final = (
    ("sizes", [5_000, 20_000, 100_000, 500_000], "chunks, to which laws are fitted"),
    ("checks", [50_000, 250_000], "chunks, for which laws must predict the costs"),
    ("quantized", [100_000], "chunks whose vectors have a byte a dimension"),
    ("entries", [500, 2_000, 8_000, 32_000], "in the cache"),
    ("lines", [5_000, 20_000, 80_000, 320_000], "of logs, folded"),
    ("archives", [50_000, 200_000, 800_000, 3_200_000], "lines of logs, rebuilt by Spark"),
)
_QUANTIZED: Final = {"parameters": {"encoder": {"name": "sq", "parameters": {"bits": 7}}}}


def ask_golden(settings: Settings) -> Asked:
    """Return golden questions with their vectors."""
    questions = [query["query"] for query in read_golden() if query["relevant"]][:_QUESTIONS]
    texts = [settings.embedding.query_prefix + question for question in questions]
    vectors, _ = embed_texts(settings.kserve.url, settings.embedding.model, texts)
    return Asked(questions, vectors)


def measure_index(
    settings: Settings, data: Path, sizes: Sequence[int], *, quantized: bool = False
) -> list[Cost]:
    """Grow an index through all sizes, and return what each cost.

    Args:
        settings: Of the platform.
        data: Folder of corpora.
        sizes: Numbers of chunks, growing.
        quantized: Vectors of one byte a dimension are searched, in place of four.

    Raises:
        SystemExit: No version of documents is live.
    """
    client = open_search(settings.opensearch)
    live = find_live(client, "cag")
    if live is None:
        raise SystemExit("no version of cag is live: run cag_pipeline first")
    base, paragraphs = read_vectors(client, live), list(read_paragraphs(data))
    index, costs = f"bench-scale-{uuid.uuid4().hex[:8]}", []
    with open_index(client, index, base.shape[1], _QUANTIZED if quantized else None):
        for cost in grow(client, index, paragraphs, base, ask_golden(settings), sizes):
            costs.append(cost)
            size = f"at {cost.chunks:,} chunks{', a byte a dimension' if quantized else ''}"
            emit(Row(f"search {size}", cost.search_ms, "ms", p95=cost.search_p95_ms))
            emit(Row(f"recall@10 {size}", cost.recall, "share", "more"))
            emit(Row(f"a thousand chunks more {size}", cost.write_ms, "ms"))
    return costs


def measure_cache(url: str, sizes: Sequence[int]) -> dict[int, float]:
    """Return how many milliseconds it takes to read an entry, the middle of many, by how many there are.

    Args:
        url: Of Redis.
        sizes: Numbers of entries, growing.
    """
    mark, held, seen = f"bench-scale-{uuid.uuid4().hex[:8]}", 0, {}
    with redis.Redis.from_url(url) as cache:
        try:
            for size in sizes:
                with cache.pipeline(transaction=False) as writing:
                    for number in range(held, size):
                        writing.set(f"{mark}:{number}", secrets.token_bytes(_ENTRY), ex=3600)
                    writing.execute()
                held = size
                draw = np.random.default_rng(size)
                keys = [f"{mark}:{number}" for number in draw.integers(size, size=_READS)]
                seen[size] = percentile([time_call(cache.get, key) for key in keys], 0.5)
        finally:
            for number in range(0, held, BLOCK):
                cache.delete(*(f"{mark}:{each}" for each in range(number, min(held, number + BLOCK))))
    return seen


def main(arguments: Sequence[str]) -> None:
    """Measure on the stack that the environment names."""
    parser = argparse.ArgumentParser(prog="bench-scale", description=__doc__)
    for name, sizes, told in _SIZES:
        parser.add_argument(f"--{name}", type=int, nargs="+", default=sizes, help=told)
    options = parser.parse_args(arguments)
    data = os.environ.get("RUNLORE_TEST_DATA")
    if not data:
        leave_out("RUNLORE_TEST_DATA names no folder of corpora")
    settings, load = load_settings(), os.getloadavg()[0]
    open_table()
    costs = measure_index(settings, Path(data), sorted({*options.sizes, *options.checks}))
    small = measure_index(settings, Path(data), options.quantized, quantized=True)
    curves = list_curves(costs, options.checks)
    curves["read_ms"] = draw_curve(measure_cache(settings.redis.url, options.entries), [])
    curves["fold_ms"] = draw_curve(measure_folding(options.lines), [])
    curves["rebuild_s"] = draw_curve(measure_rebuilds(options.archives), [])
    lines = [
        write_table(costs, curves),
        "",
        "With vectors of one byte a dimension:",
        "",
        write_table(small, {}),
    ]
    sys.stdout.write("\n".join([*lines, ""]))
    params = {"cpus": os.cpu_count(), "load": load, "code_commit": settings.versions.code_commit}
    run = log_scale(costs, curves, params, settings.mlflow.tracking_uri)
    sys.stdout.write(f"MLflow, experiment {EXPERIMENT}, run {run}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
