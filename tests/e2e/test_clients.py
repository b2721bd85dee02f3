"""The service through curl, WebSocket and OpenAI's official clients for Python and JavaScript.

What is streamed is held against OpenAI's published schema; what a client cancels must end at the model, too.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from websockets.sync.client import connect

from local.npm import install_packages
from processors.settings import Settings
from tests.support.openai_schema import list_violations
from tests.support.replicas import running
from tests.support.slow_model import SlowModel, serve_slow_model

RUNBOOK_QUESTION = "The OpenSearch cluster is red. What do I do?"
MODELS = ["runlore", "runlore-rag", "runlore-cag", "extractive"]
QUESTION: Any = [{"role": "user", "content": RUNBOOK_QUESTION}]
CLIENTS = Path(__file__).parent / "clients"
pytestmark = pytest.mark.usefixtures("live_versions")


def check_runbook(text: str, citations: list[dict[str, object]]) -> None:
    assert "_cluster/reroute" in text
    cites = json.dumps([citation["cite"] for citation in citations])
    assert "opensearch-cluster-red.md" in cites


def check_restart(text: str, citations: list[dict[str, object]], service: str) -> None:
    (line,) = [line for line in text.splitlines() if f"stopped: {service}" in line][:1]
    match = re.search(r"\[(\d+)\]", line)
    assert match, line
    (cited,) = [citation for citation in citations if citation["n"] == int(match[1])]
    assert isinstance(cited["cite"], dict)
    assert cited["cite"]["topic"] == "runlore.logs"
    assert cited["cite"]["file"].endswith("supervisord.log")


def ask_with_curl(settings: Settings, api_key: str, question: str) -> tuple[str, list[dict[str, object]]]:
    body = {"model": "runlore", "messages": [{"role": "user", "content": question}]}
    command = ["curl", "-sS", "--fail-with-body", f"{settings.service.url}/v1/chat/completions"]
    command += ["-H", f"Authorization: Bearer {api_key}", "-H", "Content-Type: application/json"]
    done = subprocess.run([*command, "-d", json.dumps(body)], check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    return answer["choices"][0]["message"]["content"], answer["runlore"]["citations"]


def ask_with_openai(settings: Settings, api_key: str, question: str) -> tuple[str, list[dict[str, object]]]:
    client = OpenAI(base_url=f"{settings.service.url}/v1", api_key=api_key, max_retries=0, timeout=30)
    messages = [{"role": "user", "content": question}]
    stream = client.chat.completions.create(model="runlore", messages=messages, stream=True)  # type: ignore[call-overload]
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert len(chunks) > 2
    return text, chunks[-1].model_extra["runlore"]["citations"]


@pytest.mark.parametrize("ask", [ask_with_curl, ask_with_openai])
def test_a_runbook_and_what_just_happened_are_answered_with_the_right_citation(
    ask: object, settings: Settings, api_key: str, just_restarted: str
) -> None:
    assert callable(ask)
    check_runbook(*ask(settings, api_key, RUNBOOK_QUESTION))
    check_restart(*ask(settings, api_key, f"What just happened to {just_restarted}?"), just_restarted)


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """A folder with OpenAI's JavaScript client, installed from its lock file."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: OpenAI's JavaScript client can't be tested")
    folder = Path(os.environ["RUNLORE_HOME"], "clients")
    install_packages(CLIENTS, folder, "--prefer-offline", timeout_s=300)
    shutil.copy(CLIENTS / "chat.mjs", folder)
    return folder


RunNode = Callable[..., Any]


@pytest.fixture
def run_node(node_folder: Path, settings: Settings, api_key: str) -> RunNode:
    def run(action: str, **environment: str) -> Any:
        told = {"BASE_URL": f"{settings.service.url}/v1", "API_KEY": api_key, "QUESTION": RUNBOOK_QUESTION}
        done = subprocess.run(
            ["node", "chat.mjs", action],
            cwd=node_folder,
            env={"PATH": os.environ["PATH"], **told, **environment},
            check=True,
            capture_output=True,
            text=True,
            timeout=90,
        )
        return json.loads(done.stdout)

    return run


@pytest.fixture
def python_client(settings: Settings, api_key: str) -> OpenAI:
    return OpenAI(base_url=f"{settings.service.url}/v1", api_key=api_key, max_retries=0, timeout=30)


def stream_bytes(settings: Settings, api_key: str, **body: Any) -> list[Any]:
    """The data of each event as it comes over the wire."""
    headers = {"Authorization": f"Bearer {api_key}"}
    asked = {"messages": QUESTION, "stream": True, **body}
    response = httpx.post(
        f"{settings.service.url}/v1/chat/completions", json=asked, headers=headers, timeout=30
    )
    assert response.status_code == 200, response.text
    events = [event.removeprefix("data: ") for event in response.text.split("\n\n")]
    assert events[-2:] == ["[DONE]", ""]
    return [json.loads(event) for event in events[:-2]]


