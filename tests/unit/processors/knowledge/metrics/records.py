"""What several tests of metrics need: a record of a body, and what is built of it."""

import json
from typing import Any

from processors.knowledge.chunk import Chunk
from processors.knowledge.record import Record
from tests.support.chunks import make_chunks

READ_AT = 1_795_258_800  # 2026-11-21 11:00 UTC


def build_all(body: Any, **headers: str) -> list[Chunk]:
    """Return the chunks of a body, or of a text as it is, that the broker got at 11:00."""
    record = Record(
        topic="runlore.metrics",
        partition=0,
        offset=3,
        timestamp_ms=READ_AT * 1000,
        key="key",
        headers=headers,
        value=body if isinstance(body, str) else json.dumps(body),
    )
    return make_chunks(record)


def build_series(
    values: list[Any], name: str = "queue_length", ago_s: int = 0, step: int = 60, **headers: str
) -> Chunk:
    """Return the chunk of a series whose last value, None for none, is so many seconds before 11:00."""
    end = READ_AT - ago_s
    points = [[end - step * (len(values) - 1 - place), value] for place, value in enumerate(values)]
    present = [point for point in points if point[1] is not None]
    series = {"metric": {"__name__": name, "service": "till"}, "values": present}
    body = {"status": "success", "data": {"resultType": "matrix", "result": [series]}}
    (chunk,) = build_all(body, query=name, **headers)
    return chunk
