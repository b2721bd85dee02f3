"""Pages become chunks and records; an incremental run keeps the records of the pages that it didn't read."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from processors.knowledge.chunk import make_id
from processors.knowledge.markdown.cutting import make_splitter
from processors.pipelines.cag import markdown
from processors.settings import change_settings, load_settings
from processors.stores import staging

CHANGED = "2026-10-02T07:00:00+00:00"
BOOK = "---\nalert: Red\n---\n# Red\n\n## Steps\n\n1. [Look](b.md).\n"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Returns a function that stages pages as a sync would, processes them, and gives what was staged."""
    metas: dict[str, Any] = {}
    monkeypatch.setattr(markdown, "open_splitter", lambda *_: make_splitter(len, 500))
    monkeypatch.setattr("processors.stores.search.open_search", lambda _: None)
    monkeypatch.setattr("processors.versions.catalog.read_meta", lambda _, index: metas[index])
    settings = change_settings(load_settings(), documents={"chunk_tokens": 500})

    def run(name: str, pages: dict[str, str], base: str | None = None, dropped: tuple[str, ...] = ()) -> Any:
        url = f"file://{tmp_path}/{name}"
        rows = [
            {
                "repository": "r",
                "branch": "",
                "commit": "c",
                "path": path,
                "groups": ["public"],
                "changed_at": CHANGED,
                "text": text,
                "included": json.dumps(pages),
            }
            for path, text in pages.items()
        ]
        staging.write_table(f"{url}/sync", "files", pa.Table.from_pylist(rows))
        sync = {
            "base": base,
            "carried_sources": ["r"] if base else [],
            "dropped_documents": [make_id("r", path) for path in dropped],
            "warnings": ["far.md:1: not read: too large"],
        }
        staging.write_manifest(f"{url}/sync", sync)
        told = markdown.process_documents(settings, url)
        manifest = staging.read_manifest(f"{url}/markdown")
        metas[name] = {"page_records": manifest["page_records"]}
        return told, manifest, staging.read_json(manifest["page_records"])

    run.metas = metas  # type: ignore[attr-defined]
    return run


def test_records_of_untouched_pages_are_those_of_the_version_before(stage: Any) -> None:
    _, _, first = stage("v1", {"a.md": BOOK, "b.md": "# B\n\nx\n", "c.md": BOOK})
    told, _, second = stage("v2", {"a.md": BOOK.replace("1. ", "- ")}, "v1", ("a.md", "c.md"))
    by_path = {record["path"]: record for record in second.values()}
    assert told["pages"] == 1
    assert sorted(by_path) == ["a.md", "b.md"]
    assert by_path["b.md"] == first[make_id("r", "b.md")]
    assert "unnumbered_steps" in [finding["kind"] for finding in by_path["a.md"]["lacks"]]


def test_a_chunk_is_as_old_as_its_page(stage: Any, tmp_path: Path) -> None:
    stage("v1", {"a.md": BOOK})
    for row in staging.read_table(f"file://{tmp_path}/v1/markdown/chunks.parquet").to_pylist():
        assert row["observed_at"] == CHANGED
        assert row["ingested_at"] > CHANGED


def test_warnings_of_the_sync_and_of_the_pages_are_told_together(stage: Any) -> None:
    told, manifest, _ = stage("v1", {"a.md": "```sh\nls"})
    assert manifest["warnings"] == ["far.md:1: not read: too large", "a.md:1: a code block is never closed"]
    assert told["warnings"] == manifest["warnings"]


def test_a_version_without_records_stops_nothing(stage: Any) -> None:
    stage.metas["old"] = {}
    told, _, records = stage("v2", {"a.md": BOOK}, "old", ("a.md",))
    assert [record["path"] for record in records.values()] == ["a.md"]
    assert told["warnings"][-1].startswith("old:1: has no records of its pages")


def test_what_a_page_includes_stands_in_it_and_what_is_missing_is_told(stage: Any) -> None:
    told, _, _ = stage("v1", {"a.md": '# A\n\n--8<-- "b.md"\n\n--8<-- "c.md"\n', "b.md": "Stop it.\n"})
    assert "a.md:5: include c.md is not here" in told["warnings"]
    assert not [warning for warning in told["warnings"] if "include b.md" in warning]
