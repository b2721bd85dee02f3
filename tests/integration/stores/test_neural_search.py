"""OpenSearch embeds questions itself, and finds the same; run with RUNLORE_NEURAL_SEARCH=on."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from opensearchpy import OpenSearch

from processors.knowledge.chunk import Chunk, make_id
from processors.retrieval.hybrid import Hit, build_hybrid_query, parse_hits
from processors.retrieval.nearest import TextToEmbed
from processors.retrieval.neural_model import SEARCH_PATH, build_model_search
from processors.retrieval.question.understanding import understand
from processors.settings import Settings, change_settings
from processors.stores.model_server import embed_texts
from processors.stores.neural_search import NeuralSearchError, ensure_model, require_plugin
from processors.stores.search import apply_templates, write_chunks
from serving.clients.lifespan import open_clients
from serving.retrieval.question import Question
from serving.retrieval.search import time_searches

TEXTS = [
    "The cluster is red because primary shards are missing. List unassigned shards first.",
    "Kafka consumer lag grows when a consumer is slower than its producers.",
    "Free disk space on the node, or raise the watermark of OpenSearch.",
    "Restart the broker and wait until it has caught up with its partitions.",
    "A pod that crashes at its start is in CrashLoopBackOff. Read its last log lines.",
    "The node has no memory left, so the kernel killed the largest process.",
    "Rotate the key and tell all clients of the new one.",
    "PostgreSQL refuses connections when all slots are taken.",
]
QUESTIONS = [
    "why is my cluster red",
    "the consumer is late",
    "Почему кластер красный?",
    "disk full",
    "pod crash loop",
    'the "log" line\nsays {"out": "of memory"} and 50 % \\ more',
]


@pytest.fixture
def able(client: OpenSearch) -> OpenSearch:
    try:
        require_plugin(client)
    except NeuralSearchError:
        pytest.skip("OpenSearch has no plugin for models: RUNLORE_NEURAL_SEARCH=on make test-integration")
    return client


@pytest.fixture
def index(able: OpenSearch, settings: Settings) -> Iterator[str]:
    """A version of a few chunks in a pipeline of its own, one chunk for another group."""
    pipeline = f"test{uuid.uuid4().hex[:8]}"
    apply_templates(able, settings.embedding.dimension, [pipeline])
    version = f"{pipeline}-v000001"
    able.indices.create(index=version)
    vectors, model = embed_texts(settings.kserve.url, settings.embedding.model, TEXTS)
    chunks = [
        Chunk(
            chunk_id=f"c{n}", doc_id=f"d{n}", source="test", kind="doc", title=text.split()[0],
            heading_path="", text=text, content_hash=make_id(text), observed_at="2026-11-21T09:00:00Z",
            ingested_at="2026-11-21T09:00:00Z", cluster="", namespace="", service="", severity="", labels={},
            acl=["public" if n else "secret"], cite={}, batch_id="b", embedding=vector.tolist(),
            embedding_model=model,
        )
        for n, (text, vector) in enumerate(zip(TEXTS, vectors, strict=True))
    ]  # fmt: skip
    assert write_chunks(able, version, chunks) == []
    yield version
    able.indices.delete(index=f"{pipeline}-v*")
    able.indices.delete_index_template(name=f"runlore-{pipeline}")


def count_models(client: OpenSearch, settings: Settings) -> int:
    found = client.transport.perform_request("POST", SEARCH_PATH, body=build_model_search(settings))
    return int(found["hits"]["total"]["value"])


def test_the_model_is_made_once(able: OpenSearch, settings: Settings) -> None:
    first = ensure_model(able, settings)
    assert ensure_model(able, settings) == first
    assert count_models(able, settings) == 1


@pytest.mark.parametrize("groups", [["public"], ["public", "secret"]], ids=len)
@pytest.mark.parametrize("question", QUESTIONS)
def test_both_ways_find_the_same(
    able: OpenSearch, settings: Settings, index: str, question: str, groups: list[str]
) -> None:
    model = ensure_model(able, settings)
    ((vector,), _) = embed_texts(settings.kserve.url, settings.embedding.model, [question])

    def search(nearest: Any) -> list[Hit]:
        body = build_hybrid_query(question, nearest, 8, groups)
        return parse_hits(able.search(index=index, body=body))

    ours, theirs = search(vector.tolist()), search(TextToEmbed(question, model))
    assert [hit["chunk_id"] for hit in theirs] == [hit["chunk_id"] for hit in ours]
    assert len(ours) == 6 + len(groups)
    assert [hit["score"] for hit in theirs] == pytest.approx([hit["score"] for hit in ours], abs=1e-3)


async def search_as_the_service(settings: Settings, index: str) -> tuple[list[Hit], float]:
    async with open_clients(settings) as clients:
        question = Question(
            understand("Why is the cluster red?", datetime.now(UTC)), ("cag",), 3, ("secret",), {}
        )
        (found,) = await time_searches(clients, settings, question, "cag", [index])
    return found


async def test_the_service_needs_no_embedder_of_its_own(
    able: OpenSearch, settings: Settings, index: str
) -> None:
    ensure_model(able, settings)
    neural = change_settings(settings, retrieval={"neural_search": True})
    (hit,), _ = await search_as_the_service(neural, index)
    assert hit["chunk_id"] == "c0"


async def test_words_alone_are_searched_when_the_embedder_refuses(
    able: OpenSearch, settings: Settings, index: str
) -> None:
    broken = change_settings(
        settings, retrieval={"neural_search": True}, kserve={"url": f"{settings.kserve.url}/nowhere"}
    )
    ensure_model(able, broken)
    (hit,), seconds = await search_as_the_service(broken, index)
    assert hit["chunk_id"] == "c0"
    assert seconds < 5


def test_an_address_that_is_not_trusted_is_refused_with_the_remedy(
    able: OpenSearch, settings: Settings
) -> None:
    elsewhere = change_settings(settings, kserve={"url": "http://203.0.113.1:1"})
    with pytest.raises(NeuralSearchError, match="trusted_connector_endpoints_regex"):
        ensure_model(able, elsewhere)


def test_without_the_plugin_the_setting_and_the_remedy_are_named(
    client: OpenSearch, settings: Settings
) -> None:
    if any(row["component"] == "opensearch-ml" for row in client.cat.plugins(format="json")):
        pytest.skip("this OpenSearch has the plugin")
    with pytest.raises(NeuralSearchError, match=r"Install opensearch-ml .* or set RUNLORE_NEURAL_SEARCH=off"):
        ensure_model(client, settings)
