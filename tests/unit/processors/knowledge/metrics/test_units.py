"""Figures as people write them."""

import pytest

from processors.knowledge.metrics.units import find_unit, format_value


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "bytes", "0 B"),
        (1024.0, "bytes", "1 KiB"),
        (1.5 * 2**30, "bytes", "1.5 GiB"),
        (-2048.0, "bytes", "-2 KiB"),
        (81_920.0, "mebibytes", "80 GiB"),
        (0.0000042, "seconds", "4.2 µs"),
        (90.0, "seconds", "1.5 min"),
        (172_800.0, "seconds", "2 d"),
        (0.5, "ratio", "50 %"),
        (99.0, "percent", "99 %"),
        (71.0, "celsius", "71 °C"),
        (123_456.0, "", "123456"),
        (1234.5, "keys/s", "1234 keys/s"),
        (12.0, "connections", "12 connections"),
    ],
)
def test_a_value_is_written_in_its_unit(value: float, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("node_memory_MemAvailable_bytes", "bytes"),
        ("node_cpu_seconds_total", "seconds"),
        ("node_hwmon_temp_celsius", "celsius"),
        ("kafka_log_size", ""),
        ("", ""),
    ],
)
def test_the_name_of_a_metric_tells_its_unit(metric: str, unit: str) -> None:
    assert find_unit(metric) == unit
