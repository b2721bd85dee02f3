"""Micro-batches while a version is rebuilt: the live version stays fresh, and the candidate catches up.

A rebuild is the one run of `rag_pipeline` that is active, so whatever comes meanwhile is its to take: by the
same stages as a micro-batch, into folders of their own, one batch at a time.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog

from processors.beside import run_beside
from processors.pipelines.rag.embed import embed_events
from processors.pipelines.rag.index import index_chunks
from processors.pipelines.rag.ingest import ingest_events
from processors.pipelines.rag.light import process_events
from processors.settings import Settings
from processors.stores import search
from processors.versions import catalog

log = structlog.get_logger(__name__)

Check = Callable[[Settings, str, str], object]
"""Looks a batch up, by the URL of its run and its version."""

ONE_AT_A_TIME: Final = threading.Lock()
"""Whoever sends dead letters looks first at those that are there."""

_REST_S: Final = 1.0
_REST_AFTER_ERROR_S: Final = 10.0
_SMALL: Final = 1_000
_MOST_ROUNDS: Final = 1_000


@contextmanager
def following(
    settings: Settings, run_id: str, candidate: str | None = None, check: Check = lambda *_: None
) -> Iterator[None]:
    """Take micro-batches into the live version, and into a candidate, until the block ends.

    What goes wrong with a batch is logged, and it is taken again: the rebuild goes on.

    Args:
        settings: Of the platform.
        run_id: Of the rebuild; names the batches.
        candidate: A version that is to be as fresh when it goes live; None: there is none yet.
        check: Looks at each batch of the live version.
    """

    def follow(done: threading.Event) -> None:
        while not done.is_set():
            try:
                take_round(settings, run_id, candidate, check)
                # The executors want the processors, too.
                done.wait(_REST_S)
            except Exception as error:  # whatever a store raises; the next round reads the same again
                log.warning("a micro-batch beside the rebuild failed, it is taken again", error=repr(error))
                done.wait(_REST_AFTER_ERROR_S)

    with run_beside(follow):
        yield


def take_round(settings: Settings, run_id: str, candidate: str | None, check: Check) -> None:
    """Take a batch into the live version and one into the candidate.

    Args:
        settings: Of the platform.
        run_id: Of the rebuild.
        candidate: May be the live version meanwhile.
        check: Looks at a batch of the live version.
    """
    live = catalog.find_live(search.open_search(settings.opensearch), "rag")
    for version in dict.fromkeys(filter(None, (live, candidate))):
        taken = take_batch(settings, run_id, version)
        if taken is not None and version == live:
            check(settings, taken["run_url"], version)


def take_batch(settings: Settings, run_id: str, version: str) -> dict[str, Any] | None:
    """Take what a version has not read yet, up to the size of a micro-batch; None if there is nothing.

    Args:
        settings: Of the platform.
        run_id: Of the rebuild.
        version: Whose positions are read from, and which is written to.
    """
    with ONE_AT_A_TIME:
        ingested = ingest_events(settings, f"{run_id}-{version}-{uuid.uuid4().hex[:12]}", version=version)
        if ingested is None:
            return None
        process_events(settings, ingested["run_url"])
        embed_events(settings, ingested["run_url"])
        index_chunks(settings, [ingested["run_url"]])
        return ingested


def catch_up(settings: Settings, run_id: str, version: str) -> int:
    """Take batch after batch until a version has read nearly all that there is, and return how many events.

    Args:
        settings: Of the platform.
        run_id: Of the rebuild.
        version: The one that catches up.
    """
    events = 0
    for _ in range(_MOST_ROUNDS):
        taken = take_batch(settings, run_id, version)
        events += taken["events"] if taken else 0
        if taken is None or taken["events"] < _SMALL:
            break
        log.info("the rebuilt version catches up", version=version, events=events)
    return events
