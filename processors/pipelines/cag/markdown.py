"""`markdown_processing_task`: staged pages in, chunks and warnings about the pages out.

Beside the chunks it stages a record of every page of the version to be: what the runbooks lack is told from
it. The records of pages that the run didn't read are those of the version that it starts from.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from processors.knowledge.chunk import Chunk, make_id
from processors.knowledge.chunk_tables import chunks_to_table
from processors.knowledge.markdown.chunking import build_document_chunks
from processors.knowledge.markdown.cutting import open_splitter
from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.procedures.checking import PageRecord, record_page, update_records
from processors.knowledge.procedures.reading import read_procedure
from processors.pipelines.cag.sources.cites import build_cite, is_converted
from processors.settings import Settings
from processors.stores import search, staging
from processors.versions import catalog

_SHOWN_WARNINGS: Final = 50


def process_documents(settings: Settings, run_url: str) -> dict[str, Any]:
    """Parse the staged pages and cut them into chunks; a warning about a page is reported, not fatal.

    Returns:
        Counts of pages and chunks, and the first warnings as `path:line: what`; the manifest has all.
    """
    splitter = open_splitter(settings.embedding.tokenizer_file, settings.documents.chunk_tokens)
    now = datetime.now(UTC).isoformat()
    chunks: list[Chunk] = []
    warnings: list[str] = list(staging.read_manifest(f"{run_url}/sync").get("warnings", []))
    records: dict[str, PageRecord] = {}
    rows = staging.read_table(f"{run_url}/sync/files.parquet").to_pylist()
    for row in rows:
        included: dict[str, str] = json.loads(row.get("included") or "{}")
        document = parse_document(row["path"], row["text"], included.get, plain=is_converted(row))
        warnings += document["warnings"]
        records[make_id(row["repository"], row["path"])] = record_page(
            row["repository"], document, read_procedure(document)
        )
        cite = build_cite(row)
        chunks += build_document_chunks(
            document, cite, row["groups"], splitter, make_id(run_url), now, row["changed_at"]
        )
    staging.write_table(f"{run_url}/markdown", "chunks", chunks_to_table(chunks))
    url, missing = _stage_records(settings, run_url, records)
    warnings += missing
    staging.write_manifest(
        f"{run_url}/markdown", {"pages": len(rows), "warnings": warnings, "page_records": url}
    )
    return {"pages": len(rows), "chunks": len(chunks), "warnings": warnings[:_SHOWN_WARNINGS]}


def _stage_records(settings: Settings, run_url: str, read: dict[str, PageRecord]) -> tuple[str, list[str]]:
    """Return the URL of the records of all pages, and warnings about those to be carried over."""
    manifest = staging.read_manifest(f"{run_url}/sync")
    base, carried = manifest["base"], manifest["carried_sources"]
    held: dict[str, PageRecord] = {}
    warnings = []
    if base and carried:
        url = catalog.read_meta(search.open_search(settings.opensearch), base).get("page_records", "")
        if url and staging.is_present(url):
            held = staging.read_json(url)
        else:
            warnings.append(
                f"{base}:1: has no records of its pages: the runbook report lacks those carried over"
            )
    records = update_records(held, manifest["dropped_documents"], carried, read)
    return staging.write_json(f"{run_url}/markdown", "page_records", records), warnings
