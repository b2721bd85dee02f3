"""What people type by mistake reaches neither search, cache, model nor log."""

import asyncio
import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.knowledge.redaction.masking import mask_secrets
from processors.retrieval.cache_keys import cache_key, cache_namespace
from serving.context import masking

Client = AsyncTestClient[Litestar]
SECRET = "hunter22"
TYPED = f"Why does login fail with password={SECRET}?"


@pytest.mark.parametrize("model", ["runlore", "extractive"])
async def test_question_and_history_reach_nobody_unmasked(client: Client, world: Any, model: str) -> None:
    messages = [{"role": role, "content": TYPED} for role in ("user", "assistant", "user")]
    await client.post("/v1/chat/completions", json={"model": model, "messages": messages, "stream": True})
    asked = [request.content.decode() for request in world.model_requests]
    assert asked
    assert "password=<masked:" in asked[0]
    assert SECRET not in json.dumps([asked, [body for _, body, _ in world.searches]])


async def test_cache_is_asked_for_the_masked_question(client: Client, world: Any) -> None:
    hits = [{"chunk_id": "c9", "doc_id": "d", "score": 1.0, "title": "T", "text": "x", "cite": {}}]
    key = cache_key(cache_namespace("cag-v000003", ["public"], "", ""), mask_secrets(TYPED))
    world.cache[key] = json.dumps({"hits": [hits[0] | {"observed_at": "", "index": "cag-v000003"}]})
    answer = await client.post("/v1/retrieve", json={"query": TYPED, "k": 1, "pipeline": "cag"})
    assert [hit["chunk_id"] for hit in answer.json()["hits"]] == ["c9"]


LONG = f"{'a line of a log that somebody has pasted ' * 100} password={SECRET}"
USER = {"role": "user", "content": LONG}
ASKED = [
    ("/v1/chat/completions", {"model": "runlore", "messages": [USER]}),
    ("/v1/chat/completions", {"model": "runlore", "messages": [USER, {"role": "user", "content": "Why?"}]}),
    ("/v1/chat/completions", {"model": "runlore", "messages": [USER, {"role": "tool", "content": LONG}]}),
    ("/v1/chat/completions", {"model": "extractive", "messages": [USER], "stream": True}),
    ("/v1/retrieve", {"query": LONG}),
]


@pytest.mark.parametrize(("path", "body"), ASKED, ids=["question", "history", "tool", "bare", "retrieve"])
async def test_a_long_text_is_masked_beside_the_event_loop(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any]
) -> None:
    """One key's holder must not keep all others waiting, however long masking takes."""
    found = []

    def mask(text: str) -> str:
        if len(text) > masking.INLINE_CHARACTERS:
            found.append(is_on_a_loop())
        return mask_secrets(text)

    monkeypatch.setattr(masking, "mask_secrets", mask)
    await client.post(path, json=body)
    assert found
    assert not any(found)


def is_on_a_loop() -> bool:
    try:
        return asyncio.get_running_loop() is not None
    except RuntimeError:
        return False
