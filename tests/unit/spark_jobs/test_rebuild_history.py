"""What the workers do, and that the driver leaves it to them; an integration test runs the job on Spark."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from processors.knowledge import topics
from processors.pipelines.rag.ingest import RECORD_SCHEMA
from processors.settings import change_settings, load_settings
from processors.stores import staging
from spark_jobs import rebuild_history
from tests.support.stages import make_record


def test_the_driver_collects_no_chunks_and_says_last_that_they_are_there(tmp_path: Path) -> None:
    url = tmp_path.as_uri()
    written: list[Any] = []

    def write_parquet(to: str, **options: str) -> None:
        assert not (tmp_path / "heavy/manifest.json").exists()
        written.append((to, options))

    def choose_mode(mode: str) -> Any:
        assert mode == "overwrite", "what a failed try left is replaced"
        return SimpleNamespace(parquet=write_parquet)

    # A frame that can only be written where it is: whatever brings it to the driver fails.
    chunks: Any = SimpleNamespace(write=SimpleNamespace(mode=choose_mode))
    stages: Any = [(f"{url}/light", {"end": {"runlore.logs": {"0": 7}}})]
    rebuild_history.write_chunks(url, chunks, stages, {"from": "a", "to": "b"})
    assert written == [(f"{url}/heavy/chunks.parquet", {"compression": "zstd"})]
    assert staging.read_manifest(f"{url}/heavy")["end"] == stages[0][1]["end"]


def test_history_is_for_whom_the_policy_says_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("otherwise: [staff]\n")
    settings = change_settings(load_settings(), access={"policy_file": policy})
    monkeypatch.setattr(rebuild_history, "load_settings", lambda: settings)
    records = [make_record(topics.LOGS, '{"message": "a line"}')]
    batches = pa.Table.from_pylist(records, schema=RECORD_SCHEMA).to_batches()
    (batch,) = rebuild_history.build_batches(batches, tmp_path.as_uri(), "2026-11-21T07:30:00+00:00")
    assert batch.column("acl").to_pylist() == [["staff"]]
