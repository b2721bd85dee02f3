"""A run stages exactly what changed; a source that is down keeps its pages, and the others go on."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from processors.knowledge.chunk import make_id
from processors.pipelines.cag.sources.git import read_git_source
from processors.pipelines.cag.sources.updates import SourceUpdate
from processors.pipelines.cag.sync import stage_updates
from processors.settings import Settings, change_settings, load_settings
from processors.settings.documents import DocumentSource
from processors.stores import staging


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("a", "b", "c", "d"):
        (folder / f"{name}.md").write_text(f"# {name}\n")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return change_settings(load_settings(), storage={"work_dir": tmp_path / "work"})


def read(settings: Settings, folder: Path, held: dict[str, Any] | None = None, **fields: Any) -> SourceUpdate:
    return read_git_source(settings, DocumentSource(url=str(folder), **fields), held)


def stage(tmp_path: Path, held: dict[str, Any], *updates: SourceUpdate) -> dict[str, Any] | None:
    return stage_updates(f"file://{tmp_path}/staging", "run", "cag-v1", held, list(updates), force=False)


def test_an_edit_a_rename_and_a_deletion_touch_four_documents(
    settings: Settings, folder: Path, tmp_path: Path
) -> None:
    first = read(settings, folder)
    assert len(first["pages"]) == 4
    assert not first["carried"]
    (folder / "a.md").write_text("# a, edited, password=hunter22xyz\n")
    (folder / "b.md").rename(folder / "e.md")
    (folder / "c.md").unlink()
    second = read(settings, folder, first["position"])
    assert [page["path"] for page in second["pages"]] == ["a.md", "e.md"]
    assert "hunter22xyz" not in second["pages"][0]["text"]
    assert set(second["dropped"]) == {make_id(str(folder), f"{name}.md") for name in "abce"}
    synced = stage(tmp_path, {str(folder): first["position"]}, second)
    assert synced
    assert (synced["changed"], synced["deleted"]) == (2, 2)
    manifest = staging.read_manifest(f"{synced['run_url']}/sync")
    assert manifest["carried_sources"] == [str(folder)]
    assert manifest["positions"] == {str(folder): second["position"]}


def test_a_run_without_changes_stages_nothing(settings: Settings, folder: Path, tmp_path: Path) -> None:
    held = {str(folder): read(settings, folder)["position"]}
    assert stage(tmp_path, held, read(settings, folder, held[str(folder)])) is None


def test_other_groups_read_everything_again(settings: Settings, folder: Path) -> None:
    held = read(settings, folder)["position"]
    update = read(settings, folder, held, groups=("payments",))
    assert (len(update["pages"]), update["carried"]) == (4, False)


def test_a_lost_mirror_and_a_new_history_read_everything_again(settings: Settings, folder: Path) -> None:
    (folder / "gone.md").write_text("# gone\n")
    held = read(settings, folder)["position"]
    (folder / "gone.md").unlink()
    shutil.rmtree(settings.storage.work_dir)
    update = read(settings, folder, held)
    assert (len(update["pages"]), update["carried"], update["dropped"]) == (4, False, [])


def test_a_source_that_is_down_keeps_its_pages_and_the_others_go_on(
    settings: Settings, folder: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    held = {str(each): read(settings, each)["position"] for each in (folder, other)}
    folder.rename(tmp_path / "away")
    (other / "a.md").write_text("# a, edited\n")
    down, up = read(settings, folder, held[str(folder)]), read(settings, other, held[str(other)])
    synced = stage(tmp_path, held, down, up)
    assert synced
    manifest = staging.read_manifest(f"{synced['run_url']}/sync")
    assert manifest["carried_sources"] == [str(folder), str(other)]
    assert manifest["positions"][str(folder)] == held[str(folder)]
    assert manifest["dropped_documents"] == [make_id(str(other), "a.md")]
    assert [odd for odd in manifest["warnings"] if odd.startswith(f"{folder}:1: can't be reached")]


def test_a_source_that_is_down_keeps_its_pages_without_a_mirror(
    settings: Settings, folder: Path, tmp_path: Path
) -> None:
    held = read(settings, folder)["position"]
    folder.rename(tmp_path / "away")
    shutil.rmtree(settings.storage.work_dir)
    update = read(settings, folder, held)
    assert (update["carried"], update["position"], update["pages"]) == (True, held, [])
    # Carried over, they would be shown to those who may see them no longer.
    assert not read(settings, folder, held, groups=("payments",))["carried"]


def test_a_source_that_is_down_follows_its_settings_by_what_was_fetched(
    settings: Settings, folder: Path, tmp_path: Path
) -> None:
    held = read(settings, folder)["position"]
    folder.rename(tmp_path / "away")
    update = read(settings, folder, held, groups=("payments",))
    assert [page["groups"] for page in update["pages"]] == [["payments"]] * 4
    assert not update["reached"]


def test_all_sources_down_is_an_error_that_names_them(settings: Settings, tmp_path: Path) -> None:
    update = read(settings, tmp_path / "no-such-place")
    with pytest.raises(RuntimeError, match=r"no document source can be reached.*no-such-place"):
        stage(tmp_path, {}, update)


def test_what_a_page_includes_comes_with_it_and_a_change_of_it_reads_the_page_again(
    settings: Settings, folder: Path
) -> None:
    (folder / "shared").mkdir()
    (folder / "shared" / "stop.md").write_text("1. Stop, password=hunter22xyz.\n\n![[deep]]\n")
    (folder / "shared" / "deep.md").write_text("Deep.\n")
    (folder / "a.md").write_text('# a\n\n--8<-- "shared/stop.md"\n')
    (folder / "b.md").write_text("# b\n\nSee include/stop and [[gone]].\n")
    first = read(settings, folder)
    included = {page["path"]: json.loads(page["included"] or "{}") for page in first["pages"]}
    assert set(included["a.md"]) == {"shared/stop.md", "shared/deep.md"}
    assert "hunter22xyz" not in str(included)
    assert not included["c.md"]
    assert read(settings, folder, first["position"])["pages"] == []
    (folder / "shared" / "deep.md").write_text("Deeper.\n")
    second = read(settings, folder, first["position"])
    assert {page["path"] for page in second["pages"]} == {"a.md", "shared/deep.md", "shared/stop.md"}
    assert make_id(str(folder), "a.md") in second["dropped"]
    (folder / "shared" / "deep.md").unlink()
    third = read(settings, folder, second["position"])
    assert {page["path"] for page in third["pages"]} == {"a.md", "shared/stop.md"}
