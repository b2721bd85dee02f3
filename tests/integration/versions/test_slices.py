"""Versions in slices on the real OpenSearch: what goes where, what leaves, what a reader sees."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch, OpenSearchException

from processors.knowledge.chunk import ENDED, Chunk, make_id
from processors.knowledge.chunk_tables import chunks_to_table
from processors.pipelines.maintain import apply_retention
from processors.pipelines.rag.index import index_chunks
from processors.pipelines.rag.light import LETTER_SCHEMA
from processors.settings import Settings, change_settings
from processors.stores import search, staging
from processors.versions import builds, catalog, deletion, retention, slices, swaps
from processors.versions.names import cover_family, find_version, name_slice

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def make_chunk(name: str, offset: int = 1, kind: str = "log_pattern", text: str = "x") -> Chunk:
    return Chunk(
        chunk_id=name, doc_id=name, source="test", kind=kind, title=name, heading_path="", text=text,
        content_hash=make_id(name), observed_at=NOW.isoformat(), ingested_at=NOW.isoformat(), cluster="",
        namespace="", service="", severity="", labels={}, acl=["public"], cite={}, batch_id="b",
        write_version=offset, embedding=[1.0, 0.0, 0.0, 0.0], embedding_model="m@1",
    )  # fmt: skip


def make_live(client: OpenSearch, pipeline: Any, slice_count: int = 0) -> str:
    """Make a version with a chunk in each of its slices and one in its base, and promote it."""
    version = make_version(client, pipeline, slice_count)
    swaps.promote(client, pipeline, version)
    return version


def make_version(client: OpenSearch, pipeline: Any, slice_count: int) -> str:
    version = builds.create_version(client, pipeline, {"slice": 1})
    slices.write_chunks(client, version, 1, [make_chunk("state", kind="k8s_state")])
    for number in range(1, slice_count + 1):
        slices.write_chunks(client, version, number, [make_chunk(f"c{number}")])
    catalog.update_meta(client, version, slice=max(slice_count, 1), state="candidate")
    return version


def find_aliases(client: OpenSearch, pipeline: str) -> dict[str, set[str]]:
    """Return which indices stand under each alias."""
    found: dict[str, set[str]] = {}
    for index, body in client.indices.get_alias(index=f"{pipeline}-v*").items():
        for alias in body["aliases"]:
            found.setdefault(alias, set()).add(index)
    return found


def find_texts(client: OpenSearch, index: str) -> dict[str, list[tuple[str, str]]]:
    """Return index and text of each chunk, by id."""
    client.indices.refresh(index=index)
    found: dict[str, list[tuple[str, str]]] = {}
    for hit in client.search(index=index, body={"size": 100})["hits"]["hits"]:
        found.setdefault(hit["_id"], []).append((hit["_index"], hit["_source"]["text"]))
    return found


def list_family(client: OpenSearch, version: str) -> list[str]:
    return sorted(client.indices.get_alias(index=f"{version}*"))


def test_new_chunks_go_to_the_written_slice_and_held_ones_stay(client: OpenSearch, pipeline: Any) -> None:
    version = make_live(client, pipeline)
    first, second = name_slice(version, 1), name_slice(version, 2)
    slices.write_chunks(client, version, 1, [make_chunk("a", 5, text="old"), make_chunk("b", 6)])
    newer = [make_chunk("a", 8, text="new"), make_chunk("c", 9), make_chunk("m", 10, kind="ml_model")]
    assert slices.write_chunks(client, version, 2, newer) == []
    # Equal writes at older positions never overwrite newer ones, whatever slice is written to by then.
    assert slices.write_chunks(client, version, 3, [make_chunk("a", 7, text="late")]) == []
    assert find_texts(client, cover_family(version)) == {
        "a": [(first, "new")],
        "b": [(first, "x")],
        "c": [(second, "x")],
        "m": [(version, "x")],
        "state": [(version, "x")],
    }
    assert find_texts(client, pipeline) == find_texts(client, cover_family(version))
    assert find_aliases(client, pipeline) == {
        pipeline: {version, first, second},
        f"{pipeline}-write": {second},
    }
    assert search.count_chunks(client, cover_family(version)) == 5
    assert [v["index"] for v in catalog.list_versions(client, pipeline)] == [version]
    assert catalog.find_live(client, pipeline) == version


def test_what_a_killed_attempt_wrote_unseen_is_not_there_twice(client: OpenSearch, pipeline: Any) -> None:
    version = make_live(client, pipeline, 1)
    index = name_slice(version, 1)
    client.indices.put_settings(index=index, body={"index": {"refresh_interval": "-1"}})
    chunk: Any = make_chunk("unseen")
    held = {name: value for name, value in chunk.items() if name != "write_version"}
    client.index(index=index, id="unseen", body=held, params={"version": 1, "version_type": "external_gte"})
    assert slices.find_places(client, version, ["unseen", "c1"]) == {"c1": index}
    slices.write_chunks(client, version, 1, [chunk])
    assert find_texts(client, cover_family(version))["unseen"] == [(index, "x")]


def test_retention_by_age_drops_whole_indices(client: OpenSearch, pipeline: Any, settings: Settings) -> None:
    version = make_live(client, pipeline, 4)
    soon = datetime.now(UTC) + timedelta(days=settings.retention.days, minutes=-5)
    assert retention.drop_old_slices(client, version, 4, settings, soon) == []
    late = datetime.now(UTC) + timedelta(days=settings.retention.days, minutes=5)
    doomed = [name_slice(version, number) for number in (1, 2, 3)]
    assert retention.drop_old_slices(client, version, 4, settings, late) == doomed
    assert list_family(client, version) == [version, name_slice(version, 4)]
    assert set(find_texts(client, pipeline)) == {"state", "c4"}


def test_retention_by_size_drops_the_oldest_until_it_fits(
    client: OpenSearch, pipeline: Any, settings: Settings
) -> None:
    version = make_live(client, pipeline, 4)
    sizes = [slice_["size_bytes"] for slice_ in retention.list_slices(client, version)]
    assert all(sizes)
    tight = change_settings(settings, retention={"bytes": sum(sizes[2:])})
    doomed = [name_slice(version, number) for number in (1, 2)]
    assert retention.drop_old_slices(client, version, 4, tight, datetime.now(UTC)) == doomed
    none = change_settings(settings, retention={"bytes": 1})
    assert retention.drop_old_slices(client, version, 4, none, datetime.now(UTC)) == [name_slice(version, 3)]
    assert list_family(client, version) == [version, name_slice(version, 4)]


def test_maintenance_covers_all_versions_and_takes_states_of_what_is_gone(
    client: OpenSearch, pipeline: Any, settings: Settings
) -> None:
    retired, live = make_live(client, pipeline, 2), make_live(client, pipeline, 2)
    gone: Any = {"values": ["uid-1", ENDED], "observed_at": "2020-01-01T00:00:00+00:00"}
    later: Any = {"values": [ENDED], "observed_at": (datetime.now(UTC) + timedelta(days=15)).isoformat()}
    present: Any = {"values": ["uid-2"], "observed_at": "2020-01-01T00:00:00+00:00"}
    states = {"gone": gone, "later": later, "present": present}
    chunks: Any = [{**make_chunk(name, kind="k8s_state"), **fields} for name, fields in states.items()]
    slices.write_chunks(client, live, 2, chunks)
    late = datetime.now(UTC) + timedelta(days=settings.retention.days, minutes=5)
    assert apply_retention(client, pipeline, settings, late) == {"slices": 2, "ended": 1, "orphans": 0}
    assert list_family(client, retired) == [retired, name_slice(retired, 2)]
    assert set(find_texts(client, live)) == {"state", "later", "present"}


@contextmanager
def repeat(action: Any) -> Iterator[list[str]]:
    """Repeat an action in another thread meanwhile; give its complaints."""
    complaints: list[str] = []
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            try:
                complaints.extend(action())
            except (OpenSearchException, LookupError, ValueError) as error:
                complaints.append(repr(error))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield complaints
    finally:
        done.set()
        thread.join()


def test_swap_and_rollback_move_the_family_at_once(
    client: OpenSearch, pipeline: Any, settings: Settings
) -> None:
    older, newer = make_live(client, pipeline, 6), make_version(client, pipeline, 6)
    reads = count()
    reader = search.open_search(settings.opensearch)

    def read() -> list[str]:
        next(reads)
        live = catalog.find_live(reader, pipeline)
        by_name = reader.search(index=cover_family(live or ""), body={"size": 100})["hits"]["hits"]
        by_alias = reader.search(index=pipeline, body={"size": 100})["hits"]["hits"]
        seen = [(len(hits), {find_version(hit["_index"]) for hit in hits}) for hits in (by_name, by_alias)]
        return [str(answer) for answer in seen if answer[0] != 7 or len(answer[1]) != 1]

    took = []
    with repeat(read) as complaints:
        for _ in range(5):
            began = time.perf_counter()
            swaps.promote(client, pipeline, newer)
            took.append(time.perf_counter() - began)
            assert find_aliases(client, pipeline)[pipeline] == set(list_family(client, newer))
            assert find_aliases(client, pipeline)[f"{pipeline}-write"] == {name_slice(newer, 6)}
            began = time.perf_counter()
            assert swaps.roll_back(client, pipeline) == (newer, older)
            took.append(time.perf_counter() - began)
            assert find_aliases(client, pipeline)[pipeline] == set(list_family(client, older))
            assert find_aliases(client, pipeline)[f"{pipeline}-write"] == {name_slice(older, 6)}
    assert complaints == []
    assert next(reads) > 10
    assert max(took) < 5


def test_a_slice_is_attached_only_while_its_version_is_live(
    client: OpenSearch, pipeline: Any, settings: Settings
) -> None:
    """Slices are opened while versions are swapped: at no moment do two families share the alias."""
    older, newer = make_live(client, pipeline, 1), make_version(client, pipeline, 1)
    other = search.open_search(settings.opensearch)

    def swap() -> list[str]:
        swaps.promote(other, pipeline, newer)
        swaps.promote(other, pipeline, older)
        return []

    with repeat(swap) as complaints:
        for number in range(2, 16):
            slices.open_slice(client, older, number)
            under = find_aliases(client, pipeline)[pipeline]
            assert len({find_version(index) for index in under}) == 1, under
    assert complaints == []
    swaps.promote(client, pipeline, newer)
    slices._attach_slice(client, older, name_slice(older, 1), pipeline)
    assert find_aliases(client, pipeline)[pipeline] == set(list_family(client, newer))
    swaps.promote(client, pipeline, older)
    assert find_aliases(client, pipeline)[pipeline] == set(list_family(client, older))


def test_a_killed_build_leaves_no_slices(client: OpenSearch, pipeline: Any) -> None:
    killed = make_version(client, pipeline, 3)
    assert len(list_family(client, killed)) == 4
    following = builds.create_version(client, pipeline, {"slice": 1})
    assert list_family(client, killed) == []
    assert following > killed


def test_pruning_deletes_whole_families_and_slices_without_base_go(client: OpenSearch, pipeline: Any) -> None:
    oldest = make_live(client, pipeline, 2)
    for _ in range(2):
        make_live(client, pipeline, 1)
    assert deletion.prune_versions(client, pipeline, 2) == [oldest]
    assert list_family(client, oldest) == []
    client.indices.create(index=name_slice(oldest, 3))
    assert retention.drop_orphans(client, pipeline) == [name_slice(oldest, 3)]
    assert retention.drop_orphans(client, pipeline) == []


def stage_run(tmp_path: Path, version: str, chunks: list[Chunk], held: Any, end: Any) -> str:
    url = f"file://{tmp_path}/{make_id(end)}"
    staging.write_table(f"{url}/embed", "chunks", chunks_to_table(chunks))
    staging.write_table(f"{url}/light", "dead_letters", LETTER_SCHEMA.empty_table())
    manifest = {
        "version": version,
        "held": held,
        "start": held,
        "end": end,
        "log_state": None,
        "newest_ms": 0,
    }
    staging.write_manifest(f"{url}/light", manifest)
    return url


@pytest.fixture
def index_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Index a staged run; only lag dashboards, which these runs are none of the business of, stay out."""
    monkeypatch.setattr("processors.stores.kafka.mirror_positions", lambda *_: None)

    def index(url: str, **changes: Any) -> dict[str, Any]:
        return index_chunks(change_settings(settings, **changes), [url])

    return index


