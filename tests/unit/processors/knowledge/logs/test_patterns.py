"""Windows are a function of the lines: however batches are cut or repeated, nothing counts twice."""

import json
import random
import time
from collections.abc import Iterable
from typing import Any

import pytest

from processors.knowledge.logs import partition_state
from processors.knowledge.logs.access import read_request
from processors.knowledge.logs.offsets import read_offsets, write_offsets
from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.partition_state import PartitionState, start_state
from processors.knowledge.logs.pattern_chunks import describe_pattern
from processors.knowledge.logs.patterns import fold_lines
from processors.knowledge.logs.severity import find_severity
from processors.knowledge.logs.windows import Window

SECOND = 1_000


def make_line(offset: int, message: str, **fields: Any) -> LogLine:
    seconds = fields.pop("seconds", offset)
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    service = fields.pop("service", "shop")
    line = LogLine(
        topic="runlore.logs",
        partition=0,
        offset=offset,
        clock_ms=seconds * SECOND,
        observed_at=f"2026-11-21T{hour:02}:{minute:02}:{second:02}+00:00",
        service=service,
        cluster="",
        namespace="",
        severity=find_severity(message),
        message=message,
        stream=f"{service}|host",
        file="",
        identifiers=[],
        http=read_request([], message),
        is_part=False,
    )
    return {**line, **fields}  # type: ignore[typeddict-item]


def make_mixed_lines(count: int, seed: int = 7) -> list[LogLine]:
    """Lines of several services, patterns and places with stack traces among them, over four hours.

    Some have the offset of the line before, for a message may hold several.
    """
    chance = random.Random(seed)  # noqa: S311
    makers = (
        lambda n: f"user u{n % 90} logged in from 10.0.{n % 7}.{n % 250}",
        lambda n: f"order {n * 13} paid in {n % 400} ms",
        lambda _: "ERROR payment failed",
        lambda _: "java.lang.IllegalStateException: no route",
        lambda _: "\tat com.shop.Pay.run(Pay.java:17)",
        lambda n: f"cache {'hit' if n % 2 else 'miss'} for item-{n % 300}",
        lambda n: f'"GET /items/{n} HTTP/1.1" {(200, 404, 502)[n % 3]} 88',
        lambda _: "panic: nil map",
        lambda _: "main.main()",
        lambda _: "Traceback (most recent call last):",
        lambda _: '  File "pay.py", line 3, in pay',
        lambda _: "KeyError: 'a'",
    )
    return [
        make_line(
            n - n % 5 % 2,
            chance.choice(makers)(n),
            service=chance.choice(["shop", "store", "mail"]),
            namespace=chance.choice(["stage", "prod"]),
            severity=chance.choice(["info", "warning", "error"]),
            is_part=chance.random() < 0.05,
            seconds=n * 14_400 // count,
        )
        for n in range(count)
    ]


