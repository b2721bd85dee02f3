"""The Spark job on a real local session: history leads to the very chunks that the stream made."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from processors.knowledge.chunk_tables import parquet_schema, table_to_chunks
from processors.knowledge.partitions import build_chunks
from processors.pipelines.rag.ingest import mask_record
from processors.settings import change_settings, load_settings
from processors.stores import staging
from spark_jobs import rebuild_history
from spark_jobs.history.plan import make_plan, read_stages
from spark_jobs.rebuild_history import embed_history, fold_history, parse_time, write_history
from tests.support.archive import archive_all, make_lines
from tests.support.bulk_server import serve_bulk

BEGIN, END = parse_time("2026-11-21T00:00:00"), parse_time("2026-11-22T00:00:00Z")


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    # It tells of its end when the tests' output is closed already.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()


def test_history_makes_the_chunks_that_the_stream_made(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = tmp_path.as_uri()
    partitions = [make_lines(partition, count) for partition, count in ((0, 400), (1, 40))]
    archive_all(url, [record for records in partitions for record in records], [150, 150, 30])
    Path(staging.stage_url(url, "rag", "run-1", "ingest").removeprefix("file://"), "records.parquet").unlink()
    kept = [[r for r in partitions[0] if not 150 <= r["offset"] < 300], partitions[1]]
    streamed = [build_chunks(list(map(mask_record, records)), None, (), "b", "now") for records in kept]
    run_url = f"{url}/rag/rebuild"
    for _ in range(2):
        with monkeypatch.context() as patch:
            for collecting in ("toArrow", "toPandas"):
                patch.setattr(
                    type(spark.range(1)), collecting, lambda _: pytest.fail("the driver has chunks")
                )
            fold_history(spark, run_url, make_plan(url, run_url, BEGIN, END))
    written = staging.read_table(f"{run_url}/heavy/chunks.parquet")
    assert written.schema.names == parquet_schema().names
    rebuilt = {chunk["chunk_id"]: chunk for chunk in table_to_chunks(written)}
    assert len(rebuilt) == written.num_rows
    own = ("batch_id", "ingested_at")
    assert {key: {**chunk, **dict.fromkeys(own)} for key, chunk in rebuilt.items()} == {
        chunk["chunk_id"]: {**chunk, **dict.fromkeys(own)} for built in streamed for chunk in built["chunks"]
    }
    manifest = staging.read_manifest(f"{run_url}/heavy")
    assert manifest["end"] == {"runlore.logs": {"0": 400, "1": 40}}
    assert manifest["records"] == 400 + 40 - 150
    assert [(aside["begin"], aside["end"]) for aside in manifest["quarantined"]] == [(150, 300)]
    assert staging.read_json(manifest["log_state"]) == {
        f"runlore.logs/{partition}": json.loads(json.dumps(built["state"]))
        for partition, built in enumerate(streamed)
    }


def test_executors_embed_each_content_once_and_write_what_is_put_off_again(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = tmp_path.as_uri()
    archive_all(url, make_lines(0, 300), [])
    run_url = f"{url}/rag/rebuild"
    fold_history(spark, run_url, make_plan(url, run_url, BEGIN, END))
    calls = tmp_path / "calls"
    script = tmp_path / "model.py"
    script.write_text(
        "import base64, json, struct, sys\n"
        "for line in sys.stdin:\n"
        "    texts = json.loads(line)\n"
        f"    open({str(calls)!r}, 'a').write('.' * len(texts))\n"
        "    vectors = b''.join(struct.pack('<2f', len(text), 1) for text in texts)\n"
        "    told = {'model': 'm@1', 'vectors': base64.b64encode(vectors).decode()}\n"
        "    print(json.dumps(told), flush=True)\n"
    )
    settings = change_settings(load_settings(), embedding={"spark": f"{sys.executable} {script}"})
    monkeypatch.setattr(rebuild_history, "load_settings", lambda: settings)
    for _ in range(2):
        embed_history(spark, run_url, "")
    chunks = table_to_chunks(staging.read_table(f"{run_url}/embed/chunks.parquet"))
    before = staging.read_table(f"{run_url}/heavy/chunks.parquet")
    assert len(chunks) == before.num_rows > 1
    assert all(len(chunk["embedding"]) == 2 for chunk in chunks)
    contents = {chunk["content_hash"] for chunk in chunks}
    # Equal contents lie in one file, and files that have their vectors are left alone.
    assert len(calls.read_text()) == len(contents)
    manifest = staging.read_manifest(f"{run_url}/embed")
    assert manifest["chunks"] == len(chunks)
    assert manifest["model"].endswith("@1")
    with serve_bulk(refused="payment") as bulk:
        stores = change_settings(settings, opensearch={"url": bulk.url})
        monkeypatch.setattr(rebuild_history, "load_settings", lambda: stores)
        write_history(spark, run_url, "rag-v000007")
    refused = {chunk["chunk_id"] for chunk in chunks if "payment" in chunk["text"]}
    (index,) = bulk.held
    assert index == "rag-v000007-000001"
    assert bulk.held[index].keys() == {chunk["chunk_id"] for chunk in chunks} - refused
    assert all(len(chunk["embedding"]) == 2 for chunk in bulk.held[index].values())
    assert bulk.put_off
    written = staging.read_manifest(f"{run_url}/written")
    assert (written["written"], {*written["refused"]}) == (len(chunks), refused)
    assert {letter["topic"] for letter in written["letters"]} == {"runlore.logs"}
    assert refused


def test_only_finished_runs_of_the_window_are_read(tmp_path: Path) -> None:
    root = tmp_path.as_uri()
    for run, hour in (("early", 6), ("within", 8), ("late", 11)):
        url = staging.stage_url(root, "rag", run, "light")
        staging.write_manifest(url, {"finished_at": f"2026-11-21T{hour:02}:00:00+00:00"})
    (tmp_path / "rag" / "unfinished" / "light").mkdir(parents=True)
    begin, end = parse_time("2026-11-21T07:00:00"), parse_time("2026-11-21T10:00:00Z")
    assert [url.split("/")[-2] for url, _ in read_stages(root, begin, end)[0]] == ["within"]
    with pytest.raises(ValueError, match="no archived run"):
        read_stages(root, end, datetime(2026, 11, 21, 10, 30, tzinfo=UTC))
