"""One index that grows: what the next chunks cost to write, and what a search costs then."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from opensearchpy import OpenSearch, helpers

from evaluation.benchmarks.chat_corpus import BLOCK, make_chunks, make_vectors
from evaluation.benchmarks.rows import percentile
from processors.retrieval.hybrid import build_hybrid_query

NEIGHBOURS: Final = 10
_WARM_UP: Final = 20
_CLIENTS: Final = 8
_SETTLE_S: Final = 300.0
_HEAP_READINGS: Final = 5

Vectors = npt.NDArray[np.float32]
_Wanted = TypeVar("_Wanted")


class Asked(NamedTuple):
    """Questions with their vectors, a row each."""

    questions: Sequence[str]
    vectors: Vectors


class Nearest(NamedTuple):
    """The nearest chunks of each question so far: likeness and number, both of shape (n_questions, k)."""

    likeness: Vectors
    numbers: npt.NDArray[np.int64]


class Cost(NamedTuple):
    """What was measured at a size.

    Attributes:
        chunks: In the index.
        write_ms: Milliseconds that a thousand more chunks took on the way from the size before.
        search_ms: Milliseconds of a search as the service makes it, by one client, the middle one.
        search_p95_ms: Of twenty, nineteen took no longer.
        searches_per_s: With eight clients.
        recall: Share of the ten nearest, by all vectors, that the search by vectors finds.
        heap_mib: Of OpenSearch, the least of some readings.
        store_mib: On disk.
        segments: That the index consists of.
    """

    chunks: int
    write_ms: float
    search_ms: float
    search_p95_ms: float
    searches_per_s: float
    recall: float
    heap_mib: float
    store_mib: float
    segments: float


def start_nearest(questions: int) -> Nearest:
    """Return the nearest of an empty index."""
    shape = (questions, NEIGHBOURS)
    return Nearest(np.full(shape, -2, dtype=np.float32), np.full(shape, -1, dtype=np.int64))


def keep_nearest(nearest: Nearest, asked: Vectors, made: Vectors, first: int) -> Nearest:
    """Return the nearest of the chunks so far and of those made now.

    Args:
        nearest: Of the chunks so far.
        asked: Vectors of the questions, of length 1.
        made: Vectors of more chunks, of length 1.
        first: Number of the first of them.

    Example:
        >>> asked = np.asarray([[1.0, 0.0]], dtype=np.float32)
        >>> made = np.asarray([[0.0, 1.0], [1.0, 0.0]], dtype=np.float32)
        >>> keep_nearest(start_nearest(1), asked, made, 40).numbers[0, :2].tolist()
        [41, 40]
    """
    numbers = np.broadcast_to(np.arange(first, first + len(made)), (len(asked), len(made)))
    likeness = np.concatenate([nearest.likeness, asked @ made.T], axis=1)
    candidates = np.concatenate([nearest.numbers, numbers], axis=1)
    best = np.argsort(-likeness, axis=1)[:, :NEIGHBOURS]
    return Nearest(np.take_along_axis(likeness, best, 1), np.take_along_axis(candidates, best, 1))


def grow(
    client: OpenSearch,
    index: str,
    paragraphs: Sequence[tuple[str, str]],
    base: Vectors,
    asked: Asked,
    sizes: Sequence[int],
) -> Iterator[Cost]:
    """Fill an index through all sizes and yield what each costs.

    Args:
        client: OpenSearch.
        index: There, and empty.
        paragraphs: Title and text, taken as often as it needs.
        base: Vectors that those of the chunks are made of.
        asked: What is searched for.
        sizes: Numbers of chunks, growing, each a multiple of `BLOCK`.
    """  # fmt: skip
    nearest, written = start_nearest(len(asked.questions)), 0
    for size in sizes:
        seconds = 0.0
        for first in range(written, size, BLOCK):
            made = make_vectors(base, BLOCK, first)
            nearest = keep_nearest(nearest, asked.vectors, made, first)
            chunks = list(make_chunks(index, paragraphs, made, first))
            begin = time.perf_counter()
            helpers.bulk(client, chunks, chunk_size=500, request_timeout=120)
            seconds += time.perf_counter() - begin
        client.indices.refresh(index=index)
        settle(client, index)
        yield measure(client, index, asked, nearest, size, seconds / (size - written) * 1e6)
        written = size


def settle(client: OpenSearch, index: str) -> None:
    """Wait until OpenSearch joins no segments any more, for five minutes at most."""
    deadline = time.monotonic() + _SETTLE_S
    while time.monotonic() < deadline:
        merges = client.indices.stats(index=index, metric="merge")["_all"]["primaries"]["merges"]
        if not merges["current"]:
            return
        time.sleep(1)


def measure(
    client: OpenSearch, index: str, asked: Asked, nearest: Nearest, size: int, write_ms: float
) -> Cost:
    """Search an index that holds still.

    Args:
        client: OpenSearch.
        index: Filled.
        asked: What is searched for.
        nearest: Which chunks are nearest, by all vectors.
        size: Chunks in the index.
        write_ms: What a thousand of them took to write.
    """
    bodies = [
        build_hybrid_query(question, vector.tolist(), NEIGHBOURS, ["public"])
        for question, vector in zip(asked.questions, asked.vectors, strict=True)
    ]

    def search(body: dict[str, Any]) -> Any:
        return client.search(index=index, body=body)

    times = [time_call(search, body) for body in [*bodies[:_WARM_UP], *bodies]][_WARM_UP:]
    begin = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(search, bodies))
    rate = len(bodies) / (time.perf_counter() - begin)
    totals = client.indices.stats(index=index, metric="store,segments")["_all"]["primaries"]
    return Cost(
        chunks=size,
        write_ms=write_ms,
        search_ms=percentile(times, 0.5),
        search_p95_ms=percentile(times, 0.95),
        searches_per_s=rate,
        recall=measure_recall(search, bodies, nearest),
        heap_mib=min(read_heap(client) for _ in range(_HEAP_READINGS)),
        store_mib=totals["store"]["size_in_bytes"] / 2**20,
        segments=totals["segments"]["count"],
    )


def time_call(call: Callable[[_Wanted], object], asked: _Wanted) -> float:
    """Return how many milliseconds a call takes."""
    begin = time.perf_counter()
    call(asked)
    return (time.perf_counter() - begin) * 1000


def measure_recall(
    search: Callable[[dict[str, Any]], Any], bodies: Sequence[dict[str, Any]], nearest: Nearest
) -> float:
    """Return which share of the nearest chunks the vectors' part of a search finds among its first ten.

    Args:
        search: Asks OpenSearch.
        bodies: As the service makes them: words, then vectors.
        nearest: Which chunks are nearest, by all vectors.
    """
    found = 0
    for body, numbers in zip(bodies, nearest.numbers, strict=True):
        by_vectors = {"size": NEIGHBOURS, "query": body["query"]["hybrid"]["queries"][1], "_source": ["cite"]}
        hits = search(by_vectors)["hits"]["hits"]
        found += len({hit["_source"]["cite"]["number"] for hit in hits} & set(numbers.tolist()))
    return found / nearest.numbers.size


def read_heap(client: OpenSearch) -> float:
    """Return how much of OpenSearch's heap is in use, in MiB, with what is garbage already."""
    time.sleep(1)
    nodes = client.nodes.stats(metric="jvm")["nodes"].values()
    return float(sum(node["jvm"]["mem"]["heap_used_in_bytes"] for node in nodes) / 2**20)
