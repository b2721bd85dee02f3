"""`markdown_processing_task`: staged pages in, chunks and what is odd about the pages out."""

from datetime import UTC, datetime
from typing import Any

from processors.chunk import Chunk, chunks_to_table, make_id
from processors.markdown.chunking import build_document_chunks, open_splitter
from processors.markdown.parsing import parse_document
from processors.settings import Settings
from processors.stores import staging


def process_documents(settings: Settings, run_url: str) -> dict[str, Any]:
    """Parse the staged pages and cut them into chunks; what is odd about a page is reported, not fatal.

    Returns:
        Counts of pages and chunks, and the oddities as `path:line: what`.
    """
    splitter = open_splitter(settings.tokenizer_file, settings.chunk_tokens)
    now = datetime.now(UTC).isoformat()
    chunks: list[Chunk] = []
    oddities: list[str] = []
    rows = staging.read_table(f"{run_url}/sync/files.parquet").to_pylist()
    for row in rows:
        document = parse_document(row["path"], row["text"])
        oddities += document["oddities"]
        cite = {"type": "git", **{name: row[name] for name in ("repository", "commit", "path")}}
        chunks += build_document_chunks(document, cite, row["groups"], splitter, make_id(run_url), now)
    staging.write_table(f"{run_url}/markdown", "chunks", chunks_to_table(chunks))
    staging.write_manifest(f"{run_url}/markdown", {"pages": len(rows), "oddities": oddities})
    return {"pages": len(rows), "chunks": len(chunks), "oddities": oddities}
