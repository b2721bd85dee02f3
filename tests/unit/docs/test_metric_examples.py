"""The reference shows metrics and alerts in each form; what it says of each is what is told."""

import re
from pathlib import Path

import pytest

from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "kafka.md"
ROW = re.compile(r"\| (?P<name>[^|]+) \| `(?P<value>[^|]+)` \| `(?P<told>[^|`]+)` \|")
SECTION = PAGE.read_text(encoding="utf-8").partition("\n## Metrics\n")[2].partition("\n## ")[0]
EXAMPLES = [match for row in SECTION.splitlines() if (match := ROW.fullmatch(row))]


def test_the_page_has_an_example_of_each_form() -> None:
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_an_example_is_told_as_the_page_says(example: re.Match[str]) -> None:
    record = Record(
        topic="runlore.metrics",
        partition=0,
        offset=7,
        timestamp_ms=1_795_244_400_000,
        key="up",
        headers={},
        value=example["value"],
    )
    built = build_chunks([record], None, (), "b", "2026-11-21T07:00:01+00:00")
    assert not built["letters"]
    (chunk,) = built["chunks"]
    assert chunk["text"].startswith(example["told"])
