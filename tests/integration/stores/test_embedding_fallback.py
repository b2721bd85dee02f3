"""When the model server is down, the same vectors come from a process of its own."""

import httpx
import numpy as np
import pytest

from processors.pipelines.embed import embed_chunks
from processors.settings import Settings, change_settings
from processors.stores import model_server
from processors.stores.model_server import embed_texts
from processors.stores.search import open_search

NOWHERE = "http://127.0.0.1:9"
TEXTS = ["redis is down", "the cluster is red and nobody knows why"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try as often as always, without the pauses."""
    monkeypatch.setattr(model_server._embed_batch.retry, "sleep", lambda _: None)


def make_chunks() -> list[dict[str, str]]:
    return [{"title": "T", "heading_path": "", "text": text, "content_hash": text} for text in TEXTS]


def test_the_fallback_gives_the_vectors_of_the_server(settings: Settings) -> None:
    expected, model = embed_texts(settings.kserve.url, settings.embedding.model, [f"T\n{t}" for t in TEXTS])
    down = change_settings(settings, kserve={"url": NOWHERE})
    chunks = make_chunks()
    embed_chunks(open_search(settings.opensearch), down, chunks, None)  # type: ignore[arg-type]
    got = np.array([chunk["embedding"] for chunk in chunks])
    assert {chunk["embedding_model"] for chunk in chunks} == {model}
    np.testing.assert_allclose((got * expected).sum(axis=1), 1, atol=1e-3)


def test_without_a_fallback_a_server_that_stays_away_is_an_error(settings: Settings) -> None:
    down = change_settings(settings, kserve={"url": NOWHERE}, embedding={"fallback": ""})
    with pytest.raises(httpx.TransportError):
        embed_chunks(open_search(settings.opensearch), down, make_chunks(), None)  # type: ignore[arg-type]
