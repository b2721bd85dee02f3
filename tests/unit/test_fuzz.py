"""Nothing that arrives stops the pipeline: odd records of every topic; `make fuzz` goes on for an hour."""

import os
import sys
import time
from collections import Counter

import pytest

from tests.support.fuzzing import fuzz, read_memory_mib

SECONDS = float(os.environ.get("FUZZ_SECONDS", "5"))
EXAMPLES = 25 if SECONDS < 60 else 300
GROWTH_MIB = 200


def test_whatever_stands_in_a_record_it_is_told_or_one_letter(capsys: pytest.CaptureFixture[str]) -> None:
    begun, became = time.monotonic(), Counter[str]()
    # First what every run tries, then what none has; the time says how far it comes.
    fuzz(0, EXAMPLES)
    warm, number = read_memory_mib(), time.time_ns() % 1_000_000
    while not became or time.monotonic() - begun < SECONDS:
        number += 1
        became += fuzz(number, EXAMPLES)
        with capsys.disabled():
            spent, memory = time.monotonic() - begun, read_memory_mib()
            sys.stdout.write(f"  {spent:4.0f} s: {became.total()} records, seed {number}, {memory} MiB\n")
    assert read_memory_mib() - warm < GROWTH_MIB, f"memory grew from {warm} to {read_memory_mib()} MiB"
    with capsys.disabled():
        sys.stdout.write(f"  {dict(sorted(became.items()))}\n")
