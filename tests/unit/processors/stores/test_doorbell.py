"""The doorbell rings for events, and a stack that watches itself comes to rest."""

import asyncio
import contextlib
import json
import time
from collections import OrderedDict
from collections.abc import AsyncIterator

import pytest

from processors.stores.doorbell import OWN_DATASET, SILENCE_S, DoorbellTrigger, deserves_ring


def make_line(message: str, dataset: str | None) -> bytes:
    return json.dumps({"message": message, "event": {"dataset": dataset}}).encode()


def test_other_peoples_lines_always_ring() -> None:
    rung: OrderedDict[str, float] = OrderedDict()
    assert all(deserves_ring(make_line("error 1", "shop"), float(n), rung) for n in range(10))
    assert deserves_ring(b"no json", 0.0, rung)
    assert deserves_ring(b"[]", 0.0, rung)
    assert not rung


def test_a_loop_of_own_lines_falls_silent() -> None:
    """Every run writes a warning, which is shipped: without the silence, each would ring for the next."""
    rung: OrderedDict[str, float] = OrderedDict()
    rings = [deserves_ring(make_line(f"run {n} took {n} ms", OWN_DATASET), 2.0 * n, rung) for n in range(60)]
    assert rings == [True, *[False] * 59]
    assert deserves_ring(make_line("run 61 took 3 ms", OWN_DATASET), SILENCE_S, rung)


def test_a_new_pattern_of_the_stack_itself_rings() -> None:
    rung: OrderedDict[str, float] = OrderedDict()
    assert deserves_ring(make_line("redis stopped", OWN_DATASET), 0.0, rung)
    assert deserves_ring(make_line("kafka stopped", OWN_DATASET), 0.0, rung)


def test_what_is_remembered_is_bounded() -> None:
    rung: OrderedDict[str, float] = OrderedDict()
    for n in range(3000):
        deserves_ring(make_line("x" * n, OWN_DATASET), 0.0, rung)
    assert len(rung) <= 1000


def test_the_triggerer_can_make_the_trigger_again() -> None:
    path, arguments = DoorbellTrigger(topics=["t"], kafka_config_id="k").serialize()
    assert path == "processors.stores.doorbell.DoorbellTrigger"
    assert DoorbellTrigger(**arguments).topics == ["t"]


async def stream_lines(pauses: list[float]) -> AsyncIterator[bytes]:
    for pause in pauses:
        await asyncio.sleep(pause)
        yield make_line("an order", "shop")
    await asyncio.sleep(3600)


@pytest.mark.asyncio
async def test_a_burst_rings_at_its_start_and_once_more_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that the first ring started may have read before the last event came."""
    monkeypatch.setattr("processors.stores.doorbell._RING_INTERVAL_S", 0.2)
    trigger = DoorbellTrigger(topics=["t"], kafka_config_id="k")
    rings = trigger.filter_shared_stream(stream_lines([0.0, *[0.01] * 9]))
    begin, heard = time.monotonic(), []
    with contextlib.suppress(TimeoutError):
        while True:
            await asyncio.wait_for(anext(rings), timeout=0.6)
            heard.append(time.monotonic() - begin)
    assert len(heard) == 2
    assert heard[0] < 0.1
    assert 0.15 < heard[1] < 0.4
