"""What a micro-batch wrote is looked for, and only that."""

from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from processors import rag
from processors.chunk import Chunk, chunks_to_table
from processors.settings import load_settings
from processors.stores import staging

LIVE = "rag-v000007"


def make_chunk(chunk_id: str) -> Chunk:
    texts = dict.fromkeys(
        ("doc_id", "source", "title", "heading_path", "text", "content_hash", "cluster", "namespace",
         "service", "severity", "batch_id"), "x",
    )  # fmt: skip
    times = dict.fromkeys(("observed_at", "ingested_at", "began_at"), "2026-11-21T09:00:00+00:00")
    chunk: Any = {
        **texts,
        **times,
        "chunk_id": chunk_id,
        "kind": "log_pattern",
        "labels": {},
        "acl": ["public"],
        "cite": {},
        "source_offset": 2,
        "source_place": "runlore.logs/0",
    }
    return cast("Chunk", chunk)


@pytest.fixture
def run_url(tmp_path: Path) -> str:
    """A run that wrote three chunks, of which OpenSearch refused one for good."""
    url = tmp_path.as_uri()
    staging.write_table(f"{url}/embed", "chunks", chunks_to_table([make_chunk(name) for name in "abc"]))
    staging.write_manifest(f"{url}/ingest", {"newest_ms": 1_763_708_400_000})
    staging.write_manifest(f"{url}/index", {"refused": ["b"]})
    return url


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the read alias stand for these versions, one after the other, and find these chunks."""

    def hold_chunks(found: str, *live: str) -> None:
        told = iter(live)
        monkeypatch.setattr("processors.stores.versions.find_live", lambda *_: next(told))
        monkeypatch.setattr(
            "processors.stores.search.find_present", lambda _, __, wanted: {*wanted} & {*found}
        )

    return hold_chunks


def check(run_url: str) -> dict[str, float]:
    return rag.check_searchable(load_settings(), run_url, LIVE)


def test_a_chunk_that_became_a_dead_letter_is_not_looked_for(run_url: str, hold: Any) -> None:
    hold("ac", LIVE)
    assert check(run_url)["sampled_chunks"] == 2


def test_a_batch_of_which_everything_became_a_dead_letter_is_no_fault(run_url: str, hold: Any) -> None:
    staging.write_manifest(f"{run_url}/index", {"refused": ["a", "b", "c"]})
    hold("", LIVE)
    assert check(run_url) == {"sampled_chunks": 0.0}


def test_a_written_chunk_that_is_not_found_is_a_fault(run_url: str, hold: Any) -> None:
    hold("a", LIVE, LIVE)
    with pytest.raises(RuntimeError, match=rf"1 written chunks can't be found in {LIVE}: \['c'\]"):
        check(run_url)


def test_a_version_that_is_taken_back_meanwhile_is_no_fault(run_url: str, hold: Any) -> None:
    hold("", LIVE, "rag-v000006")
    assert check(run_url) == {"sampled_chunks": 0.0}


def test_a_write_leaves_behind_which_chunks_were_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = tmp_path.as_uri()
    manifest = {"version": LIVE, "held": {}, "start": {}, "end": {"runlore.logs": {"0": 3}}}
    staging.write_manifest(f"{url}/light", {**manifest, "log_state": None})
    staging.write_table(f"{url}/light", "dead_letters", pa.Table.from_pylist([], rag._LETTER_SCHEMA))
    staging.write_table(f"{url}/embed", "chunks", chunks_to_table([make_chunk(name) for name in "ab"]))
    monkeypatch.setattr("processors.stores.versions.read_meta", lambda *_: {"positions": {}})
    monkeypatch.setattr("processors.stores.versions.update_meta", lambda *_, **__: None)
    monkeypatch.setattr("processors.stores.slices.write_chunks", lambda *_: [("b", "it is odd")])
    monkeypatch.setattr("processors.stores.slices.check_slices", lambda *_: {})
    monkeypatch.setattr("processors.stores.kafka.send_dead_letters", lambda *_: {})
    monkeypatch.setattr("processors.stores.kafka.mirror_positions", lambda *_: None)
    indexed = rag.index_chunks(load_settings(), url, from_history=False)
    assert indexed["refused"] == 1
    assert [chunk["chunk_id"] for chunk in rag.read_written(url)] == ["a"]
