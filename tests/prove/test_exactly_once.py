"""A hundred thousand events while everything is killed at random: each ends up in one place, once.

As here, with fewer events and kills, it is a part of every test run; `make prove` runs it whole.
"""

import os
import random
from collections.abc import Callable

import pytest
from opensearchpy import OpenSearch

from local.settings import load_settings as load_stack_settings
from processors.knowledge.chunk_tables import table_to_chunks
from processors.settings import Settings
from processors.stores import staging
from processors.versions import catalog, slices
from tests.support.killing import kill_at_random, wait_until_searchable
from tests.support.numbered import (
    assert_each_once,
    make_mark,
    read_chunks,
    send_events,
    wait_until_held,
)

EVENTS = int(os.environ.get("PROVE_EVENTS", "1000"))
KILLS = int(os.environ.get("PROVE_KILLS", "3"))
SECONDS = float(os.environ.get("PROVE_SECONDS", "12"))
# Kills come all the time while events are sent.
PAUSE = (1.0, 2 * SECONDS / (KILLS + 1))

pytestmark = pytest.mark.usefixtures("live_versions")


def test_every_event_is_in_one_chunk_or_one_dead_letter_whatever_is_killed(
    settings: Settings, client: OpenSearch, report: Callable[[str], None]
) -> None:
    mark = make_mark()
    live = catalog.find_live(client, "rag")
    assert live
    before = catalog.read_meta(client, live)
    thread, done = kill_at_random(load_stack_settings(), KILLS, PAUSE, report)
    good, broken = send_events(settings, mark, EVENTS, 0.01, SECONDS)
    report(f"sent {len(good)} good events and {len(broken)} broken ones")
    thread.join(900)
    assert done.total() == KILLS, f"only {done.total()} kills"
    wait_until_searchable(client, 180)
    wait_until_held(client, {*good, *broken}, 600, report)
    assert_each_once(settings, client, mark, {*good}, {*broken})
    report(f"each is there once after {dict(done)}")

    chunks = read_chunks(client, mark)
    _write_staged_runs_again_shuffled(settings, client, live)
    assert read_chunks(client, mark) == chunks
    report("runs written again in a shuffled order changed nothing")

    catalog.update_meta(
        client, live, positions=before["positions"], log_state=before.get("log_state"),
        dead_letters=before.get("dead_letters", {}),
    )  # fmt: skip
    wait_until_held(client, {*good, *broken}, 600, report)
    assert read_chunks(client, mark) == chunks
    assert_each_once(settings, client, mark, {*good}, {*broken})
    report("reading everything again from the old positions changed nothing")


def _write_staged_runs_again_shuffled(settings: Settings, client: OpenSearch, live: str) -> None:
    number = catalog.read_meta(client, live).get("slice", 1)
    stages = staging.list_stages(settings.storage.staging_url, "rag", "light")
    runs = [url.removesuffix("/light") for url in stages if staging.read_manifest(url)["version"] == live]
    random.shuffle(runs)
    for run in runs:
        # A run that was killed between its stages has no embeddings; the next run did its work.
        if staging.is_present(f"{run}/embed/chunks.parquet"):
            chunks = table_to_chunks(staging.read_table(f"{run}/embed/chunks.parquet"))
            slices.write_chunks(client, live, number, chunks)
