"""Chunks as Arrow tables, which stages hand to each other as Parquet. Apart, for who asks needs no Arrow."""

import json

import pyarrow as pa

from processors.knowledge.chunk import DATES, JSON, KEPT, KEYWORDS, LISTS, TEXTS, Chunk


def parquet_schema() -> pa.Schema:
    """Return the Arrow schema of a Parquet file of chunks."""
    strings = [pa.field(name, pa.string()) for name in (*KEYWORDS, *TEXTS, *KEPT, *DATES, *JSON)]
    lists = [pa.field(name, pa.list_(pa.string())) for name in LISTS]
    vector = pa.field("embedding", pa.list_(pa.float32()))
    numbers = [pa.field(name, pa.int64()) for name in ("source_offset", "write_version")]
    return pa.schema([*strings, *lists, vector, *numbers])


def chunks_to_table(chunks: list[Chunk]) -> pa.Table:
    """Return chunks as an Arrow table in the Parquet schema, JSON objects as text."""
    rows = [
        {
            **chunk,
            **{name: json.dumps(value, sort_keys=True) for name, value in chunk.items() if name in JSON},
        }
        for chunk in chunks
    ]
    return pa.Table.from_pylist(rows, schema=parquet_schema())


def table_to_chunks(table: pa.Table) -> list[Chunk]:
    """Return the chunks of an Arrow table; fields that are null there are absent here."""
    rows = ({name: value for name, value in row.items() if value is not None} for row in table.to_pylist())
    return [{**row, **{name: json.loads(row[name]) for name in JSON if name in row}} for row in rows]  # type: ignore[typeddict-item]
