"""Against recorded answers that a real HTTP server replays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.knowledge.chunk import make_id
from processors.pipelines.cag.sources.cites import build_cite
from processors.pipelines.cag.sources.model_cards import read_model_cards
from processors.settings import Settings, change_settings
from serving.answering.citations import build_citation_url
from tests.support.recorded import Replay, replay

MODELS = "/api/2.0/mlflow/registered-models/search?max_results=1000"


@pytest.fixture
def server() -> Iterator[Replay]:
    with replay(Path(__file__).parent / "recorded" / "mlflow.json") as played:
        yield played


@pytest.fixture
def settings(settings: Settings, server: Replay) -> Settings:
    return change_settings(settings, mlflow={"tracking_uri": server.url})


def test_recorded_models_become_masked_pages(settings: Settings) -> None:
    update = read_model_cards(settings, None)
    (page,) = update["pages"]
    assert page["path"] == "fraud.md"
    assert page["changed_at"] == "2025-11-21T07:00:00+00:00"
    assert "# Version 1 (champion)\n\nTrained on October.\n- data: 2026-10" in page["text"]
    assert "hunter2secret99" not in page["text"]
    assert (update["carried"], update["reached"], page["groups"]) == (False, True, ["public"])


def test_recorded_cards_that_stay_are_not_taken_again_and_deleted_ones_leave(
    settings: Settings, server: Replay
) -> None:
    held = read_model_cards(settings, None)["position"]
    again = read_model_cards(settings, held)
    assert (again["pages"], again["dropped"], again["carried"]) == ([], [], True)
    models = server.answers[MODELS]["registered_models"]
    models[1]["description"] = "Now it has one."
    del models[0]
    update = read_model_cards(settings, held)
    assert [page["path"] for page in update["pages"]] == ["bare.md"]
    assert set(update["dropped"]) == {make_id("mlflow:models", path) for path in ("fraud.md", "bare.md")}


def test_recorded_trouble_keeps_the_cards(settings: Settings, server: Replay) -> None:
    held = read_model_cards(settings, None)["position"]
    server.troubles.append((500, {}))
    update = read_model_cards(settings, held)
    assert (update["reached"], update["carried"], update["position"]) == (False, True, held)
    assert update["warnings"][0].startswith("mlflow:models:1: can't be reached")


def test_a_card_is_cited_in_mlflow_and_a_page_in_confluence(settings: Settings) -> None:
    (page,) = read_model_cards(settings, None)["pages"]
    urls = {"mlflow": "http://mlflow", "service": "http://runlore"}
    assert build_citation_url({"cite": build_cite(page)}, urls) == "http://mlflow/#/models/fraud"  # type: ignore[typeddict-item]
    row = {"repository": "confluence+http://wiki/c/OPS", "commit": "4", "path": "OPS/65601-red.md"}
    url = build_citation_url({"cite": build_cite(row)}, urls)  # type: ignore[typeddict-item]
    assert url == "http://wiki/c/pages/viewpage.action?pageId=65601"
