"""The limits' script in the real Redis: replicas that count together, and a bucket that fills again."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from redis.asyncio import Redis

from processors.settings import Settings, change_settings
from serving.access.limits import _charge, admit, admit_page
from serving.context.caller import Caller
from serving.faults import LimitReachedError


@pytest.fixture
def caller() -> Caller:
    return Caller(f"key:test-{uuid.uuid4().hex}", ("public",))


@pytest.fixture
async def replicas(settings: Settings) -> AsyncIterator[list[Any]]:
    """Two of the service, each with a connection pool of its own."""
    caches = [Redis.from_url(settings.redis.url) for _ in range(2)]
    yield [SimpleNamespace(cache=cache) for cache in caches]
    for cache in caches:
        await cache.aclose()


async def try_often(
    replicas: list[Any], settings: Settings, caller: Caller, times: int
) -> list[dict[str, str]]:
    """Return the headers of those that were let in."""
    tries = (admit(replicas[number % 2], settings, caller) for number in range(times))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(result, dict | LimitReachedError) for result in results), results
    return [result for result in results if isinstance(result, dict)]


async def test_replicas_let_in_together_what_one_may(
    replicas: list[Any], settings: Settings, caller: Caller
) -> None:
    limited = change_settings(settings, limits={"requests_per_minute": 10})
    admitted = await try_often(replicas, limited, caller, 100)
    left = sorted(int(headers["x-ratelimit-remaining-requests"]) for headers in admitted)
    assert left == list(range(10))
    with pytest.raises(LimitReachedError) as refused:
        await admit(replicas[0], limited, caller)
    assert refused.value.headers is not None
    assert 5 <= int(refused.value.headers["Retry-After"]) <= 6
    other = Caller(f"{caller.user}-other", caller.groups)
    assert len(await try_often(replicas, limited, other, 3)) == 3


class AskedTwice:
    """A client whose calls arrive twice, as if each first answer had been lost."""

    def __init__(self, cache: Redis) -> None:
        self.cache, self.answers = cache, list[Any]()

    async def evalsha(self, *given: Any) -> Any:
        return await self._ask(self.cache.evalsha, given)

    async def eval(self, *given: Any) -> Any:
        return await self._ask(self.cache.eval, given)

    async def _ask(self, ask: Any, given: tuple[Any, ...]) -> Any:
        self.answers.append([await ask(*given), await ask(*given)])
        return self.answers[-1][1]


async def test_a_call_whose_answer_was_lost_is_counted_once(
    replicas: list[Any], settings: Settings, caller: Caller
) -> None:
    lossy = [SimpleNamespace(cache=AskedTwice(replica.cache)) for replica in replicas]
    limited = change_settings(settings, limits={"requests_per_minute": 10, "tokens_per_minute": 1_000})
    for left in range(9, -1, -1):
        headers = await admit(lossy[0], limited, caller)
        assert headers["x-ratelimit-remaining-requests"] == str(left)
    with pytest.raises(LimitReachedError):
        await admit(lossy[0], limited, caller)
    assert all(first == second for first, second in lossy[0].cache.answers)
    other = Caller(f"{caller.user}-other", caller.groups)
    await _charge(lossy[1], limited, other, 100)
    assert (await admit(replicas[0], limited, other))["x-ratelimit-remaining-tokens"] == "900"


async def test_a_bucket_fills_evenly(replicas: list[Any], settings: Settings, caller: Caller) -> None:
    limited = change_settings(settings, limits={"requests_per_minute": 300})
    admitted = [len(await try_often(replicas, limited, caller, 50)) for _ in range(8)]
    assert 300 <= sum(admitted) < 320
    await asyncio.sleep(1)
    assert 5 <= len(await try_often(replicas, limited, caller, 20)) <= 7


async def test_tokens_are_taken_afterwards_and_what_is_owed_is_waited_for(
    replicas: list[Any], settings: Settings, caller: Caller
) -> None:
    limited = change_settings(settings, limits={"tokens_per_minute": 60_000})
    assert (await admit(replicas[0], limited, caller))["x-ratelimit-remaining-tokens"] == "60000"
    await _charge(replicas[0], limited, caller, 59_000)
    assert 1000 <= int((await admit(replicas[1], limited, caller))["x-ratelimit-remaining-tokens"]) < 1500
    await _charge(replicas[1], limited, caller, 3_000)
    with pytest.raises(LimitReachedError, match=r"60000 tokens per minute.*in 2 s"):
        await admit(replicas[0], limited, caller)
    await asyncio.sleep(2.1)
    assert await admit(replicas[0], limited, caller)


async def test_what_is_counted_goes_by_itself(
    replicas: list[Any], settings: Settings, caller: Caller
) -> None:
    limited = change_settings(settings, limits={"requests_per_minute": 60, "tokens_per_minute": 60})
    cache = replicas[0].cache
    before = {key async for key in cache.scan_iter("limit:*")}
    await admit(replicas[0], limited, caller)
    await _charge(replicas[0], limited, caller, 30)
    made = {key async for key in cache.scan_iter("limit:*")} - before
    assert {key.split(b":")[2] for key in made} == {b"requests", b"tokens", b"call"}
    assert all([0 < await cache.pttl(key) <= 31_000 for key in made])
    assert not any(caller.user.encode() in key for key in made)


async def test_pages_of_an_address_are_counted_apart_from_questions(
    replicas: list[Any], settings: Settings, caller: Caller
) -> None:
    limited = change_settings(settings, limits={"page_requests_per_minute": 3, "requests_per_minute": 1})
    subject = f"page:{caller.user}"
    for left in ("2", "1", "0"):
        headers = await admit_page(replicas[0], limited, subject)
        assert headers["x-ratelimit-remaining-requests"] == left
        assert "x-ratelimit-limit-tokens" not in headers
    with pytest.raises(LimitReachedError):
        await admit_page(replicas[1], limited, subject)
    await admit(replicas[0], limited, caller)
