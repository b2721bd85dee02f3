"""A part that is torn, rotten or of another model is never read as vectors, and old ones go."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import structlog

from processors.stores import kept_vectors
from processors.stores.kept_vectors import delete_vectors, keep_vectors, locate_vectors, read_vectors

MODEL = "m@r1"
# Too irregular to be compressed, so that each byte of the file counts.
VECTORS = {f"h{n}": row for n, row in enumerate(np.random.default_rng(1).normal(size=(64, 32)).astype("f4"))}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return locate_vectors(tmp_path.as_uri(), "m")


def list_parts(tmp_path: Path) -> list[Path]:
    return sorted(tmp_path.rglob("*.parquet"))


def test_what_is_kept_is_found_by_content_and_revision(url: str) -> None:
    keep_vectors(url, MODEL, VECTORS)
    keep_vectors(url, "m@r2", {"h1": np.ones(32, np.float32)})
    found = read_vectors(url, "m", ["h1", "h5", "unknown"])
    assert {model: sorted(vectors) for model, vectors in found.items()} == {
        MODEL: ["h1", "h5"],
        "m@r2": ["h1"],
    }
    assert np.array_equal(found[MODEL]["h5"], VECTORS["h5"])
    assert found["m@r2"]["h1"].tolist() == [1.0] * 32
    assert read_vectors(f"{url}-never-written", "m", ["h1"]) == {}


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_torn_part_is_told_and_left_out(url: str, tmp_path: Path, share: float) -> None:
    keep_vectors(url, MODEL, VECTORS)
    (torn,) = list_parts(tmp_path)
    torn.write_bytes(torn.read_bytes()[: int(torn.stat().st_size * share)])
    keep_vectors(url, MODEL, {"whole": np.ones(32, np.float32)})
    with structlog.testing.capture_logs() as told:
        found = read_vectors(url, "m", [*VECTORS, "whole"])
    assert list(found[MODEL]) == ["whole"]
    assert [entry["part"] for entry in told] == [str(torn)]


def test_no_flipped_byte_is_read_as_a_vector(url: str, tmp_path: Path) -> None:
    keep_vectors(url, MODEL, VECTORS)
    (part,) = list_parts(tmp_path)
    whole = part.read_bytes()
    for place in range(0, len(whole), 97):
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        for vectors in read_vectors(url, "m", VECTORS).values():
            for key, vector in vectors.items():
                assert np.array_equal(vector, VECTORS[key]), f"byte {place}"


def test_a_part_that_is_no_part_is_told(url: str, tmp_path: Path) -> None:
    keep_vectors(url, MODEL, VECTORS)
    folder = list_parts(tmp_path)[0].parent
    pq.write_table(pa.table({"content_hash": ["h1"]}), folder / "without-model.parquet")
    bad = pa.table({"content_hash": ["h1"], "embedding": [[float("nan")] * 32]})
    bad = bad.cast(pa.schema({"content_hash": pa.string(), "embedding": pa.list_(pa.float32(), 32)}))
    pq.write_table(bad.replace_schema_metadata({"embedding_model": MODEL}), folder / "no-numbers.parquet")
    with structlog.testing.capture_logs() as told:
        found = read_vectors(url, "m", VECTORS)
    assert len(found[MODEL]) == len(VECTORS)
    assert len(told) == 2


def test_a_part_of_another_model_in_the_folder_is_left_out(url: str) -> None:
    keep_vectors(url, "other@r1", VECTORS)
    assert read_vectors(url, "m", VECTORS) == {}


def test_names_that_look_alike_are_two_folders(tmp_path: Path) -> None:
    names = ("a/b", "a-b", "a b", "a", "a+1")
    assert len({locate_vectors(tmp_path.as_uri(), name) for name in names}) == len(names)


def test_a_part_is_there_under_its_name_only_when_it_is_whole(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = pq.write_table

    def die(*given: object, **options: object) -> None:
        genuine(*given, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(pq, "write_table", die)
    with pytest.raises(KeyboardInterrupt):
        keep_vectors(url, MODEL, VECTORS)
    assert len(list_parts(tmp_path)) == 1
    assert read_vectors(url, "m", VECTORS) == {}


def test_a_part_that_retention_takes_meanwhile_is_no_fault(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_vectors(url, MODEL, VECTORS)
    genuine = kept_vectors._read_part

    def too_late(*given: object) -> object:
        list_parts(tmp_path)[0].unlink()
        return genuine(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(kept_vectors, "_read_part", too_late)
    with structlog.testing.capture_logs() as told:
        assert read_vectors(url, "m", VECTORS) == {}
    assert told == []


def test_old_parts_of_all_models_go(tmp_path: Path) -> None:
    staging, now = tmp_path.as_uri(), datetime.now(UTC)
    for name in ("m", "n"):
        keep_vectors(locate_vectors(staging, name), f"{name}@r1", VECTORS)
    for old in (list_parts(tmp_path)[0], list_parts(tmp_path)[1].with_name(".torn.parquet")):
        old.touch()
        os.utime(old, ((now - timedelta(days=9)).timestamp(),) * 2)
    assert len(delete_vectors(staging, now - timedelta(days=7))) == 2
    assert len(list_parts(tmp_path)) == 1
    assert delete_vectors(f"{staging}/never-written", now) == []
