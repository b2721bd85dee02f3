"""A question whose vector doesn't come is searched by its words, whatever came in its place."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI

from processors.settings import Settings
from serving.clients.sharing import SingleFlight
from serving.retrieval.embedding import embed_question

ANSWERS: dict[str, Callable[[httpx2.Request], httpx2.Response]] = {
    **{str(status): lambda _, status=status: httpx2.Response(status) for status in (400, 500, 502, 503, 504)},
    "a page": lambda _: httpx2.Response(200, html="<h1>Bad gateway</h1>"),
    "nothing": lambda _: httpx2.Response(200, json={"object": "list", "data": []}),
    "something else": lambda _: httpx2.Response(200, json={"data": [{"vector": [1]}]}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_words_are_searched_instead(
    settings: Settings, answer: Callable[[httpx2.Request], httpx2.Response]
) -> None:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    embedder = AsyncOpenAI(base_url="http://m", api_key="unused", http_client=http, max_retries=0)
    vectors: SingleFlight[Any] = SingleFlight()
    clients: Any = SimpleNamespace(embedder=embedder, vectors=vectors)
    assert await embed_question(clients, settings, "Why is Kafka slow?") == (None, ("embedding",))
