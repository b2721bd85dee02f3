"""The chunks of a rebuild into its version, file by file, by whoever has them."""

from typing import Any

from processors.knowledge.chunk_tables import table_to_chunks
from processors.knowledge.incidents.evidence import is_evidence
from processors.pipelines.rag.refusals import note_refused
from processors.settings import Settings
from processors.stores import search, staging
from processors.versions import slices
from spark_jobs.history.embed import CHUNKS


def write_file(settings: Settings, run_url: str, index: str, name: str) -> dict[str, Any]:
    """Write the chunks of a file; OpenSearch says how fast: what it puts off is sent again, later each time.

    Args:
        settings: Of the platform.
        run_url: Folder of the run in staging.
        index: The version's own name.
        name: Of the file.

    Returns:
        How many chunks were written, what was refused, and its dead letters.

    Raises:
        WritesBlockedError: OpenSearch writes nothing now, as on a disk that is nearly full.
        RuntimeError: Some chunk could not be written for a reason that may pass.
    """
    chunks = table_to_chunks(staging.read_table(f"{run_url}/embed/{CHUNKS}/{name}"))
    client = search.open_search(settings.opensearch)
    with search.explain_blocks(client):
        refused = slices.write_chunks(client, index, 1, chunks)
    return {
        "written": len(chunks),
        "evidence": sum(map(is_evidence, chunks)),
        "refused": [chunk_id for chunk_id, _ in refused],
        "letters": note_refused(chunks, refused),
    }
