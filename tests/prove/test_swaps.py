"""Versions are swapped and taken back while clients ask at 50 queries/s: no failed and no mixed answer.

As here, with few swaps, it is a part of every test run; `make prove` does 100. A question is due every
fiftieth of a second, whatever became of those before it. Every answer is held against the one version that
it names, and that version must have been live after the question was asked.
"""

import itertools
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from opensearchpy import OpenSearch

from evaluation.benchmarks.rows import percentile
from processors.settings import Settings
from processors.versions.deletion import prune_versions
from processors.versions.swaps import find_previous, promote, roll_back
from tests.support.swapping import Maker, Truth, ask

SWAPS = int(os.environ.get("PROVE_LIVE_SWAPS", "10"))
RATE = 50
CLIENTS = 32
# A swap every second is more than a person and a pipeline together could do.
PAUSE_S = 1.0


def ask_on_time(
    service: httpx.Client, truth: Truth, due: Callable[[], tuple[int, float]], done: threading.Event
) -> list[tuple[float, str]]:
    """Ask what is due until the end; return each answer's time since it was due, and its version."""
    answers = []
    while not done.is_set():
        number, moment = due()
        time.sleep(max(0.0, moment - time.monotonic()))
        version = ask(service, truth, number)
        answers.append((time.monotonic() - moment, version))
    return answers


def test_no_answer_fails_or_mixes_versions_while_they_are_swapped_and_taken_back(
    settings: Settings,
    client: OpenSearch,
    pipeline: Any,
    service: httpx.Client,
    report: Callable[[str], None],
) -> None:
    truth, done = Truth(), threading.Event()
    build = Maker(client, settings, pipeline, truth).build
    first = build(0)
    truth.swap(first, lambda: promote(client, pipeline, first))
    numbers, turn, begin = itertools.count(), threading.Lock(), time.monotonic()

    def due() -> tuple[int, float]:
        with turn:
            number = next(numbers)
        return number, begin + number / RATE

    took: list[float] = []

    def change(number: int) -> None:
        index = find_previous(client, pipeline) if number % 2 == 0 else build(number)
        assert index
        moment = time.monotonic()
        if number % 2 == 0:
            truth.swap(index, lambda: roll_back(client, pipeline))
            took.append(time.monotonic() - moment)
        else:
            truth.swap(index, lambda: promote(client, pipeline, index))
        prune_versions(client, pipeline, 4)

    with ThreadPoolExecutor(CLIENTS) as pool:
        asking = [pool.submit(ask_on_time, service, truth, due, done) for _ in range(CLIENTS)]
        try:
            for number in range(1, SWAPS + 1):
                change(number)
                time.sleep(PAUSE_S)
                if any(one.done() for one in asking):
                    break
        finally:
            done.set()
    answers = [answer for one in asking for answer in one.result()]
    seconds = time.monotonic() - begin
    times = [waited * 1000 for waited, _ in answers]
    seen = {version for _, version in answers}
    report(
        f"{SWAPS} swaps and rollbacks, {len(answers)} answers ({len(answers) / seconds:.0f}/s) from "
        f"{len(seen)} versions, none failed or mixed; p50 {percentile(times, 0.5):.0f} ms, "
        f"p95 {percentile(times, 0.95):.0f} ms; a rollback took at most {max(took) * 1000:.0f} ms"
    )
    assert truth.finished == SWAPS + 1
    assert len(seen) > SWAPS / 4
    assert max(took) < 5
