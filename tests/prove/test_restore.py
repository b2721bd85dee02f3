"""Disaster: OpenSearch and Redis are empty while events go on arriving. All is back, each event told once.

`make restore-drill` runs it; nothing else does, for it deletes all that the stack's OpenSearch holds.
"""

import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest
import redis
from opensearchpy import OpenSearch

from evaluation.release.candidate import list_known_questions
from local.settings import load_settings as load_stack_settings
from local.start import wait_until_healthy
from local.supervisor import restart_program, stop_programs
from processors.pipelines.backup.looking import check_restore
from processors.pipelines.backup.make import make_backup
from processors.pipelines.backup.pausing import pause_writers, resume_writers
from processors.pipelines.backup.restore import restore_files, restore_indices
from processors.pipelines.cag.warm import warm_cache
from processors.settings import Settings
from processors.versions import catalog
from tests.support.killing import wait_until_searchable
from tests.support.numbered import assert_each_once, make_mark, send_events, wait_until_held
from tests.support.restored import assert_same_ranking, describe_indices, find_top_ten
from tests.support.waiting import wait_for

EVENTS = int(os.environ.get("PROVE_RESTORE_EVENTS", "500"))
SECONDS = 5.0

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("PROVE_RESTORE") != "yes",
        reason="it wipes OpenSearch and Redis: `make restore-drill` runs it on the test stack",
    ),
    pytest.mark.usefixtures("live_versions"),
]


@pytest.fixture(autouse=True)
def running_writers(settings: Settings) -> Iterator[None]:
    """A drill that fails between pause and resume must not leave the pipelines paused for the next one."""
    resume_writers(settings)
    yield
    resume_writers(settings)


def wipe(settings: Settings) -> None:
    """End OpenSearch, remove its data folder, start it empty; empty Redis."""
    stack = load_stack_settings()
    stop_programs(stack, ["opensearch"])
    shutil.rmtree(stack.home / "opensearch/data")
    restart_program(stack, "opensearch")
    wait_until_healthy(stack, "opensearch")
    with redis.Redis.from_url(settings.redis.url) as cache:
        cache.flushall()


def test_all_is_back_and_each_event_is_told_once(
    settings: Settings, client: OpenSearch, report: Callable[[str], None]
) -> None:
    mark, name = make_mark(), f"drill-{uuid.uuid4().hex[:8]}"
    good, broken = send_events(settings, mark, EVENTS, 0.01, SECONDS)
    wait_until_held(client, {*good, *broken}, 600, report)

    pause_writers(settings)
    began = time.monotonic()
    record = make_backup(settings, name)
    report(f"backed up {sum(record.chunks.values())} chunks in {time.monotonic() - began:.1f} s")
    told, top = describe_indices(client), find_top_ten(settings)
    resume_writers(settings)
    assert all(top.values())

    later, later_broken = send_events(settings, mark, EVENTS, 0.01, SECONDS)
    wait_until_held(client, {*later, *later_broken}, 600, report)
    wipe(settings)
    assert catalog.find_live(client, "cag") is None
    last, last_broken = send_events(settings, mark, EVENTS, 0.01, SECONDS)
    report("OpenSearch and Redis are empty")

    began = time.monotonic()
    # Meanwhile `rag_pipeline` may have begun a version of its own, out of all that Kafka has.
    check_restore(settings, name, overwrite=True)
    pause_writers(settings)
    paused = time.monotonic() - began
    restore_files(settings, name, overwrite=False)
    restored = restore_indices(settings, name, overwrite=True)
    took = time.monotonic() - began
    report(f"restored in {took:.1f} s, of which the pipelines took {paused:.1f} s to rest: {restored}")
    assert describe_indices(client) == told
    wait_for(lambda: httpx.get(f"{settings.service.url}/health/ready", timeout=10).is_success)
    assert_same_ranking(top, find_top_ten(settings))
    report(f"{len(told)} indices and the top ten of {len(top)} golden queries are as before")

    began = time.monotonic()
    resume_writers(settings)
    all_good, all_broken = {*good, *later, *last}, {*broken, *later_broken, *last_broken}
    wait_until_searchable(client, 180)
    wait_until_held(client, all_good | all_broken, 600, report)
    assert_each_once(settings, client, mark, all_good, all_broken)
    report(f"caught up with {len(all_good)} events in {time.monotonic() - began:.1f} s, each told once")

    began = time.monotonic()
    index = restored["live"]["cag"]
    warmed = warm_cache(client, settings, index, list_known_questions(client, settings, index))
    report(f"Redis is warm after {time.monotonic() - began:.1f} s: {warmed}")
    assert warmed["warmed"]
