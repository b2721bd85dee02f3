"""Behind what is wrong stand pages about it, and none about something else that is down."""

from typing import Any

import pytest

from processors.retrieval.readings.pages import keep_about
from processors.retrieval.readings.reading import Line, make_reading
from tests.support.readings import make_incident


def make_page(title: str, text: str = "") -> Any:
    return {"chunk_id": title, "kind": "runbook", "title": title, "text": text or title, "score": 0.5}


INCIDENT = make_incident()
READING = make_reading([Line(INCIDENT["title"], (INCIDENT["chunk_id"],))], [INCIDENT])


@pytest.mark.parametrize(
    ("page", "is_kept"),
    [
        (make_page("PostgreSQL is down"), False),
        (make_page("A Kafka broker is down"), False),
        (make_page("The model server is down"), False),
        (make_page("Open WebUI cannot connect"), False),
        (make_page("Image can't be pulled"), True),
        (make_page("Deployments that get stuck"), True),
        (make_page("Waiting pods", "They wait in ImagePullBackOff."), True),
        (make_page("How checkout takes orders"), True),
    ],
)
@pytest.mark.parametrize("question", ["checkout is down", "чекаут лежит"])
def test_a_page_about_another_service_is_left_out(page: Any, is_kept: bool, question: str) -> None:
    assert keep_about(READING, [page], question) == ([page] if is_kept else [])


def test_what_else_the_question_asks_for_belongs_to_it() -> None:
    page = make_page("Roll an index back")
    assert keep_about(READING, [page], "checkout is down, how do I roll an index back?") == [page]


def test_without_an_incident_all_pages_belong() -> None:
    page = make_page("PostgreSQL is down")
    assert keep_about(make_reading([], []), [page], "checkout is down") == [page]
