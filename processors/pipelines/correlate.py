"""`correlate_task`: what is wrong now, found out of what the live version holds, and written beside it."""

from datetime import UTC, datetime
from functools import partial
from typing import TypedDict

from opensearchpy import OpenSearch

from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_factory import Batch
from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.views import find_for_each_group
from processors.pipelines.embed import embed_chunks
from processors.pipelines.incidents.known import read_known
from processors.pipelines.incidents.runbooks import find_runbooks
from processors.pipelines.incidents.telling import list_changed, list_closed, tell_incident
from processors.settings import Settings
from processors.stores import search
from processors.versions import catalog, slices
from processors.versions.names import cover_family


class Correlated(TypedDict):
    """What a run did: the version, how many observations it read, and counts of incidents."""

    index: str
    observations: int
    open: int
    resolved: int
    written: int


def correlate(settings: Settings, batch_id: str, now: datetime | None = None) -> Correlated | None:
    """Bring the incidents of the live version up to date with what it knows.

    What is found is a function of what the version holds and of the time. What would say the same again isn't
    written. All of it is written by the version's own name: a swap in between can't redirect it, and the next
    run looks at the version that is live then.

    Args:
        settings: Of the platform.
        batch_id: The run.
        now: The time, if it is another one.

    Returns:
        What was done, or None if no version is live.

    Raises:
        WritesBlockedError: OpenSearch refuses all writes, as on a disk that is nearly full.
        RuntimeError: OpenSearch takes an incident neither now nor later.
    """
    client = search.open_search(settings.opensearch)
    live = catalog.find_live(client, "rag")
    if live is None:
        return None
    moment = now or datetime.now(UTC)
    batch = Batch(batch_id, moment.isoformat())
    known = read_known(client, live, moment, settings.incidents)
    told = find_for_each_group(known.observations, partial(find_incidents, now=moment))
    pages = find_runbooks(client, catalog.find_live(client, "cag"), told)
    there = [
        tell_incident(one, links, known.held, moment, batch) for one, links in zip(told, pages, strict=True)
    ]
    ids = {chunk["chunk_id"] for chunk in there}
    closed = list_closed(known, ids, moment, batch)
    changed = list_changed([*there, *closed], known.held)
    if changed:
        embed_chunks(client, settings, changed, cover_family(live))
        _write(client, live, changed)
    return Correlated(
        index=live,
        observations=len(known.observations),
        # Each group has a passage of its own about what is one incident.
        open=len({chunk["doc_id"] for chunk in there}),
        resolved=len({chunk["doc_id"] for chunk in closed}),
        written=len(changed),
    )


def _write(client: OpenSearch, version: str, chunks: list[Chunk]) -> None:
    with search.explain_blocks(client):
        number = catalog.read_meta(client, version).get("slice", 1)
        refused = slices.write_chunks(client, version, number, chunks)
    if refused:
        chunk_id, error = refused[0]
        raise RuntimeError(
            f"{version}: OpenSearch refuses {len(refused)} incidents, the first is {chunk_id}: {error}"
        )