def fold_in_batches(
    lines: list[LogLine], sizes: Iterable[int]
) -> tuple[dict[tuple[int, ...], Window], PartitionState]:
    state, found, begin = start_state(), {}, 0
    for size in sizes:
        # As between two runs, the state goes through JSON.
        state = json.loads(json.dumps(state))
        for window in fold_lines(state, lines[begin : begin + size]):
            found[tuple(window["start"])] = json.loads(json.dumps(window))
        begin += size
    return found, json.loads(json.dumps(state))


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a short test reaches."""
    monkeypatch.setattr(partition_state, "MAX_LINES", 60)
    monkeypatch.setattr(partition_state, "MAX_VALUES", 40)
    monkeypatch.setattr(partition_state, "_MAX_WINDOWS", 20)
    monkeypatch.setattr(partition_state, "_MAX_STREAMS", 2)


@pytest.mark.parametrize("seed", range(5))
def test_however_a_stream_is_cut_the_windows_are_the_same(seed: int) -> None:
    lines = make_mixed_lines(3000)
    whole = fold_in_batches(lines, [len(lines)])
    chance = random.Random(seed)  # noqa: S311
    sizes = [chance.randrange(0, 400) for _ in range(60)]
    assert fold_in_batches(lines, [*sizes, len(lines)]) == whole


def test_every_offset_is_in_exactly_one_window() -> None:
    lines = make_mixed_lines(3000)
    for offset, line in enumerate(lines):
        line["offset"] = offset
    windows, _ = fold_in_batches(lines, [700] * 5)
    told = [offset for w in windows.values() for offset in read_offsets(write_offsets(w["offsets"]))]
    assert sorted(told) == [line["offset"] for line in lines]


def test_windows_of_one_message_have_names_of_their_own() -> None:
    lines = [
        make_line(7, message, seconds=n) for n, message in enumerate(("ready", "stopped now", "disk is full"))
    ]
    windows = fold_lines(start_state(), lines)
    assert [window["start"] for window in windows] == [[7, 0], [7, 1], [7, 2]]
    assert len({describe_pattern(window).identity for window in windows}) == 3
    assert [write_offsets(window["offsets"]) for window in windows] == ["7", "7", "7"]


def test_the_worst_entries_are_shown_and_of_those_the_newest() -> None:
    lines = [make_line(n, f"request u-{n} done", seconds=n) for n in range(40)]
    lines[7]["stream"] = "other"
    trace = make_line(41, "\tat a.B.c(B.java:1)", seconds=8, stream="other")
    (window,) = fold_lines(start_state(), [*lines[:8], trace, *lines[8:]])
    assert [shown.splitlines()[0] for shown in window["samples"]] == [
        f"request u-{n} done" for n in (7, 37, 38, 39)
    ]
    assert window["severities"] == {"info": 39, "error": 1}


@pytest.mark.parametrize(
    "odd",
    [
        {"message": ""},
        {"message": " \n \x1c\n"},
        {"message": "\ud800 \x00"},
        {"message": "x" * 16_000},
        {"message": "( " * 8_000},
        {"message": "\n".join(["\tat a.b(c.java:1)"] * 900)},
        {"severity": "odd" * 9_000, "service": "s" * 40_000, "stream": "t" * 40_000},
        {"observed_at": "", "cluster": "c" * 40_000, "namespace": "\n", "file": "/" * 40_000},
        {"identifiers": ["i" * 40_000]},
        {"is_part": True, "message": " "},
    ],
)
def test_no_line_is_too_odd(odd: dict[str, Any]) -> None:
    state = start_state()
    lines = [{**make_line(n, "ready", seconds=0), **odd} for n in range(3)]
    windows = fold_lines(state, lines)  # type: ignore[arg-type]
    assert sum(window["count"] for window in windows) >= 1
    assert len(json.dumps(state)) < 150_000


def test_a_batch_that_is_read_again_and_longer_leads_to_the_same_windows() -> None:
    lines = make_mixed_lines(1000)
    state = start_state()
    fold_lines(state, lines[:500])
    kept = json.dumps(state)
    fold_lines(json.loads(kept), lines[500:700])
    retried = json.loads(kept)
    fold_lines(retried, lines[500:])
    whole = start_state()
    fold_lines(whole, lines)
    assert retried == json.loads(json.dumps(whole))


def test_a_thousand_equal_lines_are_one_window_with_its_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    lines = [make_line(n, f"took {n * 3} ms", seconds=n) for n in range(1000)]
    (window,) = fold_lines(start_state(), lines)
    assert (window["count"], window["offsets"]) == (1000, [[0, 999]])
    assert window["template"] == "took <NUM> ms"
    assert list(window["samples"])[-1] == "took 2997 ms"


def test_what_varies_can_be_found() -> None:
    lines = [make_line(n, f"order o-{n} of alice{n} failed", identifiers=[f"pod-{n}"]) for n in range(9)]
    (window,) = fold_lines(start_state(), lines)
    assert {"o-3", "alice3", "pod-3", "pod-8"} <= window["values"].keys()
    assert {"o-3", "pod-3"} <= set(describe_pattern(window).values or [])


def test_a_pattern_is_new_once() -> None:
    state = start_state()
    (first,) = fold_lines(state, [make_line(0, "disk is full")])
    (later,) = fold_lines(state, [make_line(1, "disk is full", seconds=7200)])
    assert (first["is_new"], later["is_new"]) == (True, False)
    assert "never" not in describe_pattern(later).text
    assert "no line like this was seen before" in describe_pattern(first).text


JAVA = (
    "ERROR order 17 failed",
    "java.lang.IllegalStateException: no route",
    "\tat com.shop.Pay.run(Pay.java:17)",
    "Caused by: java.net.ConnectException: refused",
    "\t... 12 more",
)
PYTHON = (
    "ERROR order 17 failed",
    "Traceback (most recent call last):",
    '  File "pay.py", line 17, in run',
    "    raise ValueError(order)",
    "shop.errors.NoRouteError: no route",
)


@pytest.mark.parametrize("trace", [JAVA, PYTHON])
@pytest.mark.parametrize("cut", [0, 1, 3])
def test_a_stack_trace_stays_whole_across_batches(trace: tuple[str, ...], cut: int) -> None:
    lines = [make_line(n, message, seconds=0) for n, message in enumerate((*trace, "INFO next"))]
    state = start_state()
    changed = {w["offsets"][0][0]: w for part in (lines[:cut], lines[cut:]) for w in fold_lines(state, part)}
    assert list(changed[0]["samples"]) == ["\n".join(trace)]
    assert (changed[0]["count"], changed[0]["severity"]) == (1, "error")
    assert changed[0]["offsets"] == [[0, 4]]
    assert list(changed[5]["samples"]) == ["INFO next"]


def test_traces_of_two_streams_do_not_mix() -> None:
    lines = [
        make_line(n * 2 + stream, message, seconds=0, stream=f"pod-{stream}")
        for n, message in enumerate(JAVA)
        for stream in (0, 1)
    ]
    lines[0]["message"] = "ERROR order 18 failed"
    (window,) = fold_lines(start_state(), lines)
    assert list(window["samples"]) == ["\n".join(("ERROR order 18 failed", *JAVA[1:])), "\n".join(JAVA)]


def test_an_exception_line_alone_is_an_entry_of_its_own() -> None:
    lines = [make_line(0, "all is well", seconds=0), make_line(1, "ValueError: bad", seconds=0)]
    assert len(fold_lines(start_state(), lines)) == 2


def test_memory_is_bounded_whatever_comes() -> None:
    lines = [
        make_line(n, f"{chr(97 + n % 26) * (n % 11 + 1)} said word{n} again", service=f"s{n}", seconds=n * 50)
        for n in range(2000)
    ]
    state = start_state()
    fold_lines(state, lines)
    assert len(state["windows"]) <= 20
    assert len(state["streams"]) <= 2
    assert len(state["miners"]) <= 500


def test_equal_patterns_share_a_vector_whatever_their_counts() -> None:
    (small,) = fold_lines(start_state(), [make_line(0, "took 5 ms")])
    (large,) = fold_lines(start_state(), [make_line(n, f"took {n} ms") for n in range(9)])
    one, other = describe_pattern(small), describe_pattern(large)
    assert (one.title, one.gist) == (other.title, other.gist)
    assert one.text != other.text


@pytest.mark.parametrize(
    "part",
    [
        "(", "a(", "\t", " at ", "at a.b(", "x.", "1.", "1:", "a/", "'", "f", "0", "[1]", "panic ", "Error ",
        "e: ", "STATEMENT:  ", "can't ", "HTTP ", "status=", "exit code ", "12/Nov/2026",
        "2026-11-21T07:00:00,", "…",
    ],
)  # fmt: skip
def test_the_longest_lines_take_no_longer_than_their_length(part: str) -> None:
    state = start_state()
    fold_lines(state, [make_line(0, "panic: nil map", seconds=0), make_line(1, "ready", seconds=0)])
    long = (part * 16_000)[:16_000]
    begun = time.process_time()
    fold_lines(
        state, [make_line(2 + n, message, seconds=0) for n, message in enumerate((long, f"  {long}", long))]
    )
    assert time.process_time() - begun < 0.5