@pytest.mark.parametrize("model", MODELS)
def test_each_event_is_of_openais_published_schema(settings: Settings, api_key: str, model: str) -> None:
    chunks = stream_bytes(settings, api_key, model=model, stream_options={"include_usage": True})
    violations = [list_violations("CreateChatCompletionStreamResponse", chunk) for chunk in chunks]
    assert violations == [[]] * len(chunks)
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] > 0
    reasons = [choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]]
    assert reasons == [None] * (len(reasons) - 1) + ["stop"]


@pytest.mark.parametrize("model", MODELS)
def test_whole_answers_models_and_errors_are_of_openais_published_schema(
    settings: Settings, api_key: str, model: str
) -> None:
    headers = {"Authorization": f"Bearer {api_key}"}
    with httpx.Client(base_url=settings.service.url, headers=headers, timeout=30) as service:
        body = {"model": model, "messages": QUESTION}
        answer = service.post("/v1/chat/completions", json=body).raise_for_status().json()
        assert list_violations("CreateChatCompletionResponse", answer) == []
        assert list_violations("ListModelsResponse", service.get("/v1/models").json()) == []
        assert list_violations("Model", service.get(f"/v1/models/{model}").json()) == []
        wrong = [service.post("/v1/chat/completions", json={**body, "n": 2}), service.get("/v1/models/gpt-9")]
        wrong.append(service.get("/v1/models", headers={"Authorization": "Bearer wrong"}))
        assert [response.status_code for response in wrong] == [400, 404, 401]
        assert [list_violations("ErrorResponse", response.json()) for response in wrong] == [[]] * 3


@pytest.mark.parametrize("model", MODELS)
def test_stop_and_length_end_an_answer(python_client: OpenAI, model: str) -> None:
    source = '<sources>\n<source n="1" title="Red">The cluster is red. Restart the node.</source>\n</sources>'
    content = f"{source}\n\nQuestion: Red cluster?" if model == "extractive" else RUNBOOK_QUESTION
    messages: Any = [{"role": "user", "content": content}]
    whole = python_client.chat.completions.create(model=model, messages=messages).choices[0]
    assert whole.finish_reason == "stop"
    for name in ("max_tokens", "max_completion_tokens"):
        limit: Any = {name: 3}
        short = python_client.chat.completions.create(model=model, messages=messages, **limit)
        assert short.choices[0].finish_reason == "length"
        assert short.usage is not None
        assert short.usage.completion_tokens == 3
    assert whole.message.content is not None
    word = re.findall(r"[a-z]{4,}", whole.message.content)[5]
    stopped = python_client.chat.completions.create(model=model, messages=messages, stop=[word]).choices[0]
    assert stopped.finish_reason == "stop"
    assert stopped.message.content is not None
    assert word not in stopped.message.content


def test_the_python_client_lists_fails_and_reads_tools(python_client: OpenAI) -> None:
    assert [model.id for model in python_client.models.list()] == MODELS
    assert python_client.models.retrieve("runlore").owned_by == "runlore"
    with pytest.raises(openai.AuthenticationError):
        python_client.with_options(api_key="wrong").models.list()
    with pytest.raises(openai.NotFoundError) as missing:
        python_client.chat.completions.create(model="gpt-9", messages=QUESTION)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as refused:
        python_client.chat.completions.create(model="runlore", messages=QUESTION, n=2)
    assert (refused.value.param, refused.value.type) == ("n", "invalid_request_error")


