"""The doorbell rings for events, and a stack that watches itself comes to rest."""

import json
from collections import OrderedDict

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
