import base64
import re

import httpx
import numpy as np
import openai
import pytest
from openai import OpenAI

PROMPT = """<sources>
<source n="1" title="Redis is down &gt; Steps" kind="runbook" observed_at="2026-11-21T07:41:02Z">
1. Restart redis.

   ```bash
   make restart-one SERVICE=redis
   ```

2. Look at its log.
</source>
</sources>

Question: How do I restart redis?"""
MESSAGES = [{"role": "system", "content": "Answer from the sources."}, {"role": "user", "content": PROMPT}]


def embed(models: OpenAI, texts: list[str]) -> np.ndarray:
    made = models.embeddings.create(model="all-minilm-l6-v2", input=texts)
    return np.array([entry.embedding for entry in made.data])


def test_like_texts_are_near_and_vectors_have_length_one(models):
    red, status, borscht = embed(
        models, ["The OpenSearch cluster is red.", "cluster health status red", "How to cook borscht"]
    )

    assert np.linalg.norm(red) == pytest.approx(1, abs=1e-5)
    assert red @ status > 0.5 > 0.2 > red @ borscht


def test_order_and_values_do_not_depend_on_batches(models):
    texts = [f"{'word ' * (n % 13)}number {n}" for n in range(40)]

    together = embed(models, texts)
    alone = np.concatenate([embed(models, [text]) for text in texts])

    assert np.abs(together - alone).max() < 5e-3


def test_floats_and_base64_are_the_same_vector_and_the_model_has_its_revision(kserve: httpx.Client):
    def post(encoding: str) -> dict:
        body = {"model": "all-minilm-l6-v2", "input": "disk full", "encoding_format": encoding}
        return kserve.post("/openai/v1/embeddings", json=body).raise_for_status().json()

    floats, encoded = post("float"), post("base64")
    decoded = np.frombuffer(base64.b64decode(encoded["data"][0]["embedding"]), dtype="<f4")

    assert np.abs(decoded - floats["data"][0]["embedding"]).max() < 1e-6
    assert re.fullmatch(r"all-minilm-l6-v2@[0-9a-f]{12}", floats["model"])
    assert floats["usage"]["prompt_tokens"] == 4


def test_a_pinned_revision_is_served_and_another_one_is_not(models):
    served = models.embeddings.create(model="all-minilm-l6-v2", input="x").model

    assert models.embeddings.create(model=served, input="x").model == served
    with pytest.raises(openai.NotFoundError, match="does not exist here"):
        models.embeddings.create(model="all-minilm-l6-v2@000000000000", input="x")


@pytest.mark.parametrize("wrong", [{"input": []}, {"input": [" "]}, {"input": [[1, 2]]}, {"dimensions": 8}])
def test_wrong_embedding_requests_get_an_openai_error(kserve: httpx.Client, wrong: dict):
    response = kserve.post("/openai/v1/embeddings", json={"model": "all-minilm-l6-v2", "input": "x", **wrong})

    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert response.json()["error"]["param"].startswith(next(iter(wrong)))


def test_chat_answers_with_cited_steps(models):
    made = models.chat.completions.create(model="extractive", messages=MESSAGES)
    text = made.choices[0].message.content

    assert "1. Restart redis. [1]" in text
    assert "make restart-one SERVICE=redis" in text
    assert text.endswith("Quoted from the sources, not written by a language model.")
    assert made.choices[0].finish_reason == "stop"
    assert made.usage.total_tokens == made.usage.prompt_tokens + made.usage.completion_tokens


def test_stream_is_the_same_answer_with_usage_last(models):
    whole = models.chat.completions.create(model="extractive", messages=MESSAGES)
    chunks = list(
        models.chat.completions.create(
            model="extractive", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)

    assert text == whole.choices[0].message.content
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert len(chunks) > 4


def test_stop_and_max_tokens_end_an_answer(models):
    stopped = models.chat.completions.create(model="extractive", messages=MESSAGES, stop=["2. Look"])
    cut = models.chat.completions.create(model="extractive", messages=MESSAGES, max_tokens=3)

    assert "Look at its log" not in stopped.choices[0].message.content
    assert stopped.choices[0].finish_reason == "stop"
    assert cut.choices[0].message.content == "Steps from Redis"
    assert cut.choices[0].finish_reason == "length"


def test_several_answers_are_refused(models):
    with pytest.raises(openai.BadRequestError, match="n must be 1"):
        models.chat.completions.create(model="extractive", messages=MESSAGES, n=2)


def test_models_are_listed(models):
    assert [model.id for model in models.models.list()] == ["all-minilm-l6-v2", "extractive"]


def test_correlation_id_comes_back_and_a_dangerous_one_does_not(kserve: httpx.Client):
    def id_of(given: str) -> str:
        return kserve.get("/openai/v1/models", headers={"X-Correlation-Id": given}).headers[
            "X-Correlation-Id"
        ]

    assert id_of("run-42") == "run-42"
    assert re.fullmatch(r"[0-9a-f]{32}", id_of('"}{"level":"FATAL'))
