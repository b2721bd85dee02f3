"""Folders copied and copied back on a real file system."""

from pathlib import Path

import pytest
from pyarrow import fs

from processors.stores.backup_files import Copied, copy_folder, list_folders, read_part, write_part


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "rag/run 1").mkdir(parents=True)
    (folder / "rag/run 1/a.parquet").write_bytes(b"12345")
    (folder / "top.json").write_text("{}")
    return folder


def test_a_folder_is_copied_with_all_below_it(source: Path, tmp_path: Path) -> None:
    assert copy_folder(source.as_uri(), (tmp_path / "target").as_uri()) == Copied(2, 7)
    assert (tmp_path / "target/rag/run 1/a.parquet").read_bytes() == b"12345"


def test_a_file_that_is_there_stays_unless_asked_otherwise(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "top.json").write_text('{"mine": 1}')
    assert copy_folder(source.as_uri(), target.as_uri()).files == 1
    assert (target / "top.json").read_text() == '{"mine": 1}'
    assert copy_folder(source.as_uri(), target.as_uri(), overwrite=True).files == 2
    assert (target / "top.json").read_text() == "{}"


def test_a_file_that_goes_away_meanwhile_is_left_out(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = fs.copy_files

    def delete_first(path: str, *arguments: object, **options: object) -> None:
        if path.endswith("top.json"):
            Path(path).unlink()
        copy(path, *arguments, **options)

    monkeypatch.setattr(fs, "copy_files", delete_first)
    assert copy_folder(source.as_uri(), (tmp_path / "target").as_uri()) == Copied(1, 5)


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    gone = (tmp_path / "gone").as_uri()
    assert copy_folder(gone, (tmp_path / "target").as_uri()) == Copied(0, 0)
    assert (list_folders(gone), read_part(gone, "backup")) == ([], None)


def test_a_part_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_part((tmp_path / "b").as_uri(), "part", {"name": "ё"})
    assert read_part((tmp_path / "b").as_uri(), "part") == {"name": "ё"}
    assert list_folders(tmp_path.as_uri()) == ["b"]
