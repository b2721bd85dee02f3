"""A build that waits to be killed: `python -m tests.support.dying_build PIPELINE SHARE CHUNKS`."""

import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from opensearchpy import helpers

from processors.knowledge.chunk import Chunk, make_id
from processors.settings import load_settings
from processors.stores import search
from processors.stores.search import writes
from processors.versions import builds, slices
from processors.versions.build_runs import keep_record

_NOW = "2026-11-21T09:00:00+00:00"


def make_chunk(number: int) -> Chunk:
    # Of every ten, one describes a state and goes to the base.
    kind = "log_pattern" if number % 10 else "alert"
    return Chunk(
        chunk_id=str(number), doc_id=str(number), source="test", kind=kind, title="t", heading_path="",
        text="x", content_hash=make_id(number), observed_at=_NOW, ingested_at=_NOW, cluster="", namespace="",
        service="", severity="", labels={}, acl=["public"], cite={}, batch_id="b", source_offset=number,
        embedding=[1.0, 0.0, 0.0, 0.0], embedding_model="m@1",
    )  # fmt: skip


def write_until(client: Any, actions: Iterator[Any], *, stop: int, **options: Any) -> Iterator[Any]:
    """Write as the platform does, but in small requests, and stand still after so many actions."""
    bulk = partial(helpers.streaming_bulk, **{**options, "chunk_size": 10})
    for number, result in enumerate(bulk(client, actions), start=1):
        yield result
        if number == stop:
            sys.stdout.write("here\n")
            sys.stdout.flush()
            time.sleep(600)


def main() -> None:
    pipeline: Any = sys.argv[1]
    share, count = float(sys.argv[2]), int(sys.argv[3])
    settings = load_settings()
    client = search.open_search(settings.opensearch)

    class Stopping:
        streaming_bulk = staticmethod(partial(write_until, stop=max(1, int(share * count))))

    writes.helpers = Stopping  # type: ignore[misc,assignment]
    with builds.begin_build(
        client, pipeline, {"slice": 1}, keep_record(settings.mlflow.tracking_uri, pipeline)
    ) as index:
        slices.write_chunks(client, index, 1, [make_chunk(number) for number in range(count)])


if __name__ == "__main__":
    main()
