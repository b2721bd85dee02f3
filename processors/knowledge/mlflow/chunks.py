"""MLflow's runs and registered models in, chunks out: what was tried, and how it compares with production.

The records are those of `processors/pipelines/collect/mlflow.py`: MLflow's own JSON, each run with the
production version that it competes with.
"""

from typing import Final

from processors.chunk import Chunk, hash_content, make_id
from processors.knowledge.mlflow.fields import as_object
from processors.knowledge.mlflow.models import describe_model
from processors.knowledge.mlflow.runs import describe_run
from processors.knowledge.record import Record
from processors.knowledge.times import read_clock
from processors.knowledge.untrusted import PoisonError, read_object

_MAX_TITLE: Final = 160


def build_mlflow_chunks(record: Record, batch_id: str, ingested_at: str) -> list[Chunk]:
    """Return the chunk of a run or of a registered model; a newer record of the same one replaces it.

    Raises:
        PoisonError: The record is neither, or what it is has no id or name.
    """
    body = read_object(record["value"])
    run_id = as_object(as_object(body.get("run")).get("info")).get("run_id")
    if not run_id and not as_object(body.get("registered_model")).get("name"):
        raise PoisonError(
            "expected a JSON object with 'run' and its info.run_id, or 'registered_model' and its name"
        )
    clock = read_clock(record["timestamp_ms"])
    parts = describe_run(body, clock) if run_id else describe_model(body, clock)
    gist, title = parts["gist"], parts["title"][:_MAX_TITLE]
    return [
        Chunk(
            chunk_id=make_id(parts["kind"], parts["identity"]),
            doc_id=make_id(parts["kind"], parts["identity"]),
            source=f"mlflow:{parts['service']}",
            kind=parts["kind"],
            title=title,
            heading_path="",
            text=parts["text"],
            gist=gist,
            content_hash=hash_content(title, "", gist),
            began_at=parts["began_at"],
            observed_at=parts["observed_at"],
            ingested_at=ingested_at,
            cluster="",
            namespace="",
            service=parts["service"],
            severity=parts["severity"],
            labels=parts["labels"],
            values=parts["values"],
            acl=["public"],
            cite=parts["cite"],
            batch_id=batch_id,
            source_offset=record["offset"] + 1,
        )
    ]
