"""Odd records through every topic's stage and the masker.

Each record goes through beside a good one. Whatever stands in it: nothing is raised, the good one is told, it
takes less than a second of the processor, a megabyte a few, and memory stays flat.
"""

import resource
import time
from collections import Counter
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from processors.knowledge import topics
from processors.knowledge.redaction.masking import mask_secrets
from tests.support.grammar import SEEDS, make_records, make_texts
from tests.support.stages import make_record, run_stages

LIMIT_S: Final = 1.0
"""Processor time that a record may take, if it has no more than `USUAL` characters."""

USUAL: Final = 100_000
"""A megabyte, Kafka's largest, may take ten times as long: still linear."""

_GOOD: Final[dict[str, Any]] = {topics.LOGS: '{"message": "a good line", "service": {"name": "good"}}'}


def check_record(topic: str, value: str | bytes) -> str:
    """Send a value through a topic's stage and return what became of it: told, letter, or noise.

    Raises:
        AssertionError: It took too long, or its neighbour was lost.
    """
    records = [make_record(topic, value)]
    if topic in _GOOD:
        records.append(make_record(topic, _GOOD[topic], 1, key="good"))
    begun = time.process_time()
    told = run_stages(records)
    spent = time.process_time() - begun
    assert spent < find_limit(value), f"took {spent:.2f} s of the processor"
    own = [chunk for chunk in told.chunks if chunk["service"] != "good"]
    assert len(told.letters) <= 1, f"{len(told.letters)} dead letters of one record"
    assert topic not in _GOOD or len(own) < len(told.chunks), "the good line beside it is lost"
    return "letter" if told.letters else "told" if own else "noise"


def find_limit(value: str | bytes) -> float:
    """Return how many seconds of the processor a record may take.

    Example:
        >>> find_limit("x"), find_limit("x" * 1_000_000)
        (1.0, 10.0)
    """
    return LIMIT_S * max(1.0, len(value) / USUAL)


def fuzz(number: int, examples: int) -> Counter[str]:
    """Try so many records and texts; a failure is shown as it came, for to shrink a megabyte takes long.

    Args:
        number: The same one gives the same records.
        examples: How many records and, apart from them, texts for the masker.
    """
    became: Counter[str] = Counter()
    options: Any = {
        "max_examples": examples, "database": None, "deadline": None,
        "suppress_health_check": list(HealthCheck), "print_blob": False, "phases": [Phase.generate],
    }  # fmt: skip

    @seed(number)
    @settings(**options)
    @given(st.sampled_from(sorted(SEEDS)).flatmap(lambda t: st.tuples(st.just(t), make_records(t))))
    def records(case: tuple[str, str | bytes]) -> None:
        note(f"{len(case[1])} long, begins with {case[1][:200]!r}")
        became[f"{case[0]} {check_record(*case)}"] += 1

    @seed(number)
    @settings(**options)
    @given(make_texts())
    def texts(text: str) -> None:
        note(f"{len(text)} long, begins with {text[:200]!r}")
        begun = time.process_time()
        mask_secrets(text)
        assert time.process_time() - begun < find_limit(text), (
            f"masking {len(text)} characters of {text[:60]!r}"
        )
        became["masked"] += 1

    records()
    texts()
    return became


def read_memory_mib() -> int:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
