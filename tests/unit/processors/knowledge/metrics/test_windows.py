"""Prometheus answers become windows in words."""

import json
from typing import Any

import numpy as np
import pytest

from processors.knowledge.chunk import Chunk
from processors.knowledge.record import Record
from tests.support.chunks import make_chunks

HOUR = 1_795_255_200  # 2026-11-21 10:00 UTC
GPU = {"__name__": "DCGM_FI_DEV_FB_USED", "Hostname": "trainer-0", "gpu": "0", "job": "dcgm"}


def make_record(values: list[Any], labels: dict[str, str] | None = None, **headers: str) -> Record:
    series = {"metric": labels or {"__name__": "up", "job": "redis"}, "values": values}
    body = {"status": "success", "data": {"resultType": "matrix", "result": [series]}}
    return Record(
        topic="runlore.metrics",
        partition=0,
        offset=41,
        timestamp_ms=1000 * max([HOUR, *(time for time, _ in values)]),
        key="up",
        headers={"query": "up", **headers},
        value=json.dumps(body),
    )


def make_points(values: Any, end: int = HOUR + 42 * 60, step: int = 60) -> list[list[Any]]:
    return [[end - step * (len(values) - 1 - place), str(float(value))] for place, value in enumerate(values)]


def make_gpu_memory() -> Any:
    """Twelve hours in MiB, going up and down between 20 and 31 GiB."""
    wave = 26_000 + 5_000 * np.sin(np.arange(720) / 40)
    return wave + np.random.default_rng(0).normal(0, 200, 720)


def build(
    values: Any, labels: dict[str, str] | None = None, end: int = HOUR + 42 * 60, **headers: str
) -> Chunk:
    (chunk,) = make_chunks(make_record(make_points(values, end), labels, **headers))
    return chunk


def build_gpu(values: Any) -> Chunk:
    return build(values, GPU, query="DCGM_FI_DEV_FB_USED", title="GPU memory used", unit="mebibytes")


def test_an_anomaly_is_the_first_sentence_with_level_range_and_since_when() -> None:
    values = make_gpu_memory()
    values[690:] = 79_800
    chunk = build_gpu(values)
    first = chunk["text"].splitlines()[0]
    assert first.startswith(
        "GPU memory used on trainer-0 (gpu 0) is unusual since 10:13 UTC: 77.9 GiB at 2026-11-21 10:42 UTC, "
        "usually between 20."
    )
    assert "(anomaly score 0.9" in first
    assert "changed at 10:13 UTC from" in chunk["text"]
    assert chunk["severity"] == "warning"
    assert chunk["title"] == "GPU memory used on trainer-0 (gpu 0) [DCGM_FI_DEV_FB_USED]"


def test_an_anomaly_that_is_over_is_told_with_its_span() -> None:
    values = make_gpu_memory()
    values[690:695] = 79_800
    chunk = build_gpu(values)
    assert "was unusual from 10:13 to 10:18 UTC: 77.9 GiB, usually between" in chunk["text"]
    assert chunk["severity"] == "warning"


def test_an_anomaly_of_hours_ago_is_no_news_of_this_hour() -> None:
    values = make_gpu_memory()
    values[400:405] = 79_800
    chunk = build_gpu(values)
    assert "is as usual" in chunk["text"]
    assert chunk["severity"] == "info"


def test_what_is_as_usual_says_so_with_its_range() -> None:
    chunk = build_gpu(make_gpu_memory())
    assert chunk["text"].startswith("GPU memory used on trainer-0 (gpu 0) is as usual: ")
    assert "usually between 20." in chunk["text"]


def test_a_leak_is_told_by_its_rate() -> None:
    values = 1e9 + np.arange(720) * 2**20 + np.random.default_rng(0).normal(0, 1e6, 720)
    text = build(values, {"__name__": "redis_memory_used_bytes", "job": "redis"}, query="q")["text"]
    assert text.startswith("redis_memory_used_bytes of redis moves as usual: 1.63 GiB")
    assert "Since 2026-11-20 22:43 UTC: rising by 60" in text
    assert "MiB an hour" in text


def test_a_short_history_is_said_to_be_one() -> None:
    chunk = build(np.random.default_rng(0).normal(100, 1, 20))
    assert "what is usual isn't known yet: only 20 points are there" in chunk["text"]
    assert "as usual" not in chunk["gist"]
    assert chunk["severity"] == "info"


def test_a_bare_counter_is_called_one() -> None:
    counter = {"__name__": "http_requests_total"}
    assert "It is a counter" in build(np.arange(200), counter, query="http_requests_total")["text"]
    assert "It is a counter" not in build(np.arange(200), counter, query="rate(x_total[5m])")["text"]


def test_what_is_embedded_changes_with_the_state_and_not_with_the_figures() -> None:
    calm = make_gpu_memory()
    moved = make_gpu_memory() * 1.001
    jumped = make_gpu_memory()
    jumped[690:] = 79_800
    gists = [build_gpu(values) for values in (calm, moved, jumped)]
    assert gists[0]["content_hash"] == gists[1]["content_hash"] != gists[2]["content_hash"]
    assert gists[0]["text"] != gists[1]["text"]
    assert not any(char.isdigit() for char in gists[2]["gist"].replace("trainer-0 (gpu 0)", ""))


def test_each_hour_keeps_one_window_named_after_its_end() -> None:
    values = np.ones(300)
    early, late = build(values, end=HOUR + 60), build(values, end=HOUR + 59 * 60)
    following = build(values, end=HOUR + 3600)
    assert early["chunk_id"] == late["chunk_id"] != following["chunk_id"]
    assert early["doc_id"] == following["doc_id"]


def test_a_series_that_began_in_this_hour_has_another_window_in_the_next() -> None:
    begun, gone_on = build(np.ones(9), end=HOUR + 59 * 60), build(np.ones(15), end=HOUR + 65 * 60)
    assert begun["began_at"] == gone_on["began_at"]
    assert begun["chunk_id"] != gone_on["chunk_id"]


def test_the_cite_is_the_query_with_the_hour_that_is_told_of() -> None:
    chunk = build(np.ones(300), labels={"job": "redis"}, query="sum(up)")
    assert chunk["cite"] == {
        "type": "promql",
        "query": "sum(up)",
        "start": "2026-11-21T09:42:00+00:00",
        "end": "2026-11-21T10:42:00+00:00",
    }
    assert (chunk["began_at"], chunk["observed_at"]) == (chunk["cite"]["start"], chunk["cite"]["end"])
    assert chunk["service"] == "redis"
    assert chunk["source_offset"] == 42


def test_a_pod_is_named_instead_of_who_measured_it() -> None:
    labels = {"namespace": "ml", "pod": "trainer-0", "job": "cadvisor", "instance": "10.0.0.1:10250"}
    title = build(np.ones(3), labels, query="q", title="Memory used")["title"]
    assert title == "Memory used of trainer-0 on 10.0.0.1:10250 (namespace ml)"


@pytest.mark.parametrize(
    "value",
    [
        "null",
        '{"status": "success"}',
        '{"status": "success", "data": {"resultType": "vector"}}',
    ],
)
def test_anything_but_series_or_alerts_is_an_error(value: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        make_chunks({**make_record([]), "value": value})
