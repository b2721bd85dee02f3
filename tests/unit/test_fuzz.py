"""Nothing that arrives stops the pipeline: odd records of every topic; `make fuzz` goes on for an hour."""

import os
import sys
import time
from collections import Counter

import pytest

from tests.support.fuzzing import fuzz, read_memory_mib

SECONDS = float(os.environ.get("FUZZ_SECONDS", "5"))
IS_SHORT = SECONDS < 600
EXAMPLES = 25 if IS_SHORT else 300
GROWTH_MIB = 100


def test_whatever_stands_in_a_record_it_is_told_or_one_letter(capsys: pytest.CaptureFixture[str]) -> None:
    begun, became = time.monotonic(), Counter[str]()
    # First what every run tries; a long one goes on with what none has. The time says how far it comes.
    fuzz(0, EXAMPLES)
    number, memory = 0 if IS_SHORT else time.time_ns() % 1_000_000, [read_memory_mib()]
    while not became or time.monotonic() - begun < SECONDS:
        number += 1
        became += fuzz(number, EXAMPLES)
        memory.append(read_memory_mib())
        with capsys.disabled():
            spent = time.monotonic() - begun
            sys.stdout.write(f"  {spent:4.0f} s: {became.total()} records, seed {number}, {memory[-1]} MiB\n")
    with capsys.disabled():
        sys.stdout.write(f"  {dict(sorted(became.items()))}\n")
    # Peaks come with the largest records; what matters is that the second half needs no more than the first.
    growth = memory[-1] - memory[len(memory) // 2]
    assert IS_SHORT or growth < GROWTH_MIB, f"memory grew by {growth} MiB in the second half"
