"""Files to a search by the functions of `cag_pipeline`, one after the other, without Airflow."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter
from typing import NamedTuple, TypeVar

from evaluation.benchmarks.rankers import build_dense_query
from processors.knowledge.chunk import embedding_text
from processors.knowledge.chunk_tables import table_to_chunks
from processors.pipelines.cag.index import build_version
from processors.pipelines.cag.markdown import process_documents
from processors.pipelines.cag.sources.git import read_git_source
from processors.pipelines.cag.sync import stage_updates
from processors.settings import Settings
from processors.settings.documents import DocumentSource
from processors.stores import staging
from processors.stores.model_server import embed_texts
from processors.stores.search import open_search
from processors.versions.builds import go_on_with
from processors.versions.deletion import delete_version

Done = TypeVar("Done")


class Brought(NamedTuple):
    """What came of bringing files in.

    Attributes:
        seconds: From the files to the found chunk.
        texts: That were embedded.
        stages: Seconds of each stage.
    """

    seconds: float
    texts: list[str]
    stages: dict[str, float]


@contextmanager
def stage_apart(settings: Settings) -> Iterator[Settings]:
    """Yield the settings with a staging and mirrors of their own, which hold nothing of earlier runs."""
    folder = Path(mkdtemp(prefix="runlore-bench-"))
    try:
        apart = {"staging_url": f"file://{folder}/staging", "work_dir": folder / "work"}
        yield settings.model_copy(update={"storage": settings.storage.model_copy(update=apart)})
    finally:
        shutil.rmtree(folder)


def bring_in(settings: Settings, folder: Path) -> Brought:
    """Read, mask, cut, embed and index all pages of a folder as a version, find its last chunk, delete it.

    Args:
        settings: Of the platform; nothing is held of the folder yet.
        folder: Of pages.

    Raises:
        RuntimeError: The chunk is not found.
    """
    client, stages = open_search(settings.opensearch), dict[str, float]()
    embed_texts(settings.kserve.url, settings.embedding.model, ["The first text takes longer than others."])
    began = perf_counter()

    def time_stage(name: str, call: Callable[[], Done]) -> Done:
        begin = perf_counter()
        done = call()
        stages[name] = perf_counter() - begin
        return done

    source = DocumentSource(url=str(folder))
    update = time_stage("read and mask", lambda: read_git_source(settings, source, None, force=True))
    staged = stage_updates(settings.storage.staging_url, uuid.uuid4().hex, None, {}, [update], force=True)
    if staged is None:
        raise RuntimeError(f"{folder}: nothing was staged")
    url = staged["run_url"]
    time_stage("cut", lambda: process_documents(settings, url))
    index = time_stage("embed and index", lambda: build_version(settings, url))["index"]
    with go_on_with(client, "cag", index):
        try:
            chunks = table_to_chunks(staging.read_table(f"{url}/markdown/chunks.parquet"))
            prefix = settings.embedding.passage_prefix
            # What two chunks have in common is embedded once.
            texts = list(dict.fromkeys(prefix + embedding_text(chunk) for chunk in chunks))
            (vector,), _ = embed_texts(
                settings.kserve.url, settings.embedding.model, [prefix + embedding_text(chunks[-1])]
            )
            hits = client.search(index=index, body=build_dense_query(vector.tolist()))["hits"]["hits"]
            seconds = perf_counter() - began
        finally:
            delete_version(client, index)
    if chunks[-1]["chunk_id"] not in [hit["_id"] for hit in hits]:
        raise RuntimeError("a search for the last chunk doesn't find it")
    return Brought(seconds, texts, stages)
