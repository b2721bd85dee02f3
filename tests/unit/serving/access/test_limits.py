import asyncio
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from redis.exceptions import ConnectionError as CacheDown
from redis.exceptions import NoScriptError

from processors.settings import Settings, change_settings
from serving.access.limits import require_short_context
from serving.context.metrics import LIMIT_CHECKS
from serving.faults import ContextTooLongError
from serving.schemas import ChatRequest

Client = AsyncTestClient[Litestar]
ALLOWED = [1, 59, 1_000_000, 0, 900, 6_000_000, 0]
REFUSED = [0, 0, 60_000_000, 1_500_000, 900, 6_000_000, 0]
OWES = [0, 59, 1_000_000, 0, 0, 90_000_000, 30_000_100]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    limits = {"requests_per_minute": 60, "tokens_per_minute": 1000, "max_context_tokens": 100}
    return change_settings(settings, limits={**limits, "max_body_bytes": 2000})


class Script:
    """Answers in place of Redis' script."""

    def __init__(self, reply: list[int] | Exception) -> None:
        self.reply = reply
        self.calls: list[tuple[Any, ...]] = []
        self.keys: list[tuple[Any, ...]] = []

    async def evalsha(self, digest: str, keys: int, *given: Any) -> list[int]:
        assert len(digest) == 40
        # The last one is of this call alone.
        self.keys.append(given[: keys - 1])
        self.calls.append(given[keys:])
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    async def eval(self, script: str, keys: int, *given: Any) -> list[int]:
        assert "TIME" in script
        self.calls.append(given[keys:])
        return ALLOWED


async def ask(client: Client, monkeypatch: pytest.MonkeyPatch, script: Script) -> Any:
    cache = type(client.app.state.clients.cache)
    for name in ("eval", "evalsha"):
        monkeypatch.setattr(cache, name, getattr(script, name), raising=False)
    return await client.post("/v1/retrieve", json={"query": "disk full", "pipeline": "cag"})


async def test_who_is_let_in_hears_what_is_left(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(ALLOWED)
    response = await ask(client, monkeypatch, script)
    assert response.status_code == 200
    told = {name: value for name, value in response.headers.items() if "ratelimit" in name}
    assert told == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "1000",
        "x-ratelimit-remaining-tokens": "900",
        "x-ratelimit-reset-tokens": "6s",
    }
    assert script.calls == [(60, 1000, 1, 0, 1)]


@pytest.mark.parametrize(
    ("reply", "kind", "limit", "after"), [(REFUSED, "requests", 60, "2"), (OWES, "tokens", 1000, "31")]
)
async def test_who_has_asked_too_much_hears_when_to_come_back(
    client: Client,
    world: Any,
    monkeypatch: pytest.MonkeyPatch,
    reply: list[int],
    kind: str,
    limit: int,
    after: str,
) -> None:
    response = await ask(client, monkeypatch, Script(reply))
    assert response.status_code == 429
    assert response.json()["error"] == {
        "message": f"Rate limit reached: {limit} {kind} per minute. Try again in {after} s.",
        "type": kind,
        "param": None,
        "code": "rate_limit_exceeded",
    }
    assert response.headers["retry-after"] == after
    assert response.headers[f"x-ratelimit-remaining-{kind}"] == "0"
    assert response.headers["x-correlation-id"]
    assert world.searches == []


async def test_without_redis_nobody_is_limited_and_it_is_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = LIMIT_CHECKS.labels("off")._value.get()
    response = await ask(client, monkeypatch, Script(CacheDown("refused")))
    assert response.status_code == 200
    assert "x-ratelimit-limit-requests" not in response.headers
    assert LIMIT_CHECKS.labels("off")._value.get() == before + 1


async def test_a_redis_that_has_forgotten_the_script_is_told_it_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(NoScriptError("NOSCRIPT"))
    assert (await ask(client, monkeypatch, script)).status_code == 200
    assert len(script.calls) == 2


NOBODY = {"Authorization": ""}


