"""Whatever way a chain of exceptions is written, its root cause is found."""

from typing import Any

import pytest

from processors.knowledge.airflow.errors import find_error, shorten_text

PYTHON = """Traceback (most recent call last):
  File "/srv/a.py", line 3, in write
    raise OSError("disk full")
OSError: disk full

{marker}

Traceback (most recent call last):
  File "/srv/b.py", line 9, in index
    write()
    ~~~~~^^
shop.errors.NoIndex: can't write the index
"""
HANDLING = "During handling of the above exception, another exception occurred:"
CAUSE = "The above exception was the direct cause of the following exception:"
JAVA = [
    "java.lang.RuntimeException: no index",
    "\tat a.B.c(B.java:1)",
    "Caused by: java.io.IOException: full",
]


def make_group(*inner: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"exc_type": "ExceptionGroup", "exc_value": "two errors", "exceptions": [{"exceptions": list(inner)}]}
    ]


@pytest.mark.parametrize("marker", [HANDLING, CAUSE])
def test_a_traceback_in_text_is_told_with_its_root(marker: str) -> None:
    text = PYTHON.format(marker=marker)
    said = "shop.errors.NoIndex: can't write the index; root cause: OSError: disk full"
    assert find_error([{"event": text, "level": "error"}]) == said
    # Logged line by line, or as text alone.
    assert find_error([{"event": line} for line in text.splitlines()]) == said
    assert find_error(text.splitlines()) == said


def test_two_tracebacks_that_do_not_belong_together_are_not_one_chain() -> None:
    lines = PYTHON.format(marker="retrying").splitlines()
    assert find_error(lines) == "shop.errors.NoIndex: can't write the index"


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([{"event": "x", "error_detail": [{"exc_type": "A", "exc_value": "1"}]}], "A: 1"),
        ([{"event": "x", "error_detail": [{"exc_type": "A", "exc_value": "1"},
                                          {"exc_type": "B", "exc_value": "2"},
                                          {"exc_type": "OSError", "exc_value": "disk full"}]}],
         "A: 1; root cause: OSError: disk full"),
        ([{"event": "x", "error_detail": make_group({"exc_type": "OSError", "exc_value": "disk full"})}],
         "ExceptionGroup: two errors; root cause: OSError: disk full"),
        ([{"event": line} for line in ["Traceback (most recent call last):", "  File", *JAVA]],
         "java.lang.RuntimeException: no index; root cause: java.io.IOException: full"),
        ([{"event": "all well", "level": "info"}], ""),
        ([], ""),
        ([{"event": "disk full", "level": "ERROR"}, {"event": "bye", "level": "info"}], "disk full"),
        ([None, 3, {"event": 4, "level": 5, "error_detail": "x"}], ""),
    ],
)  # fmt: skip
def test_an_error_is_found_however_it_is_written(events: list[Any], said: str) -> None:
    assert find_error(events) == said


def test_of_a_long_traceback_the_errors_are_kept() -> None:
    frames = '  File "/srv/a.py", line 3, in write\n' * 200
    text = PYTHON.format(marker=CAUSE).replace("  File", frames + "  File", 1)
    assert find_error([{"event": shorten_text(text, 500)}]).endswith("root cause: OSError: disk full")
    assert len(shorten_text("x" * 9_000, 500)) == 500


def test_a_line_without_end_costs_nothing() -> None:
    assert (
        len(find_error(["Traceback (most recent call last):", "A" * 1_000_000 + ": " + "b" * 1_000_000]))
        < 999
    )