def test_runs_roll_the_slice_with_the_positions_and_drop_what_is_too_much(
    client: OpenSearch, pipeline: Any, tmp_path: Path, index_run: Any
) -> None:
    version = make_live(client, pipeline)
    held: Any = {}
    for number in range(1, 5):
        end = {"runlore.logs": {"0": number}}
        url = stage_run(tmp_path, version, [make_chunk(f"r{number}")], held, end)
        catalog.update_meta(client, version, slices_checked_at=None)
        assert index_run(url, slices={"bytes": 1}, retention={"bytes": 10**9})["refused"] == 0
        meta = catalog.read_meta(client, version)
        assert (meta["slice"], meta["positions"]) == (number + 1, end)
        held = end
    # Right after a check nothing is looked at again.
    end = {"runlore.logs": {"0": 5}}
    index_run(
        stage_run(tmp_path, version, [make_chunk("r5")], held, end),
        slices={"bytes": 1},
        retention={"bytes": 1},
    )
    assert catalog.read_meta(client, version)["slice"] == 5
    assert len(list_family(client, version)) == 6
    catalog.update_meta(client, version, slices_checked_at=None)
    # As of a run that was killed after its write: done again, its chunk is where it was.
    catalog.update_meta(client, version, positions=held)
    url = stage_run(tmp_path, version, [make_chunk("r5"), make_chunk("r1", 2, text="y")], held, end)
    index_run(url, retention={"bytes": 1})
    assert list_family(client, version) == [version, name_slice(version, 5)]
    found = find_texts(client, pipeline)
    assert found.keys() == {"state", "r5"}
    assert found["r5"] == [(name_slice(version, 5), "x")]


