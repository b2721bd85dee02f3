"""Which run is best is answered by all runs of its experiment, not by the words of their names."""

from typing import Any

import pytest
from opensearchpy import exceptions as search_errors

from processors.knowledge.mlflow.facts import RunFacts, write_facts

VERSION = "rag-v000007"
RUNS = {
    "oak-base": {"val_auc": 0.91},
    "oak-best-overfit": {"val_auc": 0.905},
    "oak-wide": {"val_auc": 0.934, "val_loss": 0.28},
}


@pytest.fixture(autouse=True)
def runs(world: Any, hit: Any) -> None:
    """The index holds a log pattern and three runs; the best named one fits the words best."""
    runs = [
        hit(
            name, VERSION, kind="ml_run", service="oak", cite={"type": "mlflow", "experiment": "oak"},
            labels=write_facts(RunFacts(name, "FINISHED", RUNS[name], "", is_deleted=False)),
        )
        for name in sorted(RUNS, reverse=True)
    ]  # fmt: skip
    world.hits[VERSION] = [*runs, *world.hits[VERSION]]


async def retrieve(client: Any, query: str, **more: Any) -> list[dict[str, Any]]:
    body = {"query": query, "k": 8, "pipeline": "rag", **more}
    return list((await client.post("/v1/retrieve", json=body)).json()["hits"])


@pytest.mark.parametrize("query", ["Which run of oak is best?", "Какой запуск oak лучший?"])
async def test_the_best_run_stands_first_with_the_comparison(client: Any, query: str) -> None:
    first, *others = await retrieve(client, query)
    assert first["chunk_id"] == "oak-wide"
    assert first["text"].splitlines() == [
        "Run oak-wide is the best of the 3 training runs of experiment oak by val_auc, of which more is "
        "better: val_auc 0.934 (val_loss 0.28); then oak-base 0.91, oak-best-overfit 0.905.",
        "Text of oak-wide.",
    ]
    assert "r1" in [other["chunk_id"] for other in others]


async def test_each_search_sees_only_what_the_asking_person_may_see(client: Any, world: Any) -> None:
    await retrieve(client, "Which run of oak is best?", filters={"service": "oak"})
    assert len(world.searches) == 6
    for _, body, _ in world.searches[2:]:
        assert {"terms": {"acl": ["public"]}} in body["query"]["bool"]["filter"]
        assert {"terms": {"service": ["oak"]}} in body["query"]["bool"]["filter"]


@pytest.mark.parametrize(
    ("query", "searches"),
    [("What is oak?", 3), ("What are best practices?", 3), ("Which run of elm is best, or which of fir?", 4)],
)
async def test_other_questions_find_what_a_search_finds(
    client: Any, world: Any, query: str, searches: int
) -> None:
    world.hits[VERSION] = [one for one in world.hits[VERSION] if one["_id"] == "r1"]
    assert [one["chunk_id"] for one in await retrieve(client, query)] == ["r1"]
    assert len(world.searches) == searches


async def test_a_search_that_is_down_while_runs_are_read_is_told(client: Any, world: Any) -> None:
    world.search_error = search_errors.ConnectionError("N/A", "refused", OSError("refused"))
    body = {"query": "Which run of oak is best?", "k": 8, "pipeline": "rag"}
    assert (await client.post("/v1/retrieve", json=body)).status_code == 503
