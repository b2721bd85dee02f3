"""Shadow reads on the real OpenSearch and Redis; the service itself runs inside of the test."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import redis
from litestar import Litestar
from litestar.testing import AsyncTestClient
from opensearchpy import AsyncOpenSearch, OpenSearch

from processors.retrieval.agreement import shadow_key
from processors.settings import Settings, change_settings
from processors.stores.search import apply_templates
from processors.versions.catalog import find_live
from processors.versions.shadow import hide_candidate, read_shadow, show_candidate
from serving.app import create_app
from serving.clients.lifespan import open_clients

QUESTIONS = [f"The OpenSearch cluster is red, what do I do first? ({number})" for number in range(3)]


@pytest.fixture
def live(client: OpenSearch, request: pytest.FixtureRequest) -> str:
    if find_live(client, "cag") is None:
        request.getfixturevalue("live_versions")
    return str(find_live(client, "cag"))


@pytest.fixture
def shadowed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Every question is compared: none is left out for a place that rests."""
    monkeypatch.setattr("serving.clients.lifespan._SPARE_REST", 0)
    return change_settings(settings, shadow={"share": 1.0})


@pytest.fixture
def candidate(client: OpenSearch, settings: Settings, live: str) -> Iterator[str]:
    """A version outside of the pipeline's own, with the live version's chunks."""
    pipeline = f"test{uuid.uuid4().hex[:8]}"
    apply_templates(client, settings.embedding.dimension, [pipeline])
    version = f"{pipeline}-v000001"
    client.indices.create(index=version)
    client.reindex(body={"source": {"index": live}, "dest": {"index": version}}, refresh=True)
    client.indices.put_alias(index=version, name="cag-candidate")
    yield version
    client.indices.delete(index=f"{pipeline}-v*", ignore=[404])
    client.indices.delete_index_template(name=f"runlore-{pipeline}")
    with redis.Redis.from_url(settings.redis.url) as cache:
        cache.delete(shadow_key(version))


@pytest.fixture
async def deaf() -> AsyncIterator[str]:
    """An address that takes requests and answers none."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.close()


@asynccontextmanager
async def serve(settings: Settings, aside_url: str = "") -> AsyncIterator[AsyncTestClient[Litestar]]:
    @asynccontextmanager
    async def open_aside(settings: Settings) -> AsyncIterator[Any]:
        async with open_clients(settings) as clients, AsyncOpenSearch(aside_url) as shadow_search:
            yield replace(clients, shadow_search=shadow_search)

    app = create_app(settings, open_aside if aside_url else open_clients)
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {settings.access.read_api_key()}"
        yield client


async def ask(service: AsyncTestClient[Litestar], question: str) -> list[str]:
    body = {"query": question, "k": 10, "pipeline": "cag"}
    response = await service.post("/v1/retrieve", json=body)
    return [hit["doc_id"] for hit in response.raise_for_status().json()["hits"]]


async def wait_for(settings: Settings, candidate: str, **counts: int) -> Any:
    async with asyncio.timeout(15):
        while True:
            report = await asyncio.to_thread(read_shadow, settings.redis.url, candidate)
            if counts.items() <= report.items():
                return report
            await asyncio.sleep(0.1)


async def test_an_equal_candidate_agrees(shadowed: Settings, candidate: str) -> None:
    async with serve(shadowed) as service:
        for asked, question in enumerate(QUESTIONS, start=1):
            assert await ask(service, question)
            report = await wait_for(shadowed, candidate, questions=asked, failed=0)
    assert report["means"]["overlap_at_10"] == pytest.approx(1)
    assert report["means"]["rank_biased_overlap"] == pytest.approx(1, abs=0.02)
    assert 0 < report["means"]["live_seconds"] < 5
    assert 0 < report["means"]["candidate_seconds"] < 5


async def test_what_a_candidate_lacks_is_seen(shadowed: Settings, client: OpenSearch, candidate: str) -> None:
    async with serve(shadowed) as service:
        found = await ask(service, QUESTIONS[0])
        await wait_for(shadowed, candidate, questions=1)
        lost = {"query": {"terms": {"doc_id": found}}}
        client.delete_by_query(index=candidate, body=lost, params={"refresh": "true"})
        await ask(service, QUESTIONS[0])
        report = await wait_for(shadowed, candidate, questions=2)
    assert 0.4 < report["means"]["overlap_at_10"] < 0.95


async def test_a_broken_candidate_leaves_answers_as_they_are(
    shadowed: Settings, client: OpenSearch, candidate: str
) -> None:
    """An index without vectors refuses the query."""
    client.indices.delete(index=candidate)
    mappings = {"properties": {"embedding": {"type": "keyword"}}}
    body = {"mappings": mappings, "aliases": {"cag-candidate": {}}}
    client.indices.create(index=candidate, body=body)
    async with serve(shadowed) as service:
        found = await ask(service, QUESTIONS[0])
        assert len(found) > 0
        await wait_for(shadowed, candidate, failed=1)
        assert await ask(service, QUESTIONS[0]) == found


async def test_a_candidate_that_never_answers_delays_nobody(
    shadowed: Settings, candidate: str, deaf: str
) -> None:
    async with serve(shadowed, aside_url=deaf) as service:
        await ask(service, QUESTIONS[0])
        began = asyncio.get_running_loop().time()
        for _ in range(20):
            assert await ask(service, QUESTIONS[0])
        assert asyncio.get_running_loop().time() - began < 4
        report = await wait_for(shadowed, candidate, failed=1)
    assert report["questions"] == 0


def test_the_alias_comes_and_goes(client: OpenSearch) -> None:
    pipeline: Any = f"test{uuid.uuid4().hex[:8]}"
    for number in (1, 2):
        client.indices.create(index=f"{pipeline}-v00000{number}")
    try:
        for shown in (f"{pipeline}-v000001", f"{pipeline}-v000002", f"{pipeline}-v000002"):
            show_candidate(client, pipeline, shown)
            assert list(client.indices.get_alias(name=f"{pipeline}-candidate")) == [shown]
        for _ in range(2):
            hide_candidate(client, pipeline)
            assert not client.indices.exists_alias(name=f"{pipeline}-candidate")
    finally:
        client.indices.delete(index=f"{pipeline}-v*")
