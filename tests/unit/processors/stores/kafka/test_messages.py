"""A Kafka message becomes a record whatever its bytes are."""

import time
from typing import Any

import pytest

from processors.stores.kafka.consumer import _take

NOW_MS = int(time.time() * 1000)


class FakeMessage:
    """Stands for librdkafka's message, which only a broker can make."""

    def __init__(self, value: bytes | None, timestamp_ms: int = NOW_MS) -> None:
        self._value, self._timestamp_ms = value, timestamp_ms

    def __getattr__(self, name: str) -> Any:
        parts = {
            "topic": "t",
            "partition": 0,
            "offset": 7,
            "error": None,
            "key": b"k\xff",
            "value": self._value,
        }
        parts |= {"timestamp": (1, self._timestamp_ms), "headers": [("h", b"\xff"), ("n", None)]}
        return lambda: parts[name]


def take(value: bytes | None, timestamp_ms: int = NOW_MS) -> Any:
    records: list[Any] = []
    reached = {"t": {"0": 0}}
    message: Any = FakeMessage(value, timestamp_ms)
    _take(message, records, reached)
    assert reached == {"t": {"0": 8}}
    return records[0]


def test_odd_bytes_are_replaced_and_nothing_else_is() -> None:
    record = take(b'{"message": "caf\xe9 \x00"}')
    assert record["value"] == '{"message": "caf\ufffd \ufffd"}'
    assert (record["key"], record["headers"]) == ("k\ufffd", {"h": "\ufffd", "n": ""})
    assert take(None)["value"] is None


@pytest.mark.parametrize(
    "stated", [-1, 0, 10**18, NOW_MS + 3_600_000], ids=["negative", "zero", "far", "ahead"]
)
def test_a_time_that_can_t_be_the_broker_s_is_now(stated: int) -> None:
    assert abs(take(b"x", stated)["timestamp_ms"] - time.time() * 1000) < 60_000


def test_the_broker_s_time_stays() -> None:
    assert take(b"x", NOW_MS - 86_400_000)["timestamp_ms"] == NOW_MS - 86_400_000
