"""The service on the real stack, after both pipelines have run once."""

import re

import httpx
import openai
import pytest
from openai import OpenAI

RUNBOOK_QUESTION = "The OpenSearch cluster is red. What do I do?"
RUNBOOK = "opensearch-cluster-red"


def test_ready_with_every_part_up(http: httpx.Client) -> None:
    response = http.get("/health/ready")
    assert response.status_code == 200, response.text
    assert set(response.json()["parts"].values()) == {"up"}


@pytest.mark.parametrize("pipeline", ["rag", "cag", "both"])
def test_retrieve_names_the_versions_that_it_searched(http: httpx.Client, pipeline: str) -> None:
    response = http.post("/v1/retrieve", json={"query": RUNBOOK_QUESTION, "k": 5, "pipeline": pipeline})
    assert response.status_code == 200, response.text
    found = response.json()
    expected = {"rag", "cag"} if pipeline == "both" else {pipeline}
    assert found["versions"].keys() == expected
    assert all(re.fullmatch(r"(rag|cag)-v\d{6}", index) for index in found["versions"].values() if index)
    assert {hit["index"] for hit in found["hits"]} <= set(found["versions"].values())
    assert found["took_ms"] < 3000


def test_runbook_is_found_first_and_filters_hold(http: httpx.Client) -> None:
    body = {"query": RUNBOOK_QUESTION, "k": 5, "pipeline": "cag", "filters": {"service": "opensearch"}}
    hits = http.post("/v1/retrieve", json=body).json()["hits"]
    assert RUNBOOK in hits[0]["cite"]["path"]
    assert hits[0]["cite"]["start_line"] >= 1


def test_answer_cites_the_runbook_and_its_link_opens(http: httpx.Client) -> None:
    body = {"model": "runlore", "messages": [{"role": "user", "content": RUNBOOK_QUESTION}]}
    answer = http.post("/v1/chat/completions", json=body).json()
    text, runlore = answer["choices"][0]["message"]["content"], answer["runlore"]
    assert "[1]" in text
    cited = [citation for citation in runlore["citations"] if RUNBOOK in citation["cite"].get("path", "")]
    assert cited, runlore["citations"]
    assert runlore["versions"]["cag"]
    assert runlore["as_of"]
    if cited[0]["url"].startswith(str(http.base_url)):
        page = httpx.get(cited[0]["url"])
        assert page.status_code == 200
        assert RUNBOOK in page.text


def test_openai_client_streams_the_same_answer(openai_client: OpenAI) -> None:
    stream = openai_client.chat.completions.create(
        model="runlore",
        messages=[{"role": "user", "content": RUNBOOK_QUESTION}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    pieces = [chunk for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(pieces) > 1
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", text)}
    provenance = chunks[-1].model_extra
    assert provenance is not None
    citations = provenance["runlore"]["citations"]
    assert numbers == {citation["n"] for citation in citations}
    assert any(RUNBOOK in citation["cite"].get("path", "") for citation in citations)
    assert chunks[-1].usage is not None


def test_what_no_source_answers_is_not_known(openai_client: OpenAI) -> None:
    answer = openai_client.chat.completions.create(
        model="runlore-cag",
        messages=[{"role": "user", "content": "Which wine goes with grilled sea bass?"}],
    )
    told, _, nearest = (answer.choices[0].message.content or "").partition("\n\nThe nearest ")
    assert told.startswith("I don't know")
    assert "[1]" not in told
    assert "[1]" in nearest


def test_models_are_listed(openai_client: OpenAI) -> None:
    names = [model.id for model in openai_client.models.list()]
    assert names[:3] == ["runlore", "runlore-rag", "runlore-cag"]


def test_unknown_model_and_empty_question_are_openai_errors(openai_client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        openai_client.chat.completions.create(model="gpt-9", messages=[{"role": "user", "content": "Hi"}])
    with pytest.raises(openai.BadRequestError, match="nothing to answer"):
        openai_client.chat.completions.create(model="runlore", messages=[{"role": "user", "content": ""}])


def test_wrong_key_is_an_authentication_error(service_url: str) -> None:
    stranger = OpenAI(base_url=f"{service_url}/v1", api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        stranger.models.list()


def test_metrics_count_what_was_asked(http: httpx.Client) -> None:
    http.get("/v1/models")
    metrics = httpx.get(f"{http.base_url}/metrics").text
    assert 'runlore_request_seconds_count{route="/v1/models",status="200"}' in metrics
    assert "runlore_stage_seconds_bucket" in metrics
