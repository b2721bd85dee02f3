"""Grafana's files are those of the definition, and what Grafana can read."""

import json
from itertools import pairwise

import pytest

from local.dashboards.definition import Dashboard, load_dashboards
from local.dashboards.grafana import FOLDER, render

each_dashboard = pytest.mark.parametrize("dashboard", load_dashboards(), ids=lambda each: each.name)


@each_dashboard
def test_the_file_is_what_the_definition_says(dashboard: Dashboard) -> None:
    file = FOLDER / f"{dashboard.name}.json"
    assert file.read_text(encoding="utf-8") == render(dashboard), "make dashboards writes it"


def test_no_file_is_left_of_a_dashboard_that_is_gone() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == {each.name for each in load_dashboards()}


@each_dashboard
def test_panels_lie_beside_each_other_and_ask_the_source_that_is_chosen(dashboard: Dashboard) -> None:
    page = json.loads(render(dashboard))
    places = [(p["gridPos"]["y"], p["gridPos"]["x"]) for p in page["panels"]]
    assert all(before < after for before, after in pairwise(places))
    assert len({panel["id"] for panel in page["panels"]}) == len(dashboard.panels)
    sources = {target["datasource"]["uid"] for panel in page["panels"] for target in panel["targets"]}
    assert sources == {"${source}"}
    assert page["templating"]["list"][0]["name"] == "source"
