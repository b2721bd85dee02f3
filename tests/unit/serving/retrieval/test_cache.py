import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.retrieval.cache_keys import asked_key, cache_namespace
from serving.clients.sharing import SharedRead, SingleFlight

Client = AsyncTestClient[Litestar]
HOW, ALIKE, OTHER = "How do I restart Kafka?", "please tell me how to restart kafka", "how do I stop Kafka"


async def ask(client: Client, question: str, **body: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": question}]
    headers = body.pop("headers", {})
    full = {"model": "runlore-cag", "messages": messages, **body}
    response = await client.post("/v1/chat/completions", json=full, headers=headers)
    answer: dict[str, Any] = response.raise_for_status().json()
    return answer


async def retrieve(client: Client, question: str) -> dict[str, Any]:
    body = {"query": question, "k": 2, "pipeline": "cag"}
    answer: dict[str, Any] = (await client.post("/v1/retrieve", json=body)).raise_for_status().json()
    return answer


async def test_the_same_question_is_answered_from_the_cache_and_names_its_version(
    client: Client, world: Any
) -> None:
    first = await ask(client, HOW)
    again = await ask(client, HOW.lower())
    assert len(world.model_requests) == 1
    assert again["choices"] == first["choices"]
    assert again["usage"] == first["usage"]
    assert again["id"] != first["id"]
    same = ("as_of", "versions", "route")
    assert [again["runlore"][name] for name in same] == [first["runlore"][name] for name in same]
    assert list_cited(again) == list_cited(first)


def list_cited(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an answer's citations without their links' grants, which may be of another second."""
    return [{**one, "url": one["url"].partition("?")[0]} for one in answer["runlore"]["citations"]]


async def test_a_cached_answer_streams_its_sources_before_its_text(client: Client) -> None:
    await ask(client, HOW)
    body = {"model": "runlore-cag", "messages": [{"role": "user", "content": HOW}], "stream": True}
    text = (await client.post("/v1/chat/completions", json=body)).text
    assert 0 < text.index('"type":"source"') < text.index("Do this [1].") < text.index("[DONE]")


async def test_after_a_swap_the_old_answer_is_not_served(
    client: Client, world: Any, hit: Callable[..., dict[str, Any]]
) -> None:
    await ask(client, HOW)
    world.aliases["cag"] = "cag-v000004"
    world.hits = {"cag-v000004": [hit("c9", "cag-v000004")]}
    answer = await ask(client, HOW)
    assert answer["runlore"]["versions"] == {"cag": "cag-v000004"}
    assert len(world.model_requests) == 2


async def test_what_was_ranked_otherwise_is_not_served(
    client: Client, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await retrieve(client, HOW)
    monkeypatch.setattr("processors.retrieval.cache_keys._name_ranking", lambda *_: "another")
    await retrieve(client, HOW)
    assert len(world.searches) == 2


async def test_the_same_question_in_other_words_hits_and_another_one_does_not(
    client: Client, world: Any, hit: Callable[..., dict[str, Any]]
) -> None:
    world.hits["cag-v000003"] = [hit(str(number)) for number in range(20)]
    await retrieve(client, HOW)
    assert len(world.searches) == 1
    await retrieve(client, ALIKE)
    assert len(world.searches) == 1
    # All vectors are equal here, so only the words keep this one apart.
    await retrieve(client, OTHER)
    assert len(world.searches) == 2
    assert len(world.cache[asked_key(cache_namespace("cag-v000003", ["public"], "", ""))]) == 2


async def test_an_answer_serves_the_question_in_other_words(
    client: Client, world: Any, hit: Callable[..., dict[str, Any]]
) -> None:
    world.hits["cag-v000003"] = [hit(str(number)) for number in range(20)]
    first = await ask(client, HOW)
    for _ in range(2):
        assert (await ask(client, ALIKE))["choices"] == first["choices"]
    assert len(world.model_requests) == 1


@pytest.mark.parametrize(
    ("question", "body"),
    [
        (HOW, {"temperature": 0.5}),
        ("Why does Kafka restart?", {"model": "runlore"}),
        ("How was Kafka restarted yesterday?", {}),
        ("How is Kafka restarted today at 23:58?", {}),
        ("x" * 1001, {}),
    ],
)
async def test_what_may_change_is_written_anew(
    client: Client, world: Any, question: str, body: dict[str, Any]
) -> None:
    await ask(client, question, **body)
    await ask(client, question, **body)
    assert len(world.model_requests) == 2


async def test_a_question_for_documents_alone_needs_no_model_of_its_own(client: Client, world: Any) -> None:
    first = await ask(client, HOW)
    assert (await ask(client, HOW, model="runlore"))["choices"] == first["choices"]
    assert len(world.model_requests) == 1


@pytest.mark.parametrize(("question", "writings"), [(HOW, 1), ("and how long does it take?", 2)])
async def test_what_goes_on_with_a_conversation_is_written_anew(
    client: Client, world: Any, question: str, writings: int
) -> None:
    said = [{"role": "user", "content": "Kafka is down"}, {"role": "assistant", "content": "Yes?"}]
    for _ in range(2):
        await ask(client, HOW, messages=[*said, {"role": "user", "content": question}])
    assert len(world.model_requests) == writings


async def test_an_answer_without_the_model_is_not_remembered(client: Client, world: Any) -> None:
    world.model_status = None
    assert (await ask(client, HOW))["runlore"]["degraded"] == ["model"]
    world.model_status = 200
    assert "degraded" not in (await ask(client, HOW))["runlore"]


async def test_questions_are_written_down_masked_unless_nobody_asked(client: Client, world: Any) -> None:
    await ask(client, "why does password=hunter2secret99 fail")
    await retrieve(client, HOW)
    await ask(client, OTHER, headers={"X-Runlore-Record": "off"})
    assert world.questions[1:] == [HOW]
    assert "hunter2secret99" not in json.dumps(world.questions)


async def test_nobody_gets_a_read_that_began_before_they_asked() -> None:
    shared: SharedRead[int] = SharedRead()
    state, gate, begun = 1, asyncio.Event(), 0

    async def read() -> int:
        nonlocal begun
        begun += 1
        seen = state
        await gate.wait()
        return seen

    early = asyncio.create_task(shared.get(read))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    state = 2
    late = [asyncio.create_task(shared.get(read)) for _ in range(20)]
    await asyncio.sleep(0)
    late[0].cancel()
    gate.set()
    assert await early == 1
    assert await asyncio.gather(*late[1:]) == [2] * 19
    assert begun == 2


async def test_equal_work_at_once_is_done_once_and_an_error_reaches_all() -> None:
    flights: SingleFlight[int] = SingleFlight()
    done = 0

    async def work() -> int:
        nonlocal done
        done += 1
        await asyncio.sleep(0.01)
        if done == 2:
            raise ValueError("no")
        return done

    assert await asyncio.gather(*(flights.run("a", work) for _ in range(9))) == [1] * 9
    results = await asyncio.gather(*(flights.run("a", work) for _ in range(3)), return_exceptions=True)
    assert [str(result) for result in results] == ["no"] * 3
