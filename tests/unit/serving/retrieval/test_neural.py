import asyncio
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from opensearchpy import exceptions as search_errors

from processors.settings import change_settings

Client = AsyncTestClient[Litestar]
QUERY = {"query": "Почему кластер красный?", "k": 2, "pipeline": "cag"}


@pytest.fixture
def settings(settings: Any) -> Any:
    return change_settings(
        settings, retrieval={"neural_search": True}, embedding={"query_prefix_override": "query: "}
    )


async def retrieve(client: Client, **body: Any) -> Any:
    return await client.post("/v1/retrieve", json={**QUERY, **body})


def clauses(body: dict[str, Any]) -> list[dict[str, Any]]:
    queries: list[dict[str, Any]] = body["query"]["hybrid"]["queries"]
    return queries


async def test_opensearch_gets_the_text_with_prefix_and_translation_instead_of_a_vector(
    client: Client, world: Any
) -> None:
    (await retrieve(client)).raise_for_status()
    assert world.embedded == []
    ((_, body, _),) = world.searches
    nearest = clauses(body)[1]["neural"]["embedding"]
    assert nearest["query_text"] == "query: Почему кластер красный? cluster red"
    assert nearest["model_id"] == "model-1"
    assert nearest["k"] == 50
    assert {"terms": {"acl": ["public"]}} in nearest["filter"]["bool"]["filter"]


async def test_the_same_question_is_answered_from_the_cache(client: Client, world: Any, hit: Any) -> None:
    world.hits["cag-v000003"] = [hit(str(number)) for number in range(20)]
    first, again = (await retrieve(client)).json(), (await retrieve(client)).json()
    assert first["hits"] == again["hits"]
    assert len(world.searches) == 1


async def test_words_alone_are_searched_while_opensearch_cannot_embed(client: Client, world: Any) -> None:
    world.embeds_itself = False
    messages = [{"role": "user", "content": "Why?"}]
    response = await client.post("/v1/chat/completions", json={"model": "runlore-cag", "messages": messages})
    answer = response.raise_for_status().json()
    assert answer["runlore"]["degraded"] == ["embedding"]
    assert [("hybrid" in body["query"]) for _, body, _ in world.searches[:2]] == [True, False]
    world.embeds_itself = True
    world.model_ids = ["model-2"]
    world.searches.clear()
    await retrieve(client)
    assert clauses(world.searches[0][1])[1]["neural"]["embedding"]["model_id"] == "model-2"


@pytest.mark.parametrize("models", [[], None], ids=["no model", "no plugin"])
async def test_words_alone_are_searched_without_model_or_plugin(
    client: Client, world: Any, models: list[str] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    world.model_ids = models
    assert len((await retrieve(client)).raise_for_status().json()["hits"]) == 2
    ((_, body, _),) = world.searches
    assert "hybrid" not in body["query"]
    told = capsys.readouterr()
    assert "RUNLORE_NEURAL_SEARCH=off" in told.out + told.err


async def test_an_opensearch_that_is_away_is_told_as_such(client: Client, world: Any) -> None:
    world.search_error = search_errors.ConnectionError("N/A", "refused", Exception())
    assert (await retrieve(client)).status_code == 503


async def test_a_filter_that_is_none_is_refused_as_ever(client: Client, world: Any) -> None:
    assert (await retrieve(client, filters={"colour": "red"})).status_code == 400
    await asyncio.sleep(0)
    assert world.searches == []
