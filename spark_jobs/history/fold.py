"""The fold of a piece: the stream's own functions over archived records, with a place to go on from.

Every so many records the chunks are written, then how far the fold is; a kill costs what came after that.
Where that place lies changes nothing, as where a batch of the stream ends changes nothing.
"""

import re
from typing import Any, Final, NamedTuple, TypedDict

import structlog

from processors.access_policy import AccessPolicy
from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.chunk_tables import chunks_to_table
from processors.knowledge.logs.partition_state import PartitionState
from processors.knowledge.partitions import build_chunks
from processors.stores import staging
from spark_jobs.history.plan import Piece
from spark_jobs.history.reading import Batch, Quarantined, read_batches

_KEEP_EVERY: Final = 50_000
_MOST_CHUNKS: Final = 5_000
STATE: Final = "state"

log = structlog.get_logger(__name__)


class Folded(TypedDict):
    """How far a piece is, and what came of it."""

    done: int
    reached: int
    state: PartitionState | None
    parts: int
    records: int
    letters: int
    noise: int
    quarantined: list[Quarantined]
    is_whole: bool


class Reading(NamedTuple):
    """How records are read, as the stream reads them; `batch_id` and `ingested_at` are those of the run."""

    noise: tuple[re.Pattern[str], ...]
    policy: AccessPolicy
    batch_id: str
    ingested_at: str


def name_batch(run_url: str) -> str:
    """Return the id of the batch that all chunks of a rebuild belong to."""
    return make_id(run_url)


def folder_of(run_url: str, name: str) -> str:
    """Return the folder of what comes of a piece."""
    return f"{run_url}/heavy/folded/{name}"


def read_folded(run_url: str, name: str) -> Folded:
    """Return how far a piece is."""
    url = f"{folder_of(run_url, name)}/{STATE}.json.zst"
    if staging.is_present(url):
        folded: Folded = staging.read_json(url)
        return folded
    return Folded(
        done=0, reached=0, state=None, parts=0, records=0, letters=0, noise=0, quarantined=[], is_whole=False
    )


def fold_piece(run_url: str, piece: Piece, reading: Reading) -> Folded:
    """Fold a piece to its end, from where an earlier try was.

    Args:
        run_url: Folder of the run in staging.
        piece: Of the plan.
        reading: How records are read.
    """
    folded = read_folded(run_url, piece["name"])
    if folded["is_whole"]:
        return folded
    chunks: dict[str, Chunk] = {}
    kept = folded["records"]
    for batch in read_batches(piece, folded["done"], folded["reached"]):
        for chunk in take_batch(folded, batch, reading):
            held = chunks.get(chunk["chunk_id"])
            # What is late is older than what is known already.
            if held is None or chunk["write_version"] >= held["write_version"]:
                chunks[chunk["chunk_id"]] = chunk
        if folded["records"] - kept >= _KEEP_EVERY or len(chunks) >= _MOST_CHUNKS:
            _keep(run_url, piece["name"], folded, chunks)
            chunks, kept = {}, folded["records"]
    folded["is_whole"] = True
    _keep(run_url, piece["name"], folded, chunks)
    return folded


def take_batch(folded: Folded, batch: Batch, reading: Reading) -> list[Chunk]:
    """Take records into what is known, and return the chunks that they change.

    Args:
        folded: Changed in place.
        batch: Of the same partition, behind what is known.
        reading: How records are read.
    """
    folded["done"] = batch.done
    folded["quarantined"] += batch.quarantined
    for aside in batch.quarantined:
        log.warning("archived file is put aside", **aside)
    if not batch.records:
        return []
    built = build_chunks(
        batch.records, folded["state"], reading.noise, reading.batch_id, reading.ingested_at, reading.policy
    )
    folded["state"] = built["state"]
    folded["reached"] = batch.records[-1]["offset"] + 1
    folded["records"] += len(batch.records)
    folded["letters"] += len(built["letters"])
    folded["noise"] += built["noise"]
    return built["chunks"]


def _keep(run_url: str, name: str, folded: Folded, chunks: dict[str, Chunk]) -> None:
    """Write the chunks, then how far they go: a part that no state names is written again."""
    url = folder_of(run_url, name)
    if chunks:
        staging.write_table(url, name_part(folded["parts"]), chunks_to_table(list(chunks.values())))
        folded["parts"] += 1
    staging.move_file(staging.write_json(url, "begun", folded), f"{url}/{STATE}.json.zst")


def name_part(number: int) -> str:
    """Return the name of a file of a piece's chunks.

    Example:
        >>> name_part(7)
        'part-00007'
    """
    return f"part-{number:05}"


def list_parts(run_url: str, name: str, folded: Folded) -> list[str]:
    """Return the files that hold the chunks of a piece.

    Args:
        run_url: Folder of the run in staging.
        name: Of the piece.
        folded: How far it is.
    """
    return [f"{folder_of(run_url, name)}/{name_part(number)}.parquet" for number in range(folded["parts"])]


def sum_up(folded: list[Folded]) -> dict[str, Any]:
    """Return the counts of all pieces, and what was put aside.

    Example:
        >>> sum_up([])
        {'records': 0, 'letters': 0, 'noise': 0, 'quarantined': []}
    """
    return {
        "records": sum(each["records"] for each in folded),
        "letters": sum(each["letters"] for each in folded),
        "noise": sum(each["noise"] for each in folded),
        "quarantined": [aside for each in folded for aside in each["quarantined"]],
    }
