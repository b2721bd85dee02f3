"""Embedding by Spark's executors, as a rebuild from history does it: `make bench-embedding BENCH=--spark`."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from spark_jobs.history.warm_model import embed_warm

Measured = tuple[float, float, npt.NDArray[np.float32]]
"""Seconds by the clock, seconds of all processors, and the vectors."""


@contextmanager
def open_spark(envs: Path) -> Iterator[Callable[[Sequence[str]], Measured]]:
    """Start Spark on `local[2]`, and give what embeds by its executors, each worker with a warm model.

    Args:
        envs: Holds the model server's environment.
    """
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    command = f"{envs}/model-server/bin/python -m serving.model_server.embed_lines"
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )

    def embed(texts: Sequence[str]) -> Measured:
        used, began = measure_cpu(), time.perf_counter()
        frame = session.range(0, len(texts), 1, 2)
        embedded = frame.mapInArrow(
            embed_rows(command, list(texts)), "id long, vector array<float>"
        ).toArrow()
        seconds = time.perf_counter() - began
        vectors = np.empty((len(texts), len(embedded["vector"][0])), dtype=np.float32)
        vectors[embedded["id"].to_numpy()] = np.asarray(embedded["vector"].to_pylist(), dtype=np.float32)
        return seconds, measure_cpu() - used, vectors

    try:
        yield embed
    finally:
        session.stop()


def embed_rows(command: str, texts: list[str]) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Return what embeds the texts of the numbers that come, on an executor.

    Args:
        command: Starts the model.
        texts: All of them.
    """

    def embed_all(batches: Iterable[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            rows = batch.column("id").to_pylist()
            vectors, _ = embed_warm(command, [texts[row] for row in rows])
            schema = pa.schema([("id", pa.int64()), ("vector", pa.list_(pa.float32()))])
            yield pa.RecordBatch.from_pydict({"id": rows, "vector": vectors.tolist()}, schema=schema)

    return embed_all


def measure_cpu() -> float:
    """Return the seconds of processors that all that this process has started took so far."""
    return sum(sum(process.cpu_times()[:2]) for process in psutil.Process().children(recursive=True))
