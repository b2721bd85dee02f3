import pytest

from serving.model_server.extractive.observations import split_lines
from serving.model_server.extractive.pages import read_page
from serving.model_server.extractive.prompt import Source


def test_every_line_of_a_log_is_a_unit_and_no_markdown():
    page = read_page(Source(1, "Page", "log_pattern", "", "# not a heading\n\n1. not a step\n"))

    assert [(unit.kind, unit.text) for unit in page.units] == [
        ("line", "# not a heading"),
        ("line", "1. not a step"),
    ]
    assert page.procedures == ()


def test_how_often_and_when_comes_with_what_was_logged():
    text = (
        "4 log lines of payment (error) at 10:00:00 UTC:\nNew: never before.\n"
        "ERROR declined 1\nERROR declined 2"
    )
    assert [unit.text for unit in split_lines(Source(1, "Page", "log_pattern", "", text))] == [
        "4 log lines of payment (error) at 10:00:00 UTC: ERROR declined 1",
        "ERROR declined 2",
        "New: never before.",
    ]


@pytest.mark.parametrize("kind", ["alert", "pipeline_run", "action"])
def test_alerts_and_runs_of_pipelines_are_read_by_lines(kind: str):
    page = read_page(Source(1, "Page", kind, "", "It fires. Now.\n1. no step"))
    assert [unit.text for unit in page.units] == ["It fires. Now.", "1. no step"]
