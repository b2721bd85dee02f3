"""Maps of pages lie in staging; one that is lost means reading again, and no deleted page stays."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from processors.knowledge.chunk_tables import chunks_to_table
from processors.pipelines.cag import index, sync
from processors.pipelines.cag.sources.confluence import read_confluence_source
from processors.pipelines.cag.sources.held_pages import read_held, stage_held
from processors.pipelines.cag.sources.model_cards import read_model_cards
from processors.settings import Settings, change_settings
from processors.settings.documents import ConfluenceSpace, DocumentSource
from processors.stores import staging
from processors.versions import builds, catalog, swaps
from tests.support.recorded import Replay, replay
from tests.support.search_in_memory import SearchInMemory

RECORDED = Path(__file__).parent / "recorded"
GIT = {"commit": "c0ffee", "signature": "s"}


@pytest.fixture
def confluence() -> Iterator[Replay]:
    with replay(RECORDED / "confluence_server.json", "Bearer pat-1") as played:
        yield played


@pytest.fixture
def space(confluence: Replay, tmp_path: Path) -> ConfluenceSpace:
    (tmp_path / "token").write_text("pat-1\n")
    return ConfluenceSpace(url=f"{confluence.url}/confluence", space="OPS", token_file=tmp_path / "token")


def keep(tmp_path: Path, **positions: Any) -> dict[str, Any]:
    """What a version says of itself after a run that reached these positions."""
    small, url = stage_held(tmp_path.as_uri(), positions)
    return {"positions": small, "held_pages": url}


def test_what_a_version_says_of_itself_does_not_grow_with_the_pages(tmp_path: Path) -> None:
    wiki = {"signature": "s", "pages": {str(n): {"version": 1, "path": f"OPS/{n}.md"} for n in range(10_000)}}
    meta = keep(tmp_path, wiki=wiki, git=GIT)
    assert len(json.dumps(meta)) < 500
    assert read_held(meta) == {"wiki": wiki, "git": GIT}


def test_a_version_of_before_holds_its_map_itself() -> None:
    held = {"wiki": {"signature": "s", "pages": {"1": {"version": 1, "path": "OPS/1.md"}}}}
    assert read_held({"positions": held}) == held
    assert read_held({}) == {}


def test_an_empty_space_is_known_to_be_empty(tmp_path: Path) -> None:
    assert read_held(keep(tmp_path, wiki={"signature": "s", "pages": {}}))["wiki"]["pages"] == {}


def test_a_lost_map_means_reading_all_of_a_space_again(
    settings: Settings, space: ConfluenceSpace, tmp_path: Path
) -> None:
    first = read_confluence_source(settings, space, None)
    meta = keep(tmp_path, wiki=first["position"])
    assert read_confluence_source(settings, space, read_held(meta)["wiki"])["carried"]
    (tmp_path / "held_pages.json.zst").unlink()
    again = read_confluence_source(settings, space, read_held(meta)["wiki"])
    # What was carried over could hold a page that is deleted.
    assert (len(again["pages"]), again["carried"]) == (len(first["pages"]), False)


def test_a_lost_map_of_a_space_that_is_down_keeps_its_pages(
    settings: Settings, space: ConfluenceSpace, tmp_path: Path
) -> None:
    held = keep(tmp_path, wiki=read_confluence_source(settings, space, None)["position"])["positions"]
    down = space.model_copy(update={"space": "NONE", "url": space.url})
    update = read_confluence_source(settings, down, held["wiki"])
    assert (update["carried"], update["reached"], update["pages"]) == (True, False, [])


def test_a_lost_map_of_model_cards_means_reading_all_again(settings: Settings, tmp_path: Path) -> None:
    with replay(RECORDED / "mlflow.json") as server:
        there = change_settings(settings, mlflow={"tracking_uri": server.url})
        first = read_model_cards(there, None)
        held = keep(tmp_path, cards=first["position"])["positions"]["cards"]
        again = read_model_cards(there, held)
    assert (len(again["pages"]), again["carried"]) == (1, False)


def test_from_run_to_run_the_cluster_is_told_of_no_page(
    settings: Settings,
    space: ConfluenceSpace,
    confluence: Replay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "docs").mkdir()
    sources = (DocumentSource(url=str(tmp_path / "docs")),)
    settings = change_settings(
        settings,
        documents={"sources": sources, "confluence": (space,), "model_cards": False},
        storage={"staging_url": tmp_path.as_uri(), "work_dir": tmp_path / "work"},
    )
    client: Any = SearchInMemory()
    monkeypatch.setattr("processors.stores.search.open_search", lambda _: client)
    monkeypatch.setattr("processors.stores.search.write_chunks", lambda *_: [])

    synced = sync.sync_documents(settings, "first")
    assert synced
    # Of the steps between, what the build reads of them.
    url = f"{synced['run_url']}/markdown"
    staging.write_table(url, "chunks", chunks_to_table([]))
    staging.write_manifest(url, {"page_records": "none"})
    built = index.build_version(settings, synced["run_url"])["index"]
    with builds.go_on_with(client, "cag", built):
        swaps.promote(client, "cag", built)
    assert not [path for path in ("65601", "OPS/") if path in json.dumps(catalog.read_meta(client, built))]

    confluence.asked.clear()
    assert sync.sync_documents(settings, "second") is None
    assert not [asked for asked in confluence.asked if "body.storage" in asked], "a page was read again"
