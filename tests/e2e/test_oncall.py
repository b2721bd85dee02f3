"""A dozen questions of somebody on call, over HTTP, about a part of the scripted afternoon sent to Kafka.

The whole set is asked by `make bench-oncall`; this shows that what is right there is right through the stack.
"""

from datetime import UTC, datetime

import httpx
import pytest
from opensearchpy import OpenSearch

from evaluation.benchmarks.oncall_over_http import (
    ask_over_http,
    send_messages,
    wait_for_incidents,
    wait_until_read,
)
from evaluation.oncall.afternoon import list_messages
from evaluation.oncall.judging import judge_answer
from evaluation.oncall.questions import Question, read_questions
from processors.settings import Settings

# Few: the gate of a later version asks for each object by its name, and many that are alike hide one another.
PLAYED = ("checkout", "invoices", "search-api", "payment", "nightly_billing", "fraud")
ASKED = {
    "oc-019", "oc-029", "oc-035", "oc-045", "oc-063", "oc-075", "oc-089", "oc-163", "oc-174", "oc-193",
    "oc-201", "oc-210",
}  # fmt: skip


def list_asked() -> list[Question]:
    asked = [question for question in read_questions() if question["query_id"] in ASKED]
    assert {question["split"] for question in asked} == {"open"}
    return asked


@pytest.fixture(scope="module")
def service(settings: Settings, api_key: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {api_key}"}
    return httpx.Client(base_url=settings.service.url, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def afternoon(settings: Settings, client: OpenSearch, live_versions: None) -> None:  # noqa: ARG001 - order
    """What was played can be asked about: all of it is read, and its incidents are there."""
    messages = list_messages(datetime.now(UTC), seed=1)
    send_messages(settings, [one for one in messages if any(name in str(one.value) for name in PLAYED)])
    wait_until_read(settings, client)
    wait_for_incidents(client, ["Deployment checkout in namespace shop", "invoices", "nightly_billing"])


@pytest.mark.usefixtures("afternoon")
@pytest.mark.parametrize("question", list_asked(), ids=lambda question: question["query_id"])
def test_it_is_answered_right(service: httpx.Client, question: Question) -> None:
    answer = ask_over_http(service, question)
    assert judge_answer(question, answer).faults == (), answer.text
