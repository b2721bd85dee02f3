"""Which back-ups there are, which of them is whole, and what is said of those that aren't."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from processors.pipelines.backup.record import (
    BackedUpVersion,
    BackupError,
    BackupRecord,
    begin_backup,
    delete_backup,
    find_backup,
    list_backups,
    name_backup,
    write_record,
)
from processors.pipelines.backup.telling import tell_backups
from processors.settings import Settings, change_settings, load_settings

BEGAN = datetime(2026, 11, 29, 1, 30, tzinfo=UTC)


def make_record(name: str) -> BackupRecord:
    return BackupRecord(
        name=name, began_at=BEGAN, ended_at=BEGAN, code_commit="c", opensearch="3.6.0",
        versions={"cag-v000001": BackedUpVersion(meta={}, indices={"cag-v000001": {"cag": {}}})},
        live={"cag": "cag-v000001", "rag": None}, last_numbers={"cag": 1, "rag": 0}, journals=[],
        chunks={"cag-v000001": 7}, folders={"staging": (2, 2_000_000)}, databases=["mlflow"],
    )  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return change_settings(load_settings(), backup={"url": tmp_path.as_uri()})


def test_the_newest_finished_one_is_found(settings: Settings) -> None:
    for name in ("20261128-013000", "20261129-013000", "20261130-013000"):
        begin_backup(settings, name)
        if name != "20261130-013000":
            write_record(settings, make_record(name))
    assert find_backup(settings, "") == make_record("20261129-013000")
    assert tell_backups(list_backups(settings)).splitlines()[2] == "Back-up 20261130-013000: not finished"


def test_the_newest_is_told_by_its_time_and_not_by_its_name(settings: Settings) -> None:
    write_record(settings, make_record("before-the-upgrade"))
    later = make_record("20261129-020000").model_copy(update={"began_at": BEGAN.replace(hour=2)})
    write_record(settings, later)
    assert find_backup(settings, "").name == "20261129-020000"


@pytest.mark.parametrize(
    ("name", "said"),
    [("gone", "no back-up gone .*Finished are: whole"), ("half", "half was never finished.*are: whole")],
)
def test_what_is_not_there_or_not_whole_is_refused(settings: Settings, name: str, said: str) -> None:
    begin_backup(settings, "whole")
    write_record(settings, make_record("whole"))
    begin_backup(settings, "half")
    with pytest.raises(BackupError, match=said):
        find_backup(settings, name)


def test_without_any_nothing_is_found(settings: Settings) -> None:
    assert tell_backups(list_backups(settings)) == "There are no back-ups."
    with pytest.raises(BackupError, match="no finished back-up"):
        find_backup(settings, "")


def test_without_a_place_for_them_the_setting_is_named() -> None:
    with pytest.raises(BackupError, match="RUNLORE_BACKUP_URL is empty"):
        list_backups(load_settings())


@pytest.mark.parametrize(
    ("change", "said"),
    [({"format": 2}, "has the format 2, and this release reads 1"), ({"began_at": "soon"}, "is damaged")],
)
def test_another_release_s_or_a_damaged_record_is_told(
    settings: Settings, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    write_record(settings, make_record("odd"))
    file = tmp_path / "odd/backup.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(BackupError, match=said):
        find_backup(settings, "odd")


def test_a_finished_one_is_not_begun_again(settings: Settings) -> None:
    write_record(settings, make_record("whole"))
    with pytest.raises(BackupError, match="choose another name"):
        begin_backup(settings, "whole")


def test_a_deleted_one_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    begin_backup(settings, "old")
    write_record(settings, make_record("old"))
    delete_backup(settings, "old")
    delete_backup(settings, "old")
    assert list(tmp_path.iterdir()) == []


def test_names_are_in_the_order_of_their_times() -> None:
    assert name_backup(BEGAN) < name_backup(BEGAN.replace(second=1)) < name_backup(BEGAN.replace(month=12))
