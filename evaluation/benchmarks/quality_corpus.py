"""What `make bench-quality` searches: runbooks among Kubernetes pages, as a version and as a plain index."""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from opensearchpy import OpenSearch, helpers

from evaluation.benchmarks.rankers import plain_index
from evaluation.queries.query_sets import Query, load_incidents
from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import Splitter
from processors.knowledge.markdown.parsing import parse_document
from processors.pipelines.cag.sources.signature import sign_processing
from processors.pipelines.embed import embed_chunks
from processors.settings import Settings
from processors.stores.search import write_chunks
from processors.versions import builds, catalog, swaps

RUNBOOKS: Final = "runbooks"
KUBERNETES: Final = "kubernetes"
_READ_AT: Final = "2026-01-01T00:00:00+00:00"


def is_held_out(page: str) -> bool:
    """Tell whether a runbook, named by its path, belongs to the half that nothing was tuned on.

    Example:
        >>> is_held_out("etcd/etcdNoLeader.md"), is_held_out("node/NodeRAIDDegraded.md")
        (True, False)
    """
    return int(hashlib.sha256(page.encode()).hexdigest(), 16) % 2 == 1


def read_pages(data: Path, splitter: Splitter) -> list[Chunk]:
    """Return the chunks of the runbooks and of the English pages of Kubernetes, cut as in the product."""
    chunks: list[Chunk] = []
    for repository, path, file in _list_pages(data):
        document = parse_document(path, file.read_text(encoding="utf-8"))
        cite = {"repository": repository, "path": path}
        chunks += build_document_chunks(document, cite, ["public"], splitter, "benchmark", _READ_AT)
    return chunks


def _list_pages(data: Path) -> Iterator[tuple[str, str, Path]]:
    """Runbooks lie below `runbooks/`, as in their own repository; by that the product knows them."""
    for repository, prefix, folder in (
        (RUNBOOKS, "runbooks/", data / "runbooks/corpus"),
        (KUBERNETES, "", data / "kubernetes-docs/content/en"),
    ):
        for file in sorted(folder.rglob("*.md")):
            yield repository, f"{prefix}{file.relative_to(folder)}", file


def load_alerts(data: Path, *, hard: bool) -> list[Query]:
    """Return what alerts say, with their runbooks named as `read_pages` names them."""
    return [
        Query(
            query_id=query["query_id"],
            query=query["query"],
            relevant={f"runbooks/{page}": grade for page, grade in query["relevant"].items()},
        )
        for query in load_incidents(data / "runbooks", hard=hard)
    ]


def name_alerts(alerts: list[Query]) -> list[Query]:
    """Return the names of the alerts alone, as their pages are called, with those pages.

    Example:
        >>> alert = Query(query_id="q", query="A disk fails.", relevant={"runbooks/node/Broken.md": 2})
        >>> name_alerts([alert])[0]["query"]
        'Broken'
    """
    pages = sorted({f"runbooks/{find_answer(alert)}" for alert in alerts})
    return [Query(query_id=page, query=PurePosixPath(page).stem, relevant={page: 2}) for page in pages]


def find_answer(query: Query) -> str:
    """Return the page that the alert links, by the path that it has in its repository."""
    best = max(query["relevant"].values())
    return min(page for page, grade in query["relevant"].items() if grade == best).removeprefix("runbooks/")


def prepare(client: OpenSearch, settings: Settings, name: str, chunks: list[Chunk]) -> str:
    """Make the chunks the live version of documents, with a plain index beside it; what is there stays.

    Args:
        client: OpenSearch.
        settings: Name the embedding model and its server.
        name: Of the corpus.
        chunks: Of the corpus, without vectors; at least one.

    Raises:
        SystemExit: The stack holds documents that are not the benchmark's.
    """
    live = catalog.find_live(client, "cag")
    if live and "benchmark" not in catalog.read_meta(client, live):
        sys.exit(f"{live} is live and not the benchmark's: run it on a stack of its own (make bench-quality)")
    signature = make_id(name, sign_processing(settings), [chunk["content_hash"] for chunk in chunks])
    earlier = [version for version in _list(client) if version["meta"].get("benchmark") == name]
    index = next((one["index"] for one in earlier if one["meta"].get("signature") == signature), None)
    if index is None:
        # Another analysis leaves the vectors as they were, and they are what takes most of the time.
        embed_chunks(client, settings, chunks, earlier[-1]["index"] if earlier else None)
        index = builds.create_version(client, "cag", {"benchmark": name})
        refused = write_chunks(client, index, chunks)
        if refused:
            sys.exit(f"{index}: {len(refused)} chunks were refused, the first: {refused[0]}")
        _write_plain(client, settings, f"plain-{name}", chunks)
        # Only what is complete can be used again.
        catalog.update_meta(client, index, state="retired", signature=signature)
    swaps.promote(client, "cag", index)
    return index


def _list(client: OpenSearch) -> list[catalog.Version]:
    return catalog.list_versions(client, "cag") if catalog.find_live(client, "cag") else []


def _write_plain(client: OpenSearch, settings: Settings, index: str, chunks: list[Chunk]) -> None:
    client.indices.delete(index=index, ignore_unavailable=True)
    client.indices.create(index=index, body=plain_index(settings.embedding.dimension))
    kept = ("doc_id", "title", "text", "embedding")
    rows: Iterable[dict[str, Any]] = (
        {"_index": index, "_source": {name: chunk[name] for name in kept}}  # type: ignore[literal-required]
        for chunk in chunks
    )
    helpers.bulk(client, rows, chunk_size=500)
    client.indices.refresh(index=index)
