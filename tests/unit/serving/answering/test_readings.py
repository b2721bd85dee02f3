"""A reading on its way to the reader: in the prompt, from the service alone, and in `runlore`."""

from datetime import UTC, datetime
from typing import Any

import pytest

INCIDENT = "Deployment checkout in namespace shop: image shop/checkout:1.4.3 can't be pulled"


@pytest.fixture(autouse=True)
def incident(world: Any, hit: Any) -> None:
    """The index holds an open incident."""
    now = datetime.now(UTC).isoformat()
    world.hits["rag-v000007"] = [
        hit(
            "i1", "rag-v000007", kind="incident", title=INCIDENT, text=f"{INCIDENT}, since 10:00.",
            severity="error", namespace="shop", service="checkout", observed_at=now, began_at=now,
            ingested_at=now, cite={"type": "incident", "evidence": []}, labels={"state": "open"},
        )
    ]  # fmt: skip


async def ask(client: Any, question: str, **more: Any) -> dict[str, Any]:
    body = {"model": "runlore", "messages": [{"role": "user", "content": question}], **more}
    answer = await client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200
    return dict(answer.json())


async def test_the_model_is_given_the_reading_with_the_numbers_of_its_sources(
    client: Any, world: Any
) -> None:
    answer = await ask(client, "What is wrong in namespace shop?")
    content = world.prompt()["messages"][-1]["content"]
    assert f"<reading>\n1. {INCIDENT}, since " in content
    assert content.index('<source n="1" title="Deployment checkout') < content.index("[1]\n")
    assert answer["runlore"]["kind"] == "wrong"
    assert answer["runlore"]["scope"] == [{"kind": "namespace", "name": "shop"}]


async def test_without_the_model_the_reading_is_the_answer(client: Any, world: Any) -> None:
    world.model_status = None
    answer = await ask(client, "What is wrong?")
    assert answer["choices"][0]["message"]["content"].startswith(f"1. {INCIDENT}")
    assert answer["runlore"]["citations"][0]["title"] == INCIDENT
    assert answer["runlore"]["degraded"] == ["model"]


async def test_without_the_model_passages_follow_a_reading_that_is_not_the_whole_answer(
    client: Any, world: Any
) -> None:
    world.model_status = None
    answer = await ask(client, "checkout in namespace shop is down, what do I do?")
    first, second, *rest = answer["choices"][0]["message"]["content"].split("\n\n")
    assert first.startswith("The answering model can't be reached.")
    assert second.startswith(f"{INCIDENT}, since ")
    assert any(part.startswith("**") for part in rest)


@pytest.mark.parametrize(
    ("question", "said"), [("hello", "I answer from what"), ("что ты умеешь?", "Я отвечаю")]
)
async def test_small_talk_searches_nothing(client: Any, world: Any, question: str, said: str) -> None:
    answer = await ask(client, question)
    assert answer["choices"][0]["message"]["content"].startswith(said)
    assert (world.searches, world.model_requests) == ([], [])


async def test_a_request_to_write_gets_the_nearest_after_an_honest_word(client: Any) -> None:
    text = (await ask(client, "Write me a manifest for a deployment"))["choices"][0]["message"]["content"]
    assert text.startswith("I write nothing new: ")


async def test_retrieval_gives_no_more_than_it_was_asked_for(client: Any) -> None:
    body = {"query": "What is wrong?", "k": 1, "pipeline": "both"}
    hits = (await client.post("/v1/retrieve", json=body)).json()["hits"]
    assert [one["chunk_id"] for one in hits] == ["i1"]
