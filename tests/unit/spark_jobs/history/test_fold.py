"""What executors fold is what the stream makes, wherever files end, whoever is killed."""

import json
import random
import tempfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.access_policy import AccessPolicy, load_policy
from processors.knowledge import topics
from processors.knowledge.chunk import Chunk
from processors.knowledge.chunk_tables import table_to_chunks
from processors.knowledge.partitions import build_chunks
from processors.knowledge.record import Record
from processors.pipelines.rag.ingest import mask_record
from processors.stores import staging
from spark_jobs.history import fold, plan, reading
from spark_jobs.rebuild_history import parse_time
from tests.support.archive import archive_all, archive_run, make_lines
from tests.support.stages import make_record

BEGIN, END = parse_time("2026-11-21T00:00:00"), parse_time("2026-11-22T00:00:00Z")
READING = fold.Reading((), load_policy(None), "b", "now")


def fold_all(url: str, given_reading: fold.Reading = READING) -> tuple[dict[str, Chunk], plan.Plan]:
    """Plan and fold without Spark; the chunks are those of the last of their writes."""
    run_url = f"{url}/rag/rebuild"
    planned = plan.make_plan(url, run_url, BEGIN, END)
    chunks: dict[str, Chunk] = {}
    for name in planned["pieces"]:
        folded = fold.fold_piece(run_url, plan.read_piece(run_url, name), given_reading)
        for part in fold.list_parts(run_url, name, folded):
            for chunk in table_to_chunks(staging.read_table(part)):
                held = chunks.get(chunk["chunk_id"])
                if held is None or chunk["write_version"] >= held["write_version"]:
                    chunks[chunk["chunk_id"]] = chunk
    return chunks, planned


def stream(records: list[Record], batches: list[list[Record]]) -> dict[str, Chunk]:
    """Return what the stream makes of the same records, batch by batch; `records` are only counted."""
    state, chunks = None, {}
    assert sum(map(len, batches)) == len(records)
    for batch in batches:
        if batch:
            built = build_chunks(list(map(mask_record, batch)), state, (), "b", "now")
            state = json.loads(json.dumps(built["state"]))
            chunks |= {chunk["chunk_id"]: chunk for chunk in built["chunks"]}
    return chunks


@settings(max_examples=12, deadline=None)
@given(
    count=st.integers(1, 150),
    streamed=st.lists(st.integers(1, 60), max_size=6),
    archived=st.lists(st.integers(1, 60), max_size=6),
    batch=st.integers(8, 120),
    keep=st.integers(10, 150),
)
def test_history_and_stream_make_the_same_chunks_wherever_batches_end(
    count: int, streamed: list[int], archived: list[int], batch: int, keep: int
) -> None:
    records = make_lines(0, count)
    ends = [0, *(sum(streamed[: n + 1]) for n in range(len(streamed))), count]
    batches = [records[min(a, count) : min(b, count)] for a, b in pairwise(ends)]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_BATCH", batch)
        patch.setattr(fold, "_KEEP_EVERY", keep)
        url = Path(folder).as_uri()
        archive_all(url, records, archived)
        rebuilt, planned = fold_all(url)
    assert rebuilt == stream(records, batches)
    assert planned["offsets"] == count


def test_what_was_read_twice_and_comes_late_counts_once(tmp_path: Path) -> None:
    records = make_lines(0, 300)
    url = tmp_path.as_uri()
    for number, (begin, end) in enumerate([(200, 300), (0, 150), (100, 250), (0, 150)]):
        archive_run(url, f"run-{number}", records[begin:end], number)
    assert fold_all(url)[0] == stream(records, [records])


