"""What a batch leaves: the latest write of each chunk, for those whom the policy names."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from processors.knowledge import topics
from processors.knowledge.chunk_tables import table_to_chunks
from processors.pipelines.rag.ingest import RECORD_SCHEMA
from processors.pipelines.rag.light import process_events
from processors.settings import change_settings, load_settings
from processors.stores import staging
from tests.support.stages import make_record, run_stages


@pytest.mark.parametrize("name", ["SERVICE" * 6_000, "я" * 20_000])
def test_a_name_that_opensearch_would_refuse_is_cut(name: str) -> None:
    value = json.dumps({"message": "ERROR the culprit", "service": {"name": name}})
    told = run_stages([make_record(topics.LOGS, value)])
    assert (len(told.chunks), told.letters) == (1, [])
    assert len(told.chunks[0]["service"].encode()) < 32_766


POD = {"kind": "Pod", "metadata": {"name": "a-1", "uid": "u"}, "status": {"phase": "Running"}}


@pytest.mark.parametrize(("policy", "groups"), [("otherwise: [staff]\n", ["staff"]), (None, ["public"])])
def test_what_arrives_is_for_whom_the_policy_of_the_settings_says(
    tmp_path: Path, policy: str | None, groups: list[str]
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(policy or "")
    settings = change_settings(load_settings(), access={"policy_file": file if policy else None})
    url = tmp_path.as_uri()
    records = [
        make_record(topics.LOGS, '{"message": "a line"}'),
        make_record(topics.KUBERNETES, json.dumps(POD)),
    ]
    staging.write_table(f"{url}/ingest", "records", pa.Table.from_pylist(records, schema=RECORD_SCHEMA))
    staging.write_manifest(f"{url}/ingest", {"version": None, "start": {}, "end": {}, "held_log_state": None})
    process_events(settings, url)
    chunks = table_to_chunks(staging.read_table(f"{url}/light/chunks.parquet"))
    assert {chunk["kind"] for chunk in chunks} == {"log_pattern", "k8s_state"}
    assert [chunk["acl"] for chunk in chunks] == [groups, groups]
