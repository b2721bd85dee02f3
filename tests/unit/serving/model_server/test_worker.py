import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from serving.model_server.worker import InferenceWorker, Priority, QueueFullError

BOUNDS = {Priority.QUERY: 4, Priority.ANSWER: 64, Priority.BULK: 64}


def read(texts: Sequence[str]) -> list[list[int]]:
    """Stands for the tokenizer: each character is a token."""
    return [[ord(character) for character in text] for text in texts]


class SlowModel:
    """Stands for the model: remembers its batches, and can be held."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.started = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def infer(self, tokens: Sequence[Sequence[int]]):
        texts = ["".join(map(chr, text)) for text in tokens]
        self.batches.append(texts)
        self.started.set()
        assert self.go_on.wait(5)
        if "broken" in texts:
            raise RuntimeError("the model failed")
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


@contextmanager
def running(model: SlowModel) -> Iterator[InferenceWorker]:
    worker = InferenceWorker(read, model.infer, dimension=2, batch_texts=4, bounds=BOUNDS)
    worker.start()
    try:
        yield worker
    finally:
        model.go_on.set()
        worker.stop()


def test_vectors_come_in_the_order_of_the_texts():
    with running(SlowModel()) as worker:
        made = worker.submit(read(["ccc", "a", "bb", "eeeee", "dddd"]), Priority.BULK).result(5)

    assert made.vectors[:, 0].tolist() == [3, 1, 2, 5, 4]
    assert made.tokens == 15


def test_a_query_overtakes_bulk_work_after_the_running_batch():
    model = SlowModel()
    model.go_on.clear()
    with running(model) as worker:
        bulk = worker.submit(read([f"bulk {n:02}" for n in range(12)]), Priority.BULK)
        assert model.started.wait(5)
        query = worker.submit(read(["query"]), Priority.QUERY)
        model.go_on.set()
        query.result(5)
        bulk.result(5)

    assert model.batches[1] == ["query"]
    assert len(model.batches) == 4


def test_small_requests_that_wait_together_share_a_batch():
    model = SlowModel()
    model.go_on.clear()
    with running(model) as worker:
        first = worker.submit(read(["first"]), Priority.QUERY)
        assert model.started.wait(5)
        others = [worker.submit(read([text]), Priority.QUERY) for text in ("a", "b", "c")]
        model.go_on.set()
        assert [other.result(5).vectors.shape for other in (first, *others)] == [(1, 2)] * 4

    assert model.batches == [["first"], ["a", "b", "c"]]


def test_a_full_queue_refuses_its_own_priority_only_and_says_when_to_come_back():
    model = SlowModel()
    model.go_on.clear()
    with running(model) as worker:
        worker.submit(read(["running"]), Priority.BULK)
        assert model.started.wait(5)
        worker.submit(read(["q"] * 4), Priority.QUERY)

        with pytest.raises(QueueFullError, match="4 query texts are waiting") as caught:
            worker.submit(read(["one more"]), Priority.QUERY)
        worker.submit(read(["an answer's unit"]), Priority.ANSWER)

    assert caught.value.retry_after_seconds == 1


def test_an_error_of_the_model_reaches_its_caller_and_the_worker_lives_on():
    with running(SlowModel()) as worker:
        with pytest.raises(RuntimeError, match="the model failed"):
            worker.submit(read(["broken"]), Priority.QUERY).result(5)

        assert worker.submit(read(["fine"]), Priority.QUERY).result(5).tokens == 4
        assert worker.is_alive()


def test_what_still_waits_fails_when_the_worker_stops():
    model = SlowModel()
    worker = InferenceWorker(read, model.infer, dimension=2, batch_texts=4, bounds=BOUNDS)
    waiting = worker.submit(read(["never"]), Priority.BULK)

    worker.stop()

    with pytest.raises(RuntimeError, match="stopping"):
        waiting.result(5)
    assert not worker.is_alive()


async def test_texts_are_read_and_come_back_in_their_order():
    with running(SlowModel()) as worker:
        few = await worker.embed(["bb", "a"], Priority.QUERY)
        many = await worker.embed(["ccc", "a", "bb", "eeeee", "dddd"], Priority.BULK)

    assert few.vectors[:, 0].tolist() == [2, 1]
    assert many.vectors[:, 0].tolist() == [3, 1, 2, 5, 4]
    assert (few.tokens, many.tokens) == (3, 15)


async def test_many_or_long_texts_are_read_beside_the_others_and_not_at_all_when_refused():
    readers: list[threading.Thread] = []

    def note(texts: Sequence[str]) -> list[list[int]]:
        readers.append(threading.current_thread())
        return read(texts)

    model = SlowModel()
    worker = InferenceWorker(note, model.infer, dimension=2, batch_texts=4, bounds=BOUNDS)
    worker.start()
    try:
        await worker.embed(["few"], Priority.QUERY)
        await worker.embed(["many"] * 5, Priority.BULK)
        await worker.embed(["long" * 2_000], Priority.QUERY)
        with pytest.raises(QueueFullError, match="0 bulk texts are waiting"):
            await worker.embed(["too many"] * 65, Priority.BULK)
    finally:
        worker.stop()

    assert [reader is threading.current_thread() for reader in readers] == [True, False, False]
