"""The trigger fires for events, and a stack that watches itself makes no feedback loop."""

import asyncio
import contextlib
import json
import time
from collections import OrderedDict
from types import SimpleNamespace

import pytest

from processors.stores.kafka_trigger import OWN_DATASET, SILENCE_S, KafkaTrigger, should_wake


def make_line(message: str, dataset: str | None) -> bytes:
    return json.dumps({"message": message, "event": {"dataset": dataset}}).encode()


def test_other_peoples_lines_always_wake() -> None:
    woken: OrderedDict[str, float] = OrderedDict()
    assert all(should_wake(make_line("error 1", "shop"), float(n), woken) for n in range(10))
    assert should_wake(b"no json", 0.0, woken)
    assert should_wake(b"[]", 0.0, woken)
    assert not woken


def test_a_loop_of_own_lines_falls_silent() -> None:
    """Every run writes a warning, which is shipped: without the silence, each would wake the next."""
    woken: OrderedDict[str, float] = OrderedDict()
    events = [should_wake(make_line(f"run {n} took {n} ms", OWN_DATASET), 2.0 * n, woken) for n in range(60)]
    assert events == [True, *[False] * 59]
    assert should_wake(make_line("run 61 took 3 ms", OWN_DATASET), SILENCE_S, woken)


def test_a_new_pattern_of_the_stack_itself_wakes() -> None:
    woken: OrderedDict[str, float] = OrderedDict()
    assert should_wake(make_line("redis stopped", OWN_DATASET), 0.0, woken)
    assert should_wake(make_line("kafka stopped", OWN_DATASET), 0.0, woken)


def test_what_is_remembered_is_bounded() -> None:
    woken: OrderedDict[str, float] = OrderedDict()
    for n in range(3000):
        should_wake(make_line("x" * n, OWN_DATASET), 0.0, woken)
    assert len(woken) <= 1000


def test_the_triggerer_can_make_the_trigger_again() -> None:
    path, arguments = KafkaTrigger(topics=["t"], kafka_config_id="k").serialize()
    assert path == "processors.stores.kafka_trigger.KafkaTrigger"
    assert KafkaTrigger(**arguments).topics == ["t"]


class FakeConsumer:
    """Hands out what was put into it, as a consumer of a broker would; the real one is in the DAGs' tests."""

    def __init__(self) -> None:
        self.waiting: list[SimpleNamespace] = []
        self.commits = 0

    def put(self, value: bytes) -> None:
        self.waiting.append(SimpleNamespace(value=lambda: value, error=lambda: None))

    def poll(self, timeout: float) -> SimpleNamespace | None:
        if not self.waiting:
            time.sleep(min(timeout, 0.02))
        return self.waiting.pop(0) if self.waiting else None

    def consume(self, limit: int, timeout: float) -> list[SimpleNamespace]:  # noqa: ARG002
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return taken

    def commit(self, asynchronous: bool) -> None:  # noqa: ARG002
        self.commits += 1


async def count_events(consumer: FakeConsumer, monkeypatch: pytest.MonkeyPatch, seconds: float) -> int:
    monkeypatch.setattr("processors.stores.kafka_trigger._EVENT_INTERVAL_S", 0.2)
    monkeypatch.setattr("processors.stores.kafka_trigger._open_consumer", lambda *_: consumer)
    events = KafkaTrigger(topics=["t"], kafka_config_id="k").run()
    begin, fired = time.monotonic(), 0
    with contextlib.suppress(TimeoutError):
        while True:
            await asyncio.wait_for(anext(events), timeout=begin + seconds - time.monotonic())
            fired += 1
    return fired


async def test_a_burst_fires_once_however_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = FakeConsumer()
    for _ in range(5000):
        consumer.put(make_line("an order", "shop"))
    assert await count_events(consumer, monkeypatch, 0.7) == 1
    assert consumer.commits == 1


async def test_what_comes_after_an_event_fires_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that the first event started may have read before the last event came."""
    consumer = FakeConsumer()
    consumer.put(make_line("an order", "shop"))
    asyncio.get_running_loop().call_later(0.05, consumer.put, make_line("another", "shop"))
    assert await count_events(consumer, monkeypatch, 0.7) == 2


async def test_the_stack_itself_does_not_fire_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = FakeConsumer()
    for number in range(5):
        asyncio.get_running_loop().call_later(
            0.1 * number, consumer.put, make_line(f"run {number}", OWN_DATASET)
        )
    assert await count_events(consumer, monkeypatch, 0.8) == 1
