"""Back-ups of versions in slices, made while they are written to, and restored."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from processors.pipelines.backup.indices import snapshot_indices
from processors.pipelines.backup.looking import check_restore
from processors.pipelines.backup.make import make_backup
from processors.pipelines.backup.record import BackupError, NothingToBackUpError, list_backups
from processors.pipelines.backup.restore import restore_files, restore_indices
from processors.pipelines.backup.retention import drop_old_backups
from processors.settings import Settings
from processors.stores import search
from processors.stores.search import backups
from processors.versions import catalog, deletion, lease_record, pins
from processors.versions.names import cover_family
from tests.integration.versions.test_slices import make_live, make_version


def describe(client: OpenSearch, pipeline: str) -> dict[str, Any]:
    """All that a restore must bring back: aliases and `_meta` of each index, and the chunks of each."""
    held = client.indices.get(index=f"{pipeline}-v*")
    return {
        index: (body["aliases"], body["mappings"].get("_meta"), client.count(index=index)["count"])
        for index, body in held.items()
    }


def wipe(client: OpenSearch, pipeline: str) -> None:
    for index in client.indices.get_alias(index=f"{pipeline}-v*"):
        client.indices.delete(index=index)
    client.delete(index=lease_record.INDEX, id=pipeline, params={"ignore": 404})


def new_name() -> str:
    return f"test-{uuid.uuid4().hex[:8]}"


def test_what_was_wiped_is_back_as_it_was(
    backed_up: Settings, client: OpenSearch, pipeline: Any, tmp_path: Path
) -> None:
    before = make_live(client, pipeline, 1)
    live = make_live(client, pipeline, 3)
    pins.pin(client, before)
    (tmp_path / "staging/rag/run").mkdir(parents=True)
    (tmp_path / "staging/rag/run/state.json").write_text("{}")
    told, name = describe(client, pipeline), new_name()
    record = make_backup(backed_up, name)
    assert record.live == {pipeline: live}
    assert record.chunks == {before: 2, live: 4}

    wipe(client, pipeline)
    (tmp_path / "staging/rag/run/state.json").unlink()
    restored = restore_indices(backed_up, "", overwrite=False)
    restore_files(backed_up, name, overwrite=False)
    assert describe(client, pipeline) == told
    assert restored["backup"] == name
    assert (tmp_path / "staging/rag/run/state.json").read_text() == "{}"
    assert pins.list_pinned(client, pipeline) == [before]


def test_positions_are_never_ahead_of_the_chunks(
    backed_up: Settings, client: OpenSearch, pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, take = make_live(client, pipeline, 1), backups.take_snapshot
    catalog.update_meta(client, live, positions={"t": {"0": 5}})

    def move_on_while_copying(*told: Any) -> None:
        catalog.update_meta(client, live, positions={"t": {"0": 6}})
        take(*told)

    monkeypatch.setattr(backups, "take_snapshot", move_on_while_copying)
    make_backup(backed_up, new_name())
    wipe(client, pipeline)
    restore_indices(backed_up, "", overwrite=False)
    assert catalog.read_meta(client, live)["positions"] == {"t": {"0": 5}}


def test_nothing_is_overwritten_without_being_asked(
    backed_up: Settings, client: OpenSearch, pipeline: Any
) -> None:
    live = make_live(client, pipeline, 1)
    make_backup(backed_up, new_name())
    newer = make_live(client, pipeline, 2)
    with pytest.raises(BackupError, match=f"would be deleted: {live}, {newer}"):
        restore_indices(backed_up, "", overwrite=False)
    assert catalog.find_live(client, pipeline) == newer

    restored = restore_indices(backed_up, "", overwrite=True)
    assert restored["deleted"] == [live, newer]
    assert catalog.find_live(client, pipeline) == live
    # The number of the one that was lost is used for no other.
    assert make_version(client, pipeline, 0) > newer


def test_a_restore_that_broke_off_has_made_nothing_live(
    backed_up: Settings, client: OpenSearch, pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = make_live(client, pipeline, 1)
    told = describe(client, pipeline)
    make_backup(backed_up, new_name())
    wipe(client, pipeline)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(lease_record, "raise_number", die)
        with pytest.raises(KeyboardInterrupt):
            restore_indices(backed_up, "", overwrite=False)
    assert catalog.find_live(client, pipeline) is None
    restore_indices(backed_up, "", overwrite=True)
    assert catalog.find_live(client, pipeline) == live
    assert describe(client, pipeline) == told


def test_versions_that_are_not_finished_are_left_out(
    backed_up: Settings, client: OpenSearch, pipeline: Any
) -> None:
    live = make_live(client, pipeline, 1)
    make_version(client, pipeline, 1)
    assert set(make_backup(backed_up, new_name()).versions) == {live}


@pytest.mark.usefixtures("pipeline")
def test_nothing_is_begun_where_no_version_is_finished(backed_up: Settings) -> None:
    with pytest.raises(NothingToBackUpError, match="no version is finished yet"):
        snapshot_indices(backed_up, new_name())
    assert list_backups(backed_up) == {}


def test_it_says_what_is_wrong_with_a_back_up(
    backed_up: Settings, client: OpenSearch, pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_live(client, pipeline, 1)
    name, unfinished = new_name(), new_name()
    make_backup(backed_up, name)
    snapshot_indices(backed_up, unfinished)
    for wanted, said in (("gone", "there is no back-up gone"), (unfinished, "never finished")):
        with pytest.raises(BackupError, match=f"{said}.*Finished are: {name}"):
            check_restore(backed_up, wanted, overwrite=True)
    with pytest.raises(BackupError, match="already: choose another name"):
        make_backup(backed_up, name)
    with monkeypatch.context() as older:
        older.setattr(OpenSearch, "info", lambda _: {"version": {"number": "2.19.1"}})
        with pytest.raises(BackupError, match=r"and this is 2\.19\.1, which can't read it"):
            check_restore(backed_up, name, overwrite=True)
    backups.delete_snapshot(client, name)
    with pytest.raises(BackupError, match="is gone"):
        check_restore(backed_up, name, overwrite=True)


def test_old_ones_go_with_their_snapshots(backed_up: Settings, client: OpenSearch, pipeline: Any) -> None:
    make_live(client, pipeline, 1)
    unfinished = new_name()
    snapshot_indices(backed_up, unfinished)
    names = [make_backup(backed_up, new_name()).name for _ in range(3)]
    assert {*list_backups(backed_up)} == {unfinished, *names[1:]}
    assert backups.read_snapshot(client, names[0]) is None
    drop_old_backups(backed_up, datetime.now(UTC) + timedelta(days=2))
    assert {*list_backups(backed_up)} == {*names[1:]}


def test_a_deleted_version_is_searchable_again(
    backed_up: Settings, client: OpenSearch, pipeline: Any
) -> None:
    gone, live = make_live(client, pipeline, 2), make_live(client, pipeline, 1)
    make_backup(backed_up, new_name())
    deletion.delete_version(client, gone)
    restore_indices(backed_up, "", overwrite=True)
    assert search.count_chunks(client, cover_family(gone)) == 3
    assert search.count_chunks(client, pipeline) == search.count_chunks(client, cover_family(live)) == 2
