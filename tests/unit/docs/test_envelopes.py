"""The reference lists envelopes with examples; what it says of each is what comes out of the stages."""

import re
from pathlib import Path

import pytest

from processors.knowledge.logs.parsing import parse_logs
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "kafka.md"
ROW = re.compile(r"\| (?P<name>[^|]+) \| `(?P<value>[^|]+)` \| (?P<told>\w+ of [^|]+) \|")
TOLD = re.compile(r"(?P<severity>\w+) of (?P<service>\w+): `(?P<message>[^`]*)`")
EXAMPLES = [match for row in PAGE.read_text(encoding="utf-8").splitlines() if (match := ROW.fullmatch(row))]
CLOCK_MS = 1_795_244_400_000  # 2026-11-21T07:00:00Z


def make_record(value: str) -> Record:
    return Record(
        topic="runlore.logs",
        partition=0,
        offset=7,
        timestamp_ms=CLOCK_MS,
        key="orders",
        headers={},
        value=value,
    )


def test_the_page_has_an_example_of_each_envelope() -> None:
    assert len(EXAMPLES) >= 30


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_an_example_is_read_as_the_page_says(example: re.Match[str]) -> None:
    lines = parse_logs(make_record(example["value"])).lines
    told = [match.groupdict() for match in TOLD.finditer(example["told"])]
    assert [
        {
            "severity": line["severity"],
            "service": line["service"],
            "message": line["message"].replace("\n", "⏎").replace("\t", "⇥"),
        }
        for line in lines
    ] == told
    assert {line["observed_at"][:19] for line in lines} == {"2026-11-21T06:59:00"}
    assert {line["offset"] for line in lines} == {7}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_an_example_becomes_chunks_and_no_dead_letter(example: re.Match[str]) -> None:
    built = build_chunks([make_record(example["value"])], None, (), "b", "2026-11-21T07:00:01+00:00")
    assert not built["letters"]
    assert {chunk["service"] for chunk in built["chunks"]} <= {"shop", "orders"}
    assert built["chunks"]
