"""One schema: what goes to Parquet comes back, and the mapping knows every field."""

from processors.knowledge.chunk import Chunk, index_mapping
from processors.knowledge.chunk_tables import chunks_to_table, table_to_chunks

CHUNK = Chunk(
    chunk_id="c",
    doc_id="d",
    source="s",
    kind="doc",
    title="t",
    heading_path="h",
    text="x",
    content_hash="0",
    observed_at="2026-11-21T07:00:00+00:00",
    ingested_at="2026-11-21T07:00:00+00:00",
    cluster="",
    namespace="",
    service="",
    severity="",
    labels={"a": "b"},
    acl=["public"],
    cite={"type": "git", "start_line": 3},
    batch_id="b",
)


def test_chunks_survive_parquet() -> None:
    assert table_to_chunks(chunks_to_table([CHUNK])) == [CHUNK]
    embedded: Chunk = {**CHUNK, "embedding": [0.5, -0.25], "embedding_model": "m@1"}
    assert table_to_chunks(chunks_to_table([CHUNK, embedded])) == [CHUNK, embedded]
    assert table_to_chunks(chunks_to_table([])) == []


def test_the_mapping_knows_every_field_and_names_the_engine() -> None:
    properties = index_mapping(384)["properties"]
    assert set(properties) == set(Chunk.__annotations__) - {"write_version"}, (
        "OpenSearch keeps that beside it"
    )
    assert properties["embedding"]["method"]["engine"] == "lucene"
    assert properties["embedding"]["dimension"] == 384