def test_a_block_makes_no_dead_letters_and_loses_nothing(
    client: OpenSearch, pipeline: Any, tmp_path: Path, index_run: Any
) -> None:
    """The block of a full disk would be taken off by OpenSearch within seconds, for the disk has room."""
    version = make_live(client, pipeline, 1)
    before = catalog.read_meta(client, version)
    end = {"runlore.logs": {"0": 9}}
    url = stage_run(tmp_path, version, [make_chunk("new"), make_chunk("s", kind="alert")], {}, end)
    client.indices.put_settings(index=f"{version}*", body={"index.blocks.write": True})
    with pytest.raises(search.WritesBlockedError) as raised:
        index_run(url)
    told = str(raised.value)
    assert "GB free" in told
    assert "RUNLORE_RETENTION_DAYS" in told
    assert "blocked by" in told
    assert catalog.read_meta(client, version) == before
    client.indices.put_settings(index=f"{version}*", body={"index.blocks.write": None})
    told = {"index": version, "candidate": False, "written": 2, "refused": 0, "evidence": 1}
    assert index_run(url) == told
    assert catalog.read_meta(client, version)["positions"] == end
    assert {"new", "s"} <= find_texts(client, pipeline).keys()


def test_a_block_while_the_positions_move_is_explained_too(client: OpenSearch, pipeline: Any) -> None:
    version = make_live(client, pipeline, 1)
    client.indices.put_settings(index=version, body={"index.blocks.read_only_allow_delete": True})
    with pytest.raises(search.WritesBlockedError, match="GB free"), search.explain_blocks(client):
        catalog.update_meta(client, version, positions={})
