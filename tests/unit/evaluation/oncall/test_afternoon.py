"""The scripted afternoon is read without a dead letter, and what is wrong in it is found."""

from datetime import UTC, datetime

import pytest

from evaluation.benchmarks.oncall_in_process import build_observations
from evaluation.oncall.afternoon import FAULTS, list_messages, list_records
from processors.knowledge.partitions import build_chunks

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_every_record_is_read() -> None:
    for records in list_records(list_messages(NOON), NOON).values():
        built = build_chunks(records, None, (), "b", NOON.isoformat())
        assert built["chunks"]
        assert not built["letters"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_wrong_is_found_and_nothing_else_is_called_an_error(seed: int) -> None:
    chunks = [chunk for chunk in build_observations(NOON, seed) if chunk["kind"] == "incident"]
    errors = [chunk["title"] for chunk in chunks if chunk["severity"] == "error"]
    assert len(errors) == len(FAULTS)
    assert all(any(name in title for title in errors) for name in FAULTS)
    # Three metrics are unusual.
    assert len(chunks) == len(FAULTS) + 3