@pytest.mark.parametrize("spoil", ["cut", "random", "missing", "empty", "other"])
def test_a_broken_file_is_put_aside_by_name_and_the_rest_goes_on(tmp_path: Path, spoil: str) -> None:
    records = make_lines(0, 300)
    url = tmp_path.as_uri()
    files = archive_all(url, records, [100, 100])
    broken = Path(files[1].removeprefix("file://"))
    content = bytearray(broken.read_bytes())
    if spoil == "missing":
        broken.unlink()
    elif spoil == "other":
        broken.write_text("this is no Parquet, and never was")
    else:
        noise = random.Random(1)  # noqa: S311 - it spoils a file
        spoilt = (
            bytearray(noise.randbytes(len(content))) if spoil == "random" else content[: len(content) // 2]
        )
        broken.write_bytes(b"" if spoil == "empty" else spoilt)
    rebuilt, planned = fold_all(url)
    kept = [record for record in records if not 100 <= record["offset"] < 200]
    assert rebuilt == stream(kept, [kept])
    (name,) = planned["pieces"]
    (aside,) = fold.read_folded(f"{url}/rag/rebuild", name)["quarantined"]
    assert (aside["file"], aside["begin"], aside["end"]) == (files[1], 100, 200)
    assert aside["error"]


def test_a_disk_that_fails_puts_nothing_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = tmp_path.as_uri()
    archive_all(url, make_lines(0, 10), [])

    def fail(_: str) -> bytes:
        raise OSError("timed out")

    with monkeypatch.context() as patch:
        patch.setattr(staging, "read_bytes", fail)
        with pytest.raises(OSError, match="timed out"):
            fold_all(url)
    assert len(fold_all(url)[0]) > 0


def test_a_broken_manifest_is_told_by_name(tmp_path: Path) -> None:
    url = tmp_path.as_uri()
    archive_all(url, make_lines(0, 200), [100])
    manifest = tmp_path / "rag/run-1/light/manifest.json"
    manifest.write_text(manifest.read_text()[:20])
    _, planned = fold_all(url)
    assert planned["unreadable"] == [manifest.as_uri()]
    assert planned["offsets"] == 100


@pytest.mark.parametrize("dies_at", range(1, 12))
def test_a_fold_that_was_killed_goes_on_and_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """Killed before each of its writes in turn, and once more in its second try."""
    first, second = make_lines(0, 200), make_lines(1, 100)
    monkeypatch.setattr(reading, "_BATCH", 30)
    monkeypatch.setattr(fold, "_KEEP_EVERY", 60)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        # Where a try goes on, some of the next file was read already.
        runs = [first[:70], first[50:140], [*first[120:], *second[:40]], second[30:]]
        for number, records in enumerate(runs):
            archive_run(folder.as_uri(), f"run-{number}", records, number)
    undisturbed, _ = fold_all(whole.as_uri())
    for dies in (dies_at, 3):
        fold_until(killed.as_uri(), dies)
    assert fold_all(killed.as_uri())[0] == undisturbed
    assert undisturbed == stream(first, [first]) | stream(second, [second])


def fold_until(url: str, number: int) -> None:
    """Fold, and die before the write of that number, if it comes to so many."""
    left = [number]

    def die_before(real: Any) -> Any:
        def write(*given: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return real(*given)

        return write

    with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):
        for name in ("write_table", "write_json", "move_file"):
            patch.setattr(staging, name, die_before(getattr(staging, name)))
        fold_all(url)


def test_what_is_whole_is_not_folded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = tmp_path.as_uri()
    archive_all(url, make_lines(0, 50), [])
    before, _ = fold_all(url)
    # What is archived meanwhile isn't in the plan, and is read from Kafka.
    archive_run(url, "later", make_lines(0, 90)[50:], 60)
    monkeypatch.setattr(staging, "read_bytes", lambda _: pytest.fail("it reads again"))
    assert fold_all(url)[0] == before


def test_history_is_for_whom_the_policy_says_too(tmp_path: Path) -> None:
    archive_run(tmp_path.as_uri(), "run", [make_record(topics.LOGS, '{"message": "a line"}')])
    strict = READING._replace(policy=AccessPolicy(otherwise=("staff",)))
    (chunk,) = fold_all(tmp_path.as_uri(), strict)[0].values()
    assert chunk["acl"] == ["staff"]


def test_records_that_are_told_by_themselves_are_cut_into_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_PIECE_EVENTS", 10)
    stages: list[plan.Stage] = [
        (
            f"file:///s/{begin}/light",
            {
                "start": {topics.METRICS: {"0": begin}, topics.LOGS: {"0": begin}},
                "end": {topics.METRICS: {"0": begin + 6}, topics.LOGS: {"0": begin + 6}},
            },
        )
        for begin in (0, 6, 12, 15, 21, 27)
    ]
    pieces = list(plan.cut_pieces(stages))
    by_topic = {
        topic: [
            [source["begin"] for source in piece["sources"]] for piece in pieces if piece["topic"] == topic
        ]
        for topic in (topics.METRICS, topics.LOGS)
    }
    # The file from 15 on repeats what the one from 12 on has, so they stay together.
    assert by_topic == {topics.METRICS: [[0, 6], [12, 15, 21], [27]], topics.LOGS: [[0, 6, 12, 15, 21, 27]]}
    assert sum(piece["offsets"] for piece in pieces) == 2 * 33
