"""Versions are edited, swapped and taken back while eight clients ask: nobody is ever told what isn't so.

As here, with few swaps, it is a part of every test run; `make prove` does 200. Index, cache and models
are the real ones. Only the alias has another name, so that nothing that is live is touched.
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

from processors.settings import Settings
from processors.versions.deletion import prune_versions
from processors.versions.swaps import promote, roll_back
from tests.support.swapping import Maker, Truth, ask

SWAPS = int(os.environ.get("PROVE_SWAPS", "10"))
CLIENTS = 8


def keep_asking(service: httpx.Client, truth: Truth, first: int, done: threading.Event) -> list[str]:
    seen: list[str] = []
    for number in itertools.count(first):
        if done.is_set():
            break
        seen.append(ask(service, truth, number))
    return seen


def test_no_answer_is_older_than_the_last_swap_or_untrue_to_its_version(
    settings: Settings,
    client: OpenSearch,
    pipeline: Any,
    service: httpx.Client,
    report: Callable[[str], None],
) -> None:
    truth, done = Truth(), threading.Event()
    build = Maker(client, settings, pipeline, truth).build
    live = [build(0)]
    truth.swap(live[-1], lambda: promote(client, pipeline, live[-1]))
    begin = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        asking = [pool.submit(keep_asking, service, truth, first * 7, done) for first in range(CLIENTS)]
        try:
            for number in range(1, SWAPS + 1):
                if number % 4 == 0:
                    live.pop()
                    truth.swap(live[-1], lambda: roll_back(client, pipeline))
                else:
                    live.append(build(number))
                    truth.swap(live[-1], lambda: promote(client, pipeline, live[-1]))
                prune_versions(client, pipeline, 6)
                if any(one.done() for one in asking):
                    break
        finally:
            done.set()
    seen = [version for one in asking for version in one.result()]
    seconds = time.monotonic() - begin
    report(f"{SWAPS} swaps, {len(seen)} answers from {len(set(seen))} versions in {seconds:.0f} s")
    assert len(set(seen)) > SWAPS / 3