def test_the_javascript_client_lists_chats_streams_and_fails(run_node: RunNode) -> None:
    listed = run_node("list")
    assert listed["names"] == MODELS
    assert listed["one"]["id"] == "runlore"
    answer = run_node("chat")
    text = answer["choices"][0]["message"]["content"]
    check_runbook(text, answer["runlore"]["citations"])
    chunks = run_node("stream")
    pieces = [choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"]]
    check_runbook("".join(pieces), chunks[-1]["runlore"]["citations"])
    assert chunks[-1]["usage"]["total_tokens"] > 0
    assert len([piece for piece in pieces if piece]) > 2
    assert run_node("fail") == [
        {"name": "AuthenticationError", "status": 401, "code": "invalid_api_key", "param": None},
        {"name": "NotFoundError", "status": 404, "code": "model_not_found", "param": "model"},
        {"name": "BadRequestError", "status": 400, "code": None, "param": "n"},
        {"name": "BadRequestError", "status": 400, "code": None, "param": "messages"},
    ]


def test_a_websocket_answers_as_a_stream_does(settings: Settings, api_key: str) -> None:
    url = settings.service.url.replace("http", "ws", 1) + "/v1/chat/stream"
    headers = {"Authorization": f"Bearer {api_key}"}
    with connect(url, additional_headers=headers) as one:
        one.send(json.dumps({"model": "runlore-cag", "messages": QUESTION, "temperature": 0}))
        received = [one.recv(10)]
        while received[-1] != "[DONE]":
            received.append(one.recv(10))
    chunks = [json.loads(text) for text in received[:-1]]
    streamed = stream_bytes(settings, api_key, model="runlore-cag", temperature=0)
    assert [chunk["choices"] for chunk in chunks] == [chunk["choices"] for chunk in streamed]
    assert not any(list_violations("CreateChatCompletionStreamResponse", chunk) for chunk in chunks)
    browser = ["runlore", f"openai-insecure-api-key.{api_key}"]
    with connect(url, subprotocols=browser) as one:  # type: ignore[arg-type]
        assert one.subprotocol == "runlore"


@pytest.fixture(scope="module")
def slow(live_versions: None) -> Iterator[tuple[SlowModel, str]]:  # noqa: ARG001 - order
    """A service of its own whose model never comes to an end, and where it is."""
    with serve_slow_model() as model, running(1, {"RUNLORE_ANSWERING_URL": model.url}) as (replica,):
        yield model, replica.url


@pytest.mark.parametrize("model", ["runlore", "extractive"])
def test_a_stream_that_the_python_client_closes_ends_at_the_model(
    slow: tuple[SlowModel, str], api_key: str, model: str
) -> None:
    upstream, url = slow
    client = OpenAI(base_url=f"{url}/v1", api_key=api_key, max_retries=0, timeout=30)
    stream = client.chat.completions.create(model=model, messages=QUESTION, stream=True)
    assert any(chunk.choices[0].delta.content for chunk in stream)
    assert upstream.open == 1
    stream.close()
    upstream.wait_until(lambda slow_model: slow_model.open == 0)


@pytest.mark.parametrize("model", ["runlore", "extractive"])
async def test_a_whole_answer_that_is_cancelled_ends_at_the_model(
    slow: tuple[SlowModel, str], api_key: str, model: str
) -> None:
    upstream, url = slow
    client = AsyncOpenAI(base_url=f"{url}/v1", api_key=api_key, max_retries=0, timeout=30)
    waiting = asyncio.create_task(client.chat.completions.create(model=model, messages=QUESTION))
    await asyncio.to_thread(upstream.wait_until, lambda slow_model: slow_model.open == 1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.to_thread(upstream.wait_until, lambda slow_model: slow_model.open == 0)


def test_a_stream_that_the_javascript_client_aborts_ends_at_the_model(
    slow: tuple[SlowModel, str], run_node: RunNode
) -> None:
    upstream, url = slow
    asked = upstream.asked
    chunk = run_node("cancel", BASE_URL=f"{url}/v1")
    assert chunk["choices"][0]["delta"]["content"]
    assert upstream.asked == asked + 1
    upstream.wait_until(lambda slow_model: slow_model.open == 0)


@pytest.mark.parametrize("how", ["cancel", "close"])
def test_what_a_websocket_cancels_ends_at_the_model(
    slow: tuple[SlowModel, str], api_key: str, how: str
) -> None:
    upstream, url = slow
    address = url.replace("http", "ws", 1) + "/v1/chat/stream"
    with connect(address, additional_headers={"Authorization": f"Bearer {api_key}"}) as one:
        one.send(json.dumps({"model": "runlore", "messages": QUESTION}))
        while "word" not in str(one.recv(10)):
            pass
        assert upstream.open == 1
        if how == "cancel":
            one.send('{"type": "cancel"}')
            while one.recv(10) != "[DONE]":
                pass
        else:
            one.close()
        upstream.wait_until(lambda slow_model: slow_model.open == 0)


def test_many_disconnects_leave_no_connection(slow: tuple[SlowModel, str], api_key: str) -> None:
    upstream, url = slow
    headers = {"Authorization": f"Bearer {api_key}"}
    body = {"model": "runlore", "messages": QUESTION, "stream": True}
    for _ in range(40):
        with httpx.stream(
            "POST", f"{url}/v1/chat/completions", json=body, headers=headers, timeout=30
        ) as one:
            next(one.iter_bytes())
    upstream.wait_until(lambda slow_model: slow_model.open == 0)
    metrics = httpx.get(f"{url}/metrics").text
    assert "runlore_active_streams 0.0" in metrics
