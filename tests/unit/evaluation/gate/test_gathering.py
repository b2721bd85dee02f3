"""Both versions are asked the same, by questions that are embedded once, and none is taken for the other."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from evaluation.gate import gathering
from evaluation.measures import ranking
from evaluation.queries.query_sets import Query
from processors.settings import load_settings

QUERIES = {
    name: [Query(query_id=f"{name} {n}", query=f"why {n}", relevant={"page": 1}) for n in range(3)]
    for name in ("golden", "known_item")
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The candidate finds each page, the live version none."""
    told = SimpleNamespace(embedded=[], dimensions={"cag-v000002": 2, "cag-v000001": 2})

    def embed(_: str, __: str, texts: list[str]) -> tuple[Any, str]:
        told.embedded.append(texts)
        return np.ones((len(texts), 2), np.float32), "m@r1"

    def search(index: str, body: dict[str, Any]) -> dict[str, Any]:
        assert body["query"]["hybrid"]
        hit = {
            "_id": "c", "_index": index, "_score": 1.0,
            "_source": {"chunk_id": "c", "doc_id": "page", "kind": "doc", "title": "Page", "text": "x"},
        }  # fmt: skip
        return {"hits": {"hits": [hit] if index.startswith("cag-v000002") else []}}

    monkeypatch.setattr(ranking, "embed_texts", embed)
    monkeypatch.setattr(gathering, "read_dimension", lambda _, version: told.dimensions[version])
    told.client = SimpleNamespace(search=search)
    return told


def measure(world: SimpleNamespace, live: str | None, stand_ins: Mapping[str, str] | None = None) -> Any:
    soundness: Any = {"served_dimension": 2}
    versions = ("cag-v000002", live)
    return gathering._measure_both(
        world.client, load_settings(), "cag", versions, QUERIES, stand_ins or {}, soundness
    )


def test_the_candidate_and_the_live_version_are_asked_the_same(world: SimpleNamespace) -> None:
    results, live_results = measure(world, "cag-v000001")
    assert results.keys() == live_results.keys() == QUERIES.keys()
    recall = [
        {one["query_id"]: one["measures"]["recall_at_10"] for found in measured.values() for one in found}
        for measured in (results, live_results)
    ]
    assert recall[0].keys() == recall[1].keys()
    assert set(recall[0].values()) == {1.0}
    assert set(recall[1].values()) == {0.0}
    assert len(world.embedded) == len(QUERIES)


def test_what_is_found_counts_as_the_document_that_stands_for_it(world: SimpleNamespace) -> None:
    results, _ = measure(world, None, {"page": "another page"})
    assert {one["measures"]["recall_at_10"] for found in results.values() for one in found} == {0.0}


def test_a_live_version_of_another_dimension_and_none_are_not_asked(world: SimpleNamespace) -> None:
    world.dimensions["cag-v000001"] = 3
    assert measure(world, "cag-v000001")[1] == {}
    results, live_results = measure(world, None)
    assert (len(results), live_results) == (2, {})
