"""Two million log lines in five minutes: memory stays bounded, patterns are indexed, freshness comes back.

As here, with fewer lines, it is a part of every test run; `make prove` runs it whole.
"""

import os
import threading
import time
from collections.abc import Callable

import psutil
import pytest
from opensearchpy import OpenSearch

from local.settings import load_settings as load_stack_settings
from local.supervisor import list_programs
from processors.settings import Settings
from tests.support.numbered import count_places, make_mark, read_chunks, send_events, wait_until_held

LINES = int(os.environ.get("PROVE_LINES", "20000"))
SECONDS = float(os.environ.get("PROVE_FLOOD_SECONDS", "6"))
MOST_MEMORY = 1.5 * 2**30

pytestmark = pytest.mark.usefixtures("live_versions")


def watch_memory(most: list[int], stop: threading.Event) -> None:
    """Note the most memory that any process of the scheduler's family had of its own."""
    scheduler = psutil.Process(list_programs(load_stack_settings())["airflow-scheduler"]["pid"])
    while not stop.wait(0.5):
        for process in scheduler.children(recursive=True):
            try:
                most[0] = max(most[0], process.memory_full_info().uss)
            except psutil.Error:
                continue


def test_a_flood_of_lines_leaves_patterns_and_freshness_comes_back(
    settings: Settings, client: OpenSearch, report: Callable[[str], None]
) -> None:
    mark, most, stop = make_mark(), [0], threading.Event()
    watcher = threading.Thread(target=watch_memory, args=(most, stop), daemon=True)
    watcher.start()
    begin = time.monotonic()
    good, _ = send_events(settings, mark, LINES, 0.0, SECONDS)
    sent = time.monotonic()
    report(f"sent {len(good)} lines in {sent - begin:.0f} s")
    wait_until_held(client, set(good), 1800, report)
    report(f"all searchable {time.monotonic() - sent:.0f} s after the last was sent")
    stop.set()
    watcher.join()

    chunks = read_chunks(client, mark)
    report(f"{len(chunks)} chunks, most memory of a task {most[0] / 2**20:.0f} MiB")
    told = count_places(chunks)
    assert set(told) == set(good)
    assert set(told.values()) == {1}
    assert len(chunks) < len(good) / 100
    assert most[0] < MOST_MEMORY

    fresh = time.monotonic()
    later, _ = send_events(settings, make_mark(), 1, 0.0, 0.0)
    wait_until_held(client, set(later), 30, report)
    report(f"a line sent now is searchable after {time.monotonic() - fresh:.1f} s")
