"""The one thread that runs the embedding model.

A compiled OpenVINO model is not thread-safe, so every inference goes through this worker. Requests are cut
into length-sorted micro-batches that wait in a priority queue: a query overtakes answers and bulk work after
at most one micro-batch, and small requests that wait together are run together.
"""

import asyncio
import heapq
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from serving.model_server import metrics
from serving.model_server.batches import plan_batches

Vectors = npt.NDArray[np.float32]
Tokens = Sequence[int]
"""A text as the model reads it, cut to what it reads."""

Read = Callable[[Sequence[str]], Sequence[Tokens]]
"""Texts to their tokens; may be called by any thread."""

Infer = Callable[[Sequence[Tokens]], Vectors]
"""Tokens of texts to L2-normalised vectors `(n_texts, dim)`."""

TEXTS_PER_SECOND = 100
"""Throughput assumed when telling an overloaded client how long to wait (256-token texts on 2 cores)."""

_SOON_READ: Final = 4_000
"""Characters that are read to tokens in some milliseconds."""


class Priority(IntEnum):
    """Order of service; the lower goes first."""

    QUERY = 0
    ANSWER = 1
    BULK = 2


class QueueFullError(RuntimeError):
    """More texts wait than the bound allows."""

    def __init__(self, priority: Priority, waiting: int, bound: int) -> None:
        """Say how many wait, and when to try again.

        Args:
            priority: Of the queue that is full.
            waiting: Texts in it.
            bound: Texts that may wait in it.
        """
        self.retry_after_seconds = max(1, waiting // TEXTS_PER_SECOND)
        super().__init__(
            f"{waiting} {priority.name.lower()} texts are waiting for the embedding model and at most "
            f"{bound} may; try again in {self.retry_after_seconds} s"
        )


@dataclass(frozen=True)
class Embeddings:
    """Vectors of a request, in the order of its texts, and the tokens read for them."""

    vectors: Vectors
    tokens: int


@dataclass
class _Request:
    size: int
    dimension: int
    future: "Future[Embeddings]" = field(default_factory=Future)
    tokens: int = 0

    def __post_init__(self) -> None:
        self.vectors: Vectors = np.empty((self.size, self.dimension), dtype=np.float32)
        self.missing = self.size

    def accept(self, positions: Sequence[int], vectors: Vectors, tokens: int) -> None:
        self.vectors[positions] = vectors
        self.tokens += tokens
        self.missing -= len(positions)
        if not self.missing and self.future.set_running_or_notify_cancel():
            self.future.set_result(Embeddings(self.vectors, self.tokens))

    def fail(self, error: Exception) -> None:
        if not self.future.done() and self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)


@dataclass(order=True)
class _Batch:
    priority: Priority
    sequence: int
    texts: list[Tokens] = field(compare=False)
    positions: list[int] = field(compare=False)
    request: _Request = field(compare=False)


class InferenceWorker:
    """A thread with a bounded priority queue in front of one model."""

    def __init__(
        self, read: Read, infer: Infer, dimension: int, batch_texts: int, bounds: Mapping[Priority, int]
    ) -> None:
        """Prepare the worker; `start` starts it.

        Args:
            read: The model's tokenizer.
            infer: The model; called by the worker's thread only.
            dimension: Length of a vector.
            batch_texts: Most texts in one inference.
            bounds: Most waiting texts of each priority.
        """
        self._read = read
        self._infer = infer
        self._dimension = dimension
        self._batch_texts = batch_texts
        self._bounds = bounds
        self._heap: list[_Batch] = []
        self._waiting: Counter[Priority] = Counter()
        self._sequence = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let the running batch end, then end the thread; what still waits fails."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        for batch in self._heap:
            batch.request.fail(RuntimeError("the model server is stopping"))

    def is_alive(self) -> bool:
        """Whether requests are being served."""
        return self._thread.is_alive() and not self._stopped

    async def embed(self, texts: Sequence[str], priority: Priority) -> Embeddings:
        """Return the vectors of texts, as soon as it is their turn.

        Args:
            texts: At least one text.
            priority: Which queue to wait in.

        Raises:
            QueueFullError: If the texts would exceed the bound of their priority.
        """
        if len(texts) <= self._batch_texts and sum(map(len, texts)) <= _SOON_READ:
            read = self._read(texts)
        else:
            # Much takes longer to read than others may wait for, and what is refused isn't read at all.
            with self._changed:
                self._require_room(len(texts), priority)
            read = await asyncio.to_thread(self._read, texts)
        return await asyncio.wrap_future(self.submit(read, priority))

    def submit(self, texts: Sequence[Tokens], priority: Priority) -> "Future[Embeddings]":
        """Queue texts that were read.

        Args:
            texts: The tokens of at least one text.
            priority: Which queue to wait in.

        Returns:
            A future of the vectors.

        Raises:
            QueueFullError: If the texts would exceed the bound of their priority.
        """
        request = _Request(len(texts), self._dimension)
        plans = plan_batches([len(text) for text in texts], self._batch_texts)
        with self._changed:
            self._require_room(len(texts), priority)
            for plan in plans:
                chosen = [texts[position] for position in plan]
                heapq.heappush(self._heap, _Batch(priority, next(self._sequence), chosen, plan, request))
            self._count(priority, len(texts))
            self._changed.notify()
        return request.future

    def _require_room(self, texts: int, priority: Priority) -> None:
        waiting, bound = self._waiting[priority], self._bounds[priority]
        if waiting + texts > bound:
            metrics.REJECTED_REQUESTS.labels(priority.name.lower()).inc()
            raise QueueFullError(priority, waiting, bound)

    def _count(self, priority: Priority, difference: int) -> None:
        self._waiting[priority] += difference
        metrics.QUEUED_TEXTS.labels(priority.name.lower()).set(self._waiting[priority])

    def _take(self) -> list[_Batch]:
        """Wait for work; give the first batch and what of its priority fits beside it; none when stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._heap or self._stopped)
            taken: list[_Batch] = []
            room = 0 if self._stopped else self._batch_texts
            while self._heap and len(self._heap[0].texts) <= room:
                if taken and self._heap[0].priority != taken[0].priority:
                    break
                batch = heapq.heappop(self._heap)
                self._count(batch.priority, -len(batch.texts))
                if not batch.request.future.done():
                    taken.append(batch)
                    room -= len(batch.texts)
            return taken

    def _run(self) -> None:
        while not self._stopped:
            batches = self._take()
            if batches:
                self._embed(batches)

    def _embed(self, batches: Sequence[_Batch]) -> None:
        started = time.perf_counter()
        try:
            vectors = self._infer([text for batch in batches for text in batch.texts])
        except Exception as error:  # the caller gets it: an error of one batch must not end the only worker
            for batch in batches:
                batch.request.fail(error)
            return
        metrics.BATCH_SECONDS.observe(time.perf_counter() - started)
        metrics.BATCH_TEXTS.observe(len(vectors))
        first = 0
        for batch in batches:
            last = first + len(batch.texts)
            metrics.EMBEDDED_TEXTS.labels(batch.priority.name.lower()).inc(len(batch.texts))
            batch.request.accept(batch.positions, vectors[first:last], sum(map(len, batch.texts)))
            first = last
