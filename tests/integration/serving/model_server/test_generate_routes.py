import json

import httpx
import pytest

PROMPT = (
    '<sources>\n<source n="1" title="Redis" kind="runbook">\n1. Restart redis.\n2. Look at the log.\n'
    "</source>\n</sources>\n\nQuestion: How do I restart redis?"
)


def generate(kserve: httpx.Client, route: str, **body: object) -> httpx.Response:
    return kserve.post(f"/v2/models/extractive/{route}", json={"text_input": PROMPT, **body})


def read_events(response: httpx.Response) -> list[dict[str, object]]:
    assert response.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line.removeprefix("data: ")) for line in response.text.split("\n\n") if line]


@pytest.mark.parametrize("route", ["generate", "versions/1/generate"])
def test_a_prompt_becomes_an_answer(kserve: httpx.Client, route: str):
    body = generate(kserve, route).raise_for_status().json()

    assert "1. Restart redis. [1]" in body["text_output"]
    assert (body["model_name"], body["finish_reason"]) == ("extractive", "stop")


def test_a_stream_is_the_same_answer_bit_by_bit(kserve: httpx.Client):
    whole = generate(kserve, "generate").json()["text_output"]
    events = read_events(generate(kserve, "generate_stream"))

    assert "".join(str(event["text_output"]) for event in events) == whole
    assert len(events) > 2
    assert [event["done"] for event in events] == [False] * (len(events) - 1) + [True]


def test_the_end_can_be_chosen(kserve: httpx.Client):
    body = generate(kserve, "generate", parameters={"max_tokens": 3, "temperature": 0.5}).json()
    stopped = generate(kserve, "generate", parameters={"stop": ["Restart"]}).json()

    assert body["finish_reason"] == "length"
    assert "Restart" not in stopped["text_output"]


@pytest.mark.parametrize("route", ["generate", "generate_stream"])
def test_wrong_requests_are_told_in_the_protocols_words(kserve: httpx.Client, route: str):
    unknown = kserve.post(f"/v2/models/nothing/{route}", json={"text_input": "x"})
    empty = kserve.post(f"/v2/models/extractive/{route}", json={"text_input": ""})
    rubbish = kserve.post(f"/v2/models/extractive/{route}", content=b"\xff")

    assert [response.status_code for response in (unknown, empty, rubbish)] == [404, 422, 422]
    assert all(list(response.json()) == ["error"] for response in (unknown, empty, rubbish))
