"""One schema: what goes to Parquet comes back, and the mapping knows every field."""

from processors.knowledge.chunk import Chunk, index_mapping, keep_last
from processors.knowledge.chunk_tables import chunks_to_table, table_to_chunks
from tests.support.chunks import make_bare_chunk

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


def test_of_one_object_s_chunks_the_latest_write_stays_whatever_partition_it_came_from() -> None:
    old, new = (
        make_bare_chunk("a", write_version=5, text="new"),
        make_bare_chunk("a", write_version=3, text="old"),
    )
    for chunks in ([old, new], [new, old]):
        (kept,) = keep_last(chunks)
        assert kept["text"] == "new"
