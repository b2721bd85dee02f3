"""`light_processing_task`: a run's events become chunks, and the ones that can't be read dead letters."""

from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import pyarrow as pa

from processors.access_policy import load_policy
from processors.knowledge.chunk import Chunk, keep_last, make_id
from processors.knowledge.chunk_tables import chunks_to_table
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import DeadLetter, place_of
from processors.pipelines.rag.ingest import read_records
from processors.pipelines.rag.shares import keep_states, share_of
from processors.settings import Settings
from processors.stores import staging

LETTER_SCHEMA: Final = pa.schema(
    [("topic", pa.string()), ("partition", pa.int32()), ("offset", pa.int64()), ("error", pa.string())]
)


def process_events(settings: Settings, run_url: str) -> dict[str, int]:
    """Parse, normalise and aggregate a run's events into chunks; note the ones that can't be processed.

    What the log patterns were up to the run's positions is read from the state that the version names, and
    what they are after it is written beside the chunks: the version takes it over with its new positions.

    Returns:
        Counts of chunks, dead letters and lines that were left out as noise.
    """
    manifest = staging.read_manifest(f"{run_url}/ingest")
    records = read_records(f"{run_url}/ingest/records.parquet")
    held_state = manifest["held_log_state"]
    states = keep_states(staging.read_json(held_state), share_of(manifest)) if held_state else {}
    now = datetime.now(UTC).isoformat()
    batch_id = make_id(manifest["version"], manifest["start"])
    policy = load_policy(settings.access.policy_file)
    chunks: list[Chunk] = []
    letters: list[DeadLetter] = []
    noise = 0
    for place, of_place in groupby(records, key=place_of):
        built = build_chunks(list(of_place), states.get(place), settings.events.noise, batch_id, now, policy)
        chunks += built["chunks"]
        letters += built["letters"]
        noise += built["noise"]
        if built["state"] is not None:
            states[place] = built["state"]
    url = f"{run_url}/light"
    staging.write_table(url, "chunks", chunks_to_table(keep_last(chunks)))
    staging.write_table(url, "dead_letters", pa.Table.from_pylist(list(letters), schema=LETTER_SCHEMA))
    log_state = staging.write_json(url, "log_state", states)
    staging.write_manifest(url, {**manifest, "log_state": log_state, "finished_at": now})
    return {"chunks": len(chunks), "dead_letters": len(letters), "noise": noise}