async def test_who_shows_no_key_costs_no_question(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(REFUSED)
    await ask(client, monkeypatch, script)
    assert (await client.post("/v1/retrieve", json={}, headers=NOBODY)).status_code == 401
    assert len(script.calls) == 1


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/models", {}),
        ("/v1/models/runlore", {}),
        ("/citations/cag-v000003/c1", {}),
        ("/citations/cag-v000003/c1", NOBODY),
        ("/citations/cag-v000003/c1?grant=x", NOBODY),
        ("/schema", NOBODY),
        ("/schema/openapi.json", NOBODY),
        ("/schema/openapi.yaml", NOBODY),
        ("/metrics", NOBODY),
    ],
)
async def test_requests_to_every_route_are_limited(
    client: Client, world: Any, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]
) -> None:
    script = Script(REFUSED)
    await ask(client, monkeypatch, script)
    script.calls.clear()
    response = await client.get(path, headers=headers)
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert script.calls == [(600, 0, 1, 0, 1)]
    assert world.searches == []


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_a_probe_is_let_in_always(client: Client, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    script = Script(REFUSED)
    await ask(client, monkeypatch, script)
    assert (await client.get(path, headers=NOBODY)).status_code == 200


async def test_pages_scrapes_and_questions_keep_each_other_out_of_no_bucket(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(ALLOWED)
    await ask(client, monkeypatch, script)
    for path in ("/v1/models", "/schema", "/citations/cag-v000003/c1", "/metrics"):
        await client.get(path, headers={} if path.startswith("/v1") else NOBODY)
    question, models, schema, source, scrape = script.keys
    assert schema == source
    assert len({question, models, schema, scrape}) == 4


async def test_without_redis_pages_are_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask(client, monkeypatch, Script(CacheDown("refused")))
    assert (await client.get("/schema", headers=NOBODY)).status_code == 200


async def test_a_body_that_is_too_large_is_refused_in_openais_shape(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(client, monkeypatch, Script(ALLOWED))
    response = await client.post("/v1/retrieve", json={"query": "x" * 3000})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")
    assert response.headers["x-correlation-id"]


def converse(*texts: Any) -> ChatRequest:
    return ChatRequest.model_validate(
        {"model": "runlore", "messages": [{"role": "user", "content": text} for text in texts]}
    )


def test_a_long_conversation_is_refused_and_a_short_one_is_not(settings: Settings) -> None:
    parts = [{"type": "text", "text": "x" * 200}, {"type": "image_url", "image_url": {"url": "y" * 999}}]
    require_short_context(settings, converse("x" * 200, parts, None))
    with pytest.raises(ContextTooLongError, match="about 101 tokens, and 100 is the most"):
        require_short_context(settings, converse("x" * 200, parts, "x"))
    require_short_context(change_settings(settings, limits={"max_context_tokens": 0}), converse("x" * 9999))


async def chat(client: Client, monkeypatch: pytest.MonkeyPatch, script: Script, **body: Any) -> Any:
    await ask(client, monkeypatch, script)
    script.calls.clear()
    messages = [{"role": "user", "content": "How do I restart Kafka?"}]
    body = {"model": "runlore-cag", "messages": messages, **body}
    response = await client.post("/v1/chat/completions", json=body)
    await asyncio.sleep(0.05)
    return response


@pytest.mark.parametrize("stream", [False, True])
async def test_the_tokens_of_an_answer_are_taken_when_it_has_ended(
    client: Client, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    script = Script(ALLOWED)
    assert (await chat(client, monkeypatch, script, stream=stream)).status_code == 200
    assert script.calls == [(60, 1000, 1, 0, 1), (60, 1000, 0, 13, 0)]
    assert (await chat(client, monkeypatch, script, model="extractive", stream=True)).status_code == 200
    assert script.calls == [(60, 1000, 1, 0, 1), (60, 1000, 0, 13, 0)]


async def test_an_answer_that_was_written_before_costs_no_tokens(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(ALLOWED)
    await chat(client, monkeypatch, script)
    again = await chat(client, monkeypatch, script)
    assert again.json()["usage"]["total_tokens"] == 13
    assert script.calls == [(60, 1000, 1, 0, 1)]


async def test_a_conversation_that_is_too_long_is_refused_in_openais_shape(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = [{"role": "user", "content": "x" * 401}]
    for stream in (False, True):
        response = await chat(client, monkeypatch, Script(ALLOWED), messages=long, stream=stream)
        error = response.json()["error"]
        assert (response.status_code, error["code"], error["param"]) == (
            *(400, "context_length_exceeded"),
            "messages",
        )
