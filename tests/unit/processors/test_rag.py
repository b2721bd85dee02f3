"""What a batch leaves: the latest write of each chunk, and a letter that names the record at fault."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from processors import rag
from processors.chunk import Chunk, table_to_chunks
from processors.knowledge import topics
from processors.settings import load_settings
from processors.stores import staging
from tests.support.stages import make_record, run_stages


def make_chunk(chunk_id: str, **fields: Any) -> Chunk:
    chunk: Any = {"chunk_id": chunk_id, "source_place": "runlore.logs/0", "source_offset": 9, **fields}
    return chunk


def test_the_letter_of_a_refused_window_names_the_record_that_opened_it() -> None:
    chunks = [make_chunk("a", source_offsets="2,5-8"), make_chunk("b", source_offsets="4,9")]
    letters = rag.note_refused(chunks, [("a", "too long"), ("b", "also")])
    assert [(letter["topic"], letter["partition"], letter["offset"]) for letter in letters] == [
        ("runlore.logs", 0, 2),
        ("runlore.logs", 0, 4),
    ]
    assert "too long" in letters[0]["error"]


def test_the_letter_of_an_object_names_its_record_and_holds_all_that_was_refused_of_it() -> None:
    place = {"source_place": "runlore.metrics/1", "source_offset": 8}
    (letter,) = rag.note_refused(
        [make_chunk("a", **place), make_chunk("b", **place)], [("a", "x"), ("b", "y")]
    )
    assert (letter["topic"], letter["partition"], letter["offset"]) == ("runlore.metrics", 1, 7)
    assert "chunk a: x" in letter["error"]
    assert "chunk b: y" in letter["error"]


def test_of_one_object_s_chunks_the_latest_write_stays_whatever_partition_it_came_from() -> None:
    old, new = make_chunk("a", write_version=5, text="new"), make_chunk("a", write_version=3, text="old")
    for chunks in ([old, new], [new, old]):
        (kept,) = rag._keep_last(chunks)
        assert kept["text"] == "new"


@pytest.mark.parametrize("name", ["SERVICE" * 6_000, "я" * 20_000])
def test_a_name_that_opensearch_would_refuse_is_cut(name: str) -> None:
    value = json.dumps({"message": "ERROR the culprit", "service": {"name": name}})
    told = run_stages([make_record(topics.LOGS, value)])
    assert (len(told.chunks), told.letters) == (1, [])
    assert len(told.chunks[0]["service"].encode()) < 32_766


def test_staged_records_hold_no_text_that_can_t_be_written() -> None:
    record = make_record(topics.LOGS, '{"a": "\\ud83d", "password": "hunter22"}', key="\ud83d")
    record["headers"] = {"h": "\x00", "X-Api-Key": "A1b2C3d4E5f6"}
    masked = rag._mask_record(record)
    assert f"{masked['key']}{masked['headers']}{masked['value']}".encode()
    assert "hunter22" not in (masked["value"] or "")
    assert "A1b2C3d4E5f6" not in masked["headers"]["X-Api-Key"], "a header's name says what it holds"


POD = {"kind": "Pod", "metadata": {"name": "a-1", "uid": "u"}, "status": {"phase": "Running"}}


@pytest.mark.parametrize(("policy", "groups"), [("otherwise: [staff]\n", ["staff"]), (None, ["public"])])
def test_what_arrives_is_for_whom_the_policy_of_the_settings_says(
    tmp_path: Path, policy: str | None, groups: list[str]
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(policy or "")
    settings = load_settings().model_copy(update={"access_policy_file": file if policy else None})
    url = tmp_path.as_uri()
    records = [
        make_record(topics.LOGS, '{"message": "a line"}'),
        make_record(topics.KUBERNETES, json.dumps(POD)),
    ]
    staging.write_table(f"{url}/ingest", "records", pa.Table.from_pylist(records, schema=rag._RECORD_SCHEMA))
    staging.write_manifest(f"{url}/ingest", {"version": None, "start": {}, "end": {}, "log_state": None})
    rag.process_events(settings, url)
    chunks = table_to_chunks(staging.read_table(f"{url}/light/chunks.parquet"))
    assert {chunk["kind"] for chunk in chunks} == {"log_pattern", "k8s_state"}
    assert [chunk["acl"] for chunk in chunks] == [groups, groups]
