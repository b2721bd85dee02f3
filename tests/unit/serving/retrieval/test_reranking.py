"""The optional second look: off by default, and without the embedder as if it were off."""

from typing import Any

import httpx2
import openai
import pytest

from serving.retrieval.reranking import rerank_hits

Client = Any


class FakeEmbedder:
    """A sentence that says "disk" is near to the question, all others are far from it."""

    def __init__(self, error: openai.OpenAIError | None = None) -> None:
        self.embeddings = self.embedder = self
        self.error = error
        self.asked: list[str] = []

    async def create(self, model: str, input: list[str], extra_headers: dict[str, str]) -> Any:  # noqa: A002
        assert model
        assert extra_headers
        if self.error:
            raise self.error
        self.asked += input
        vectors = [[1.0, 0.0] if "disk" in text else [0.0, 1.0] for text in input]
        return type("Answer", (), {"data": [type("Row", (), {"embedding": v}) for v in vectors]})


def make_hits(*texts: str) -> list[Any]:
    return [{"title": "T", "text": text, "score": 1 - n / 100} for n, text in enumerate(texts)]


async def test_the_hit_with_the_nearest_sentence_rises(settings: Any) -> None:
    embedder: Any = FakeEmbedder()
    hits = make_hits("It has a long story. Nothing else is told.", "Look at it first. The disk may be full.")
    found = await rerank_hits(embedder, settings, [1.0, 0.0], hits)
    assert [hit["text"][:4] for hit in found] == ["Look", "It h"]
    assert found[0]["score"] == pytest.approx(0.99 + 0.2)
    assert embedder.asked[0] == "T: It has a long story."


async def test_only_the_first_ten_are_read_again(settings: Any) -> None:
    embedder: Any = FakeEmbedder()
    hits = make_hits(*["One sentence that is long enough."] * 10, "The disk is what it is about.")
    assert await rerank_hits(embedder, settings, [1.0, 0.0], hits) == hits
    assert len(embedder.asked) == 10


async def test_without_the_embedder_the_hits_stay_as_they_are(settings: Any) -> None:
    error = openai.APIConnectionError(request=httpx2.Request("POST", "http://model"))
    embedder: Any = FakeEmbedder(error)
    hits = make_hits("A sentence of one hit.", "The disk may be full.")
    assert await rerank_hits(embedder, settings, [1.0, 0.0], hits) == hits


async def test_nothing_found_is_nothing_to_ask(settings: Any) -> None:
    embedder: Any = FakeEmbedder()
    assert await rerank_hits(embedder, settings, [1.0, 0.0], []) == []
    assert embedder.asked == []


async def test_it_is_off_by_default(client: Client, world: Any) -> None:
    await client.post("/v1/retrieve", json={"query": "full disk"})
    assert world.embedded == ["full disk"]
