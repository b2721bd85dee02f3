"""The real model, asked by the `openai` client; only where somebody has chosen to install it."""

from collections.abc import Iterator

import httpx
import openai
import pytest
from openai import OpenAI

from evaluation.benchmarks.model_process import run_model_server
from local.environments import find_environments
from local.models import LANGUAGE_MODELS, find_folder

NAME = "gemma-3-270m"
MESSAGES = [{"role": "user", "content": "Question: Name the first months of the year."}]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    envs = find_environments()
    folder = find_folder(envs, NAME)
    if not (folder / "model.gguf").is_file():
        pytest.skip(
            f"{NAME} is not installed: `RUNLORE_LLM={NAME} make setup` installs it (Gemma's terms of use)"
        )
    given = {
        "RUNLORE_LLM": NAME,
        "RUNLORE_LLM_FILE": str(folder / "model.gguf"),
        "RUNLORE_LLM_PACKAGES": str(folder / "packages"),
        "RUNLORE_LLM_PROMPT": LANGUAGE_MODELS[NAME].prompt,
        "RUNLORE_LLM_CONTEXT_TOKENS": "512",
    }
    with run_model_server(envs, given, "serving.model_server.language") as process:
        yield process.url


@pytest.fixture
def model(url: str) -> OpenAI:
    return OpenAI(base_url=f"{url}/openai/v1", api_key="none", max_retries=0, timeout=300)


def test_tokens_come_as_they_are_written_and_are_counted(model: OpenAI) -> None:
    stream = model.chat.completions.create(
        model=NAME, messages=MESSAGES, max_tokens=8, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(stream)
    pieces = [choice.delta.content for chunk in chunks for choice in chunk.choices if choice.delta.content]

    assert len(pieces) > 3
    assert last.usage is not None
    assert last.usage.completion_tokens == 8
    assert last.usage.prompt_tokens > 5
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices][-1] == "length"


def test_the_same_question_gets_the_same_words(model: OpenAI) -> None:
    texts = {
        model.chat.completions.create(model=NAME, messages=MESSAGES, max_tokens=6).choices[0].message.content
        for _ in range(2)
    }
    assert len(texts) == 1


def test_a_text_ends_before_what_it_is_to_stop_at(model: OpenAI) -> None:
    whole = model.chat.completions.create(model=NAME, messages=MESSAGES, max_tokens=8)
    text = whole.choices[0].message.content or ""
    mark = text.split()[2]
    cut = model.chat.completions.create(model=NAME, messages=MESSAGES, max_tokens=8, stop=[mark])

    assert cut.choices[0].message.content == text[: text.index(mark)]
    assert cut.choices[0].finish_reason == "stop"


def test_a_prompt_that_is_too_long_is_refused(model: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="exceed"):
        model.chat.completions.create(model=NAME, messages=[{"role": "user", "content": "disk full " * 800}])


def test_who_hangs_up_ends_the_work(model: OpenAI, url: str) -> None:
    stream = model.chat.completions.create(model=NAME, messages=MESSAGES, max_tokens=400, stream=True)
    next(iter(stream))
    stream.close()

    # The next one is answered only when the engine is free.
    model.chat.completions.create(model=NAME, messages=MESSAGES, max_tokens=1)
    metrics = httpx.get(f"{url}/metrics").text
    assert 'runlore_llm_requests_total{outcome="cancelled"} 1.0' in metrics


def test_the_other_protocol_health_and_list_are_there(url: str) -> None:
    made = httpx.post(
        f"{url}/v2/models/{NAME}/generate",
        json={"text_input": "One, two,", "parameters": {"max_tokens": 3}},
        timeout=300,
    )
    tensor = {"name": "prompt", "datatype": "BYTES", "shape": [1], "data": ["One, two,"]}
    inferred = httpx.post(f"{url}/v2/models/{NAME}/infer", json={"inputs": [tensor]}, timeout=300)
    (listed,) = httpx.get(f"{url}/openai/v1/models").json()["data"]

    assert made.json()["finish_reason"] == "length"
    assert inferred.json()["outputs"][0]["name"] == "answer"
    assert httpx.get(f"{url}/v2/models/{NAME}/ready").is_success
    assert "too small" in listed["description"]
