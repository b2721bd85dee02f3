import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from prometheus_client import REGISTRY

from processors.settings import change_settings
from serving.clients.sharing import SpareWork

Client = AsyncTestClient[Litestar]
CANDIDATE = "cag-v000004"
KEY = f"shadow:{CANDIDATE}"
QUERY = {"query": "Why is the cluster red?", "k": 2, "pipeline": "cag"}


@pytest.fixture
def settings(settings: Any) -> Any:
    return change_settings(settings, shadow={"share": 1.0})


@pytest.fixture(autouse=True)
def tireless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.clients.lifespan._SPARE_REST", 0)


@pytest.fixture(autouse=True)
def candidate(world: Any, hit: Callable[..., dict[str, Any]]) -> None:
    """One document in common with the live version, at another rank."""
    world.aliases["cag-candidate"] = CANDIDATE
    world.hits[CANDIDATE] = [hit("c2", CANDIDATE), hit("c9", CANDIDATE)]


def count(outcome: str) -> float:
    labels = {"pipeline": "cag", "outcome": outcome}
    return REGISTRY.get_sample_value("runlore_shadow_reads_total", labels) or 0


async def retrieve(client: Client, **headers: str) -> dict[str, Any]:
    response = await client.post("/v1/retrieve", json=QUERY, headers=headers)
    answer: dict[str, Any] = response.raise_for_status().json()
    return answer


async def wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


def searched(world: Any, index: str) -> list[dict[str, Any]]:
    return [body for name, body, _ in world.searches if name == index]


async def test_a_question_is_compared_counted_and_summed(client: Client, world: Any) -> None:
    before = count("compared")
    answer = await retrieve(client)
    assert {hit["index"] for hit in answer["hits"]} == {"cag-v000003"}
    await wait_for(lambda: KEY in world.sums)
    sums = world.sums[KEY]
    assert sums["questions"] == 1
    assert sums["overlap_at_10"] == 0.5
    assert 0 < sums["rank_biased_overlap"] < 1
    assert sums["live_seconds"] >= 0
    assert sums["candidate_seconds"] >= 0
    assert count("compared") == before + 1


async def test_both_are_asked_the_same_with_the_groups_of_the_one_who_asks(
    client: Client, world: Any
) -> None:
    await retrieve(client)
    await wait_for(lambda: KEY in world.sums)
    (tried,) = searched(world, CANDIDATE)
    assert searched(world, "cag-v000003")[-1] == tried
    filters = tried["query"]["hybrid"]["queries"][0]["bool"]["filter"]
    assert {"terms": {"acl": ["public"]}} in filters


async def test_looking_for_a_candidate_reads_no_aliases_of_its_own(client: Client, world: Any) -> None:
    await retrieve(client)
    await wait_for(lambda: KEY in world.sums)
    assert world.alias_reads == 1


async def test_an_answer_from_the_cache_is_shadowed_as_well(client: Client, world: Any) -> None:
    body = {"model": "runlore-cag", "messages": [{"role": "user", "content": "Why?"}]}
    for asked in (1, 2):
        await client.post("/v1/chat/completions", json=body)
        await wait_for(lambda asked=asked: world.sums.get(KEY, {}).get("questions") == asked)  # type: ignore[misc]
    assert len(world.model_requests) == 1
    assert len(searched(world, CANDIDATE)) == 2


async def test_a_slow_candidate_delays_nobody_and_what_comes_meanwhile_is_left_out(
    client: Client, world: Any
) -> None:
    world.delays[CANDIDATE] = 1
    dropped = count("dropped")
    began = asyncio.get_running_loop().time()
    answers = [await retrieve(client) for _ in range(6)]
    assert asyncio.get_running_loop().time() - began < 0.9
    assert len(answers[-1]["hits"]) == 2
    assert count("dropped") == dropped + 5
    await wait_for(lambda: world.sums.get(KEY, {}).get("questions") == 1)
    assert len(searched(world, CANDIDATE)) == 1


async def test_a_broken_candidate_is_counted_and_the_answer_stays(client: Client, world: Any) -> None:
    del world.hits[CANDIDATE]
    failed = count("failed")
    answer = await retrieve(client)
    assert len(answer["hits"]) == 2
    await wait_for(lambda: KEY in world.sums)
    assert world.sums[KEY] == {"failed": 1}
    assert count("failed") == failed + 1


async def test_a_candidate_that_takes_too_long_is_given_up(
    client: Client, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.retrieval.shadow._PATIENCE_S", 0.05)
    world.delays[CANDIDATE] = 60
    await retrieve(client)
    await wait_for(lambda: world.sums.get(KEY) == {"failed": 1})


async def test_without_redis_a_read_is_only_not_summed(client: Client, world: Any) -> None:
    world.cache = None
    before = count("compared")
    assert len((await retrieve(client))["hits"]) == 2
    await wait_for(lambda: count("compared") == before + 1)


@pytest.mark.parametrize(
    "aliases",
    [
        {"cag": "cag-v000003"},
        {"cag": CANDIDATE, "cag-candidate": CANDIDATE},
        {"cag": "cag-v000003", "rag-candidate": CANDIDATE},
    ],
    ids=["no candidate", "it is live", "of the other pipeline"],
)
async def test_nothing_is_compared_without_another_version(
    client: Client, world: Any, aliases: dict[str, str]
) -> None:
    world.aliases = aliases
    await retrieve(client)
    await asyncio.sleep(0.05)
    assert len(world.searches) == 1
    assert world.sums == {}


async def test_a_question_that_nobody_asked_is_not_shadowed(client: Client, world: Any) -> None:
    await retrieve(client, **{"X-Runlore-Record": "off"})
    await asyncio.sleep(0.05)
    assert searched(world, CANDIDATE) == []


async def test_a_place_rests_as_long_as_it_should_and_is_free_again() -> None:
    spare = SpareWork(places=1, rest=2)
    assert spare.offer(lambda: asyncio.sleep(0.1))
    await asyncio.sleep(0.2)
    assert not spare.offer(lambda: asyncio.sleep(0))
    await asyncio.sleep(0.2)
    assert spare.offer(lambda: asyncio.sleep(60))
    async with asyncio.timeout(1):
        await spare.close()
    assert spare.offer(lambda: asyncio.sleep(0))


class TestOff:
    @pytest.fixture
    def settings(self, settings: Any) -> Any:
        return change_settings(settings, shadow={"share": 0.0})

    async def test_by_default_the_candidate_is_left_alone(self, client: Client, world: Any) -> None:
        await retrieve(client)
        await asyncio.sleep(0.05)
        assert searched(world, CANDIDATE) == []
