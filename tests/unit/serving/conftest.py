"""The service in process, with the real OpenAI client and app, and a small world in place of the sockets."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from openai import AsyncOpenAI
from opensearchpy import exceptions as search_errors
from redis.exceptions import ConnectionError as CacheDown

from evaluation.benchmarks.small_index import answer
from processors.settings import Settings, read_settings
from serving.app import create_app
from serving.clients.channel import ChannelClient
from serving.clients.lifespan import Clients
from tests.support.fake_airflow import FakeAirflow

KEY = "the-key"


def make_hit(chunk_id: str, index: str = "cag-v000003", **fields: Any) -> dict[str, Any]:
    source = {
        "chunk_id": chunk_id,
        "doc_id": f"doc-{chunk_id}",
        "kind": "runbook",
        "title": f"Title {chunk_id}",
        "heading_path": "",
        "procedure": "",
        "text": f"Text of {chunk_id}.",
        "cite": {"type": "log", "topic": "runlore.logs"},
        "observed_at": "2026-11-20T10:00:00Z",
        "acl": ["public"],
        **fields,
    }
    return {"_id": chunk_id, "_index": index, "_score": 1.0, "_source": source}


def collapse(hits: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    """Answer the two searches for what happened; each hit says something of its own."""
    if "aggs" not in body:
        found = [{**hit, "fields": {"content_hash": [hit["_id"]]}} for hit in hits]
        return {"hits": {"hits": found[: body["size"]]}}
    contents = body["query"]["bool"]["filter"][-1]["terms"]["content_hash"]
    found = [
        {**hit, "_source": {**hit["_source"], "content_hash": hit["_id"]}}
        for hit in hits
        if hit["_id"] in contents
    ]
    buckets = [{"key": content, "doc_count": 1} for content in contents]
    return {"hits": {"hits": found}, "aggregations": {"contents": {"buckets": buckets}}}


@dataclass
class World:
    """What the service finds outside; a test changes it and looks at what was asked."""

    aliases: dict[str, str] = field(default_factory=lambda: {"rag": "rag-v000007", "cag": "cag-v000003"})
    hits: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cache: dict[str, Any] | None = field(default_factory=dict)
    pieces: list[str] = field(default_factory=lambda: ["Do this", " [1", "]."])
    search_error: Exception | None = None
    model_status: int | None = 200
    embedder_status: int | None = 200
    breaks_off: bool = False
    falls_silent: bool = False
    tells_usage: bool = True
    open_streams: int = 0
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    searches: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    model_requests: list[httpx2.Request] = field(default_factory=list)
    embedded: list[Any] = field(default_factory=list)
    alias_reads: int = 0
    questions: list[str] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)
    sums: dict[str, dict[str, float]] = field(default_factory=dict)
    model_ids: list[str] | None = field(default_factory=lambda: ["model-1"])
    embeds_itself: bool = True
    ratings: list[Any] = field(default_factory=list)
    supporting: set[str] | None = None
    weighed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    airflow: FakeAirflow = field(default_factory=FakeAirflow)
    channel: ChannelClient | None = None

    def prompt(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.model_requests[-1].content)
        return body


class FakeSearch:
    """Answers like AsyncOpenSearch."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.indices = self
        self.transport = self

    async def perform_request(self, method: str, url: str, body: dict[str, Any]) -> dict[str, Any]:
        assert (method, url) == ("POST", "/_plugins/_ml/models/_search")
        assert body["query"]
        self._fail()
        if self.world.model_ids is None:
            raise search_errors.RequestError(400, "no handler found for uri", {})
        return {"hits": {"hits": [{"_id": model} for model in self.world.model_ids]}}

    async def get_alias(self, name: str, headers: dict[str, str]) -> dict[str, Any]:
        assert name
        assert headers["X-Opaque-Id"]
        self.world.alias_reads += 1
        self._fail()
        found: dict[str, Any] = {index: {"aliases": {}} for index in self.world.aliases.values()}
        for alias, index in self.world.aliases.items():
            found[index]["aliases"][alias] = {}
        return found

    async def search(
        self, index: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        self._fail()
        # A version is searched as its base and whatever slices it has.
        index = index.partition(",")[0]
        self.world.searches.append((index, body, headers or {}))
        await asyncio.sleep(self.world.delays.get(index, 0))
        if "'neural'" in str(body) and not self.world.embeds_itself:
            raise search_errors.TransportError(500, "exception", {})
        if index not in self.world.hits:
            raise search_errors.NotFoundError(404, "index_not_found_exception", {})
        if body.get("collapse") == {"field": "content_hash"}:
            return collapse(self.world.hits[index], body)
        if "labels" in body.get("_source", []) or "aggs" in body:
            # What a reading asks, of which its own tests tell.
            return answer([hit["_source"] for hit in self.world.hits[index]], body)
        return {"hits": {"hits": self.world.hits[index][: body["size"]]}}

    async def msearch(self, body: list[dict[str, Any]], headers: dict[str, str]) -> dict[str, Any]:
        """Answer the two searches by which a question is weighed."""
        assert headers["X-Opaque-Id"]
        self._fail()
        (version, words), (same, nearest) = body[:2], body[2:]
        assert version == same
        self.world.weighed.append((version["index"].partition(",")[0], words))
        assert nearest["query"]["knn"]
        supporting = self.world.supporting
        is_there = supporting is None or self.world.weighed[-1][0] in supporting
        counts = words["aggs"]["chunks"]["aggs"]
        chunks = {name: {"doc_count": 100 if name == "all" else 1} for name in counts}
        hits = [{"_score": 4.0 * len(counts) if is_there else 0.1}]
        found = {"hits": {"hits": hits}, "aggregations": {"chunks": chunks}}
        return {"responses": [found, {"hits": {"hits": [{"_score": 0.9 if is_there else 0.5}]}}]}

    async def ping(self) -> bool:
        return self.world.search_error is None

    def _fail(self) -> None:
        if self.world.search_error is not None:
            raise self.world.search_error


class FakeCache:
    """Answers like redis.asyncio.Redis."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def get(self, key: str) -> str | None:
        if self.world.cache is None:
            raise CacheDown("connection refused")
        return self.world.cache.get(key)

    async def set(self, key: str, value: str, ex: int) -> None:
        self._require()[key] = value
        assert ex > 0

    def lock(self, name: str, timeout: float, *, blocking: bool) -> "FakeLease":
        assert timeout > 0
        assert not blocking
        return FakeLease(self, name)

    async def llen(self, key: str) -> int:
        return len(self._require().get(key, []))

    async def lrange(self, key: str, start: int, stop: int) -> list[bytes]:
        return list(self._require().get(key, [])[start : stop + 1])

    async def rpush(self, key: str, value: bytes) -> None:
        self._require().setdefault(key, []).append(value)

    async def expire(self, key: str, seconds: int) -> None:
        assert key in self._require()
        assert seconds > 0

    def _require(self) -> dict[str, Any]:
        if self.world.cache is None:
            raise CacheDown("connection refused")
        return self.world.cache

    async def evalsha(self, digest: str, keys: int, *given: Any) -> list[int]:
        """Let everybody in, as the script of the limits does."""
        assert digest
        self._require()
        limits = given[keys : keys + 2]
        return [1, *(number for limit in limits for number in (limit and limit - 1, 0, 0))]

    def pipeline(self, *, transaction: bool) -> "FakeBatch":
        assert not transaction
        return FakeBatch(self.world)

    async def ping(self) -> bool:
        if self.world.cache is None:
            raise CacheDown("connection refused")
        return True


class FakeLease:
    """Is held by one at a time, like Redis' lock that nobody waits for."""

    def __init__(self, cache: FakeCache, name: str) -> None:
        self._cache, self._name = cache, name

    async def acquire(self) -> bool:
        held = self._cache._require()
        is_free = self._name not in held
        held.setdefault(self._name, "1")
        return is_free

    async def release(self) -> None:
        del self._cache._require()[self._name]


class FakeBatch:
    """Adds to sums when it is executed, like Redis' pipeline."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.changes: list[tuple[str, str, float]] = []

    async def __aenter__(self) -> "FakeBatch":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def hincrbyfloat(self, key: str, name: str, value: float) -> None:
        self.changes.append((key, name, value))

    def expire(self, key: str, seconds: int) -> None:
        assert key
        assert seconds > 0

    async def execute(self) -> None:
        if self.world.cache is None:
            raise CacheDown("connection refused")
        for key, name, value in self.changes:
            sums = self.world.sums.setdefault(key, {})
            sums[name] = sums.get(name, 0) + value


class FakeQuestionLog:
    """Remembers what was written down."""

    def __init__(self, world: World) -> None:
        self.world = world

    def record(self, query: str, groups: Any, pipelines: Any) -> None:
        assert groups
        assert pipelines
        self.world.questions.append(query)

    def record_rating(self, rated: Any) -> None:
        self.world.ratings.append(rated)


def _chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "extractive",
        "choices": [choice],
    }


class Body(httpx2.AsyncByteStream):
    """A streamed body that may break off."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.world.open_streams += 1
        for piece in self.world.pieces:
            yield self._event(_chunk({"content": piece}))
        for call in self.world.tool_calls:
            yield self._event(_chunk({"tool_calls": [call]}))
        if self.world.breaks_off:
            raise httpx2.RemoteProtocolError("peer closed connection")
        if self.world.falls_silent:
            await asyncio.Event().wait()
        usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
        yield self._event(_chunk({}, "tool_calls" if self.world.tool_calls else "stop"))
        if self.world.tells_usage:
            yield self._event({**_chunk({}), "choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"

    async def aclose(self) -> None:
        self.world.open_streams -= 1

    @staticmethod
    def _event(body: dict[str, Any]) -> bytes:
        return b"data: " + json.dumps(body).encode() + b"\n\n"


def _fake_model(world: World) -> AsyncOpenAI:
    def respond(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path.endswith("/models"):
            return httpx2.Response(200, json={"object": "list", "data": [{"id": "extractive"}]})
        embeds = path.endswith("/embeddings")
        status = world.embedder_status if embeds else world.model_status
        if status is None:
            raise httpx2.ConnectError("connection refused")
        if status != 200:
            return httpx2.Response(status, json={"error": {"message": "max_tokens is too big"}})
        if embeds:
            world.embedded.append(json.loads(request.content)["input"])
            data = [{"object": "embedding", "index": 0, "embedding": [0.0, 1.0]}]
            return httpx2.Response(200, json={"object": "list", "model": "m@1", "data": data})
        world.model_requests.append(request)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Body(world))

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(respond))
    return AsyncOpenAI(base_url="http://model/openai/v1", api_key="unused", http_client=http, max_retries=0)


@pytest.fixture
def world() -> World:
    return World(
        hits={
            "rag-v000007": [make_hit("r1", "rag-v000007", kind="log_pattern")],
            "cag-v000003": [make_hit("c1"), make_hit("c2")],
        }
    )


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "key").write_text(f"{KEY}\n")
    addresses = ("OPENSEARCH_URL", "KAFKA_BOOTSTRAP", "REDIS_URL", "MLFLOW_TRACKING_URI", "KSERVE_URL")
    for name in (*addresses, "PROMETHEUS_URL", "STAGING_URL", "WORK_DIR", "TOKENIZER_FILE"):
        monkeypatch.setenv(f"RUNLORE_{name}", "http://unused")
    monkeypatch.setenv("RUNLORE_URL", "http://runlore.test")
    monkeypatch.setenv("RUNLORE_API_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("RUNLORE_MASK_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("RUNLORE_DOCS", '[{"url": "unused"}]')
    return read_settings(os.environ)


@pytest.fixture
def app(settings: Settings, world: World) -> Litestar:
    def open_fakes(_: Settings) -> AbstractAsyncContextManager[Clients]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Clients]:
            model = _fake_model(world)
            yield Clients(
                FakeSearch(world),  # type: ignore[arg-type]
                FakeCache(world),  # type: ignore[arg-type]
                model,
                model,
                FakeQuestionLog(world),  # type: ignore[arg-type]
                FakeSearch(world),  # type: ignore[arg-type]
                world.airflow.open(),
                world.channel,
            )

        return opened()

    return create_app(settings, open_fakes)


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with AsyncTestClient(app, raise_server_exceptions=False) as opened:
        opened.headers["Authorization"] = f"Bearer {KEY}"
        yield opened


@pytest.fixture
def hit() -> Callable[..., dict[str, Any]]:
    return make_hit
