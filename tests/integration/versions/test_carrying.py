"""A version that begins with the files of another one is the version that a copy would have made."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from opensearchpy import AuthorizationException, OpenSearch

from processors.knowledge.chunk import Chunk, make_id
from processors.retrieval.hybrid import build_hybrid_query, parse_hits
from processors.stores import search
from processors.stores.search import clones
from processors.versions import builds, carrying, catalog, swaps
from processors.versions.names import name_version
from tests.integration.versions.conftest import DIMENSION, own_pipeline

PAGES, CHUNKS_OF_ONE = 80, 10
DROPPED = ["page 7", "page 50"]
WORDS = [
    "broker",
    "lag",
    "disk",
    "quota",
    "pod",
    "probe",
    "node",
    "drain",
    "cache",
    "evict",
    "token",
    "alert",
]


def make_page(page: int, word: str = "") -> list[Chunk]:
    draw = np.random.default_rng([page, len(word)])
    now = "2026-11-21T09:00:00+00:00"
    return [
        Chunk(
            chunk_id=make_id(page, number), doc_id=f"page {page}", source="gone" if page == 3 else "docs",
            kind="doc", title=f"Page {page}", heading_path="",
            text=" ".join([*draw.choice(WORDS, 30), *[word] * bool(word)]),
            content_hash=make_id(page, number, word), observed_at=now, ingested_at=now, cluster="",
            namespace="", service="", severity="", labels={}, acl=["public"], cite={"page": page},
            batch_id="b", embedding=draw.normal(size=DIMENSION).tolist(), embedding_model="m@1",
        )
        for number in range(CHUNKS_OF_ONE)
    ]  # fmt: skip


def read_contents(client: OpenSearch, index: str) -> dict[str, Any]:
    hits = client.search(index=index, body={"size": 5_000, "query": {"match_all": {}}})["hits"]["hits"]
    return {hit["_id"]: {**hit["_source"], "indexed_at": ""} for hit in hits}


def build(client: OpenSearch, pipeline: Any, fill: Callable[[str], Any], **meta: Any) -> str:
    with builds.begin_build(client, pipeline, meta) as index:
        fill(index)
        clones.seal_index(client, index)
    with builds.go_on_with(client, pipeline, index):
        swaps.promote(client, pipeline, index)
    return index


@pytest.fixture(params=[1, 3], ids=["one shard", "three shards"])
def pipeline(client: OpenSearch, request: pytest.FixtureRequest) -> Iterator[Any]:
    with own_pipeline(client, request.param) as name:
        yield name


@pytest.fixture
def live(client: OpenSearch, pipeline: Any) -> str:
    pages = [chunk for page in range(PAGES) for chunk in make_page(page)]
    return build(client, pipeline, lambda index: search.write_chunks(client, index, pages), made="first")


def change(client: OpenSearch, base: str, index: str, carry: Callable[..., int]) -> int:
    """Two documents are dropped, one of them edited; a source has gone."""
    carried = carry(client, base, index, ["docs"], DROPPED)
    search.write_chunks(client, index, make_page(50, "edited"))
    return carried


def test_a_clone_holds_and_finds_what_a_copy_does(client: OpenSearch, pipeline: Any, live: str) -> None:
    before = read_contents(client, live)
    with builds.begin_build(client, pipeline, {"made": "by clone"}) as cloned:
        assert change(client, live, cloned, carrying.carry_over) == (PAGES - 3) * CHUNKS_OF_ONE
        assert read_settings(client, cloned)["index.resize.source.name"] == live
        copied = name_version(pipeline, 900)
        client.indices.create(index=copied)
        change(client, live, copied, search.carry_over)
        clones.expunge_deleted(client, cloned)

    held = read_contents(client, cloned)
    assert len(held) == client.count(index=cloned)["count"] == (PAGES - 2) * CHUNKS_OF_ONE
    assert held == read_contents(client, copied)
    assert read_contents(client, live) == before
    compare_searches(client, cloned, copied)
    client.indices.delete(index=copied)


def compare_searches(client: OpenSearch, cloned: str, copied: str) -> None:
    draw = np.random.default_rng(5)
    shared = []
    for _ in range(40):
        vector, text = draw.normal(size=DIMENSION).tolist(), " ".join(draw.choice([*WORDS, "edited"], 3))
        nearest = {"size": 10, "query": {"knn": {"embedding": {"vector": vector, "k": 10}}}}
        by_vector, by_both = (
            [list_ids(client, index, body) for index in (cloned, copied)]
            for body in (nearest, build_hybrid_query(text, vector, 10, ["public"]))
        )
        assert by_vector[0] == by_vector[1]
        shared.append(len(set(by_both[0]) & set(by_both[1])) / 10)
    # Words of what was deleted still count in a clone's statistics, so that near ties may fall otherwise.
    assert np.mean(shared) > 0.97


def list_ids(client: OpenSearch, index: str, body: dict[str, Any]) -> list[str]:
    return [hit["chunk_id"] for hit in parse_hits(client.search(index=index, body=body))]


def read_settings(client: OpenSearch, index: str) -> dict[str, str]:
    settings: dict[str, str] = client.indices.get_settings(index=index, params={"flat_settings": "true"})[
        index
    ]["settings"]
    return settings


def test_each_version_says_of_itself_what_is_true_of_it(client: OpenSearch, pipeline: Any, live: str) -> None:
    told = catalog.read_meta(client, live)
    with builds.begin_build(client, pipeline, {"made": "by clone", "parent": live}) as cloned:
        change(client, live, cloned, carrying.carry_over)
        assert catalog.read_meta(client, cloned) == {
            "version": cloned, "made": "by clone", "parent": live, "state": "building",
        }  # fmt: skip
    assert catalog.read_meta(client, live) == told
    assert catalog.find_live(client, pipeline) == live
    assert client.indices.get_alias(index=cloned)[cloned]["aliases"] == {}


def test_a_sealed_version_is_searched_and_swapped_and_never_written_to(
    client: OpenSearch, pipeline: Any, live: str
) -> None:
    with pytest.raises(AuthorizationException, match="index write"):
        client.index(index=live, id="late", body={"text": "late"})
    catalog.update_meta(client, live, remark="still told")
    assert catalog.read_meta(client, live)["remark"] == "still told"
    second = build(client, pipeline, lambda index: change(client, live, index, carrying.carry_over))
    assert swaps.roll_back(client, pipeline) == (second, live)
    assert catalog.find_live(client, pipeline) == live


def test_a_clone_of_a_clone_and_what_was_deleted_on_the_way(
    client: OpenSearch, pipeline: Any, live: str
) -> None:
    base = live
    for number in range(4):
        base = build(client, pipeline, lambda index, n=number, b=base: edit_one(client, b, index, n))
        assert "index.resize.source.name" in read_settings(client, base)
        assert client.count(index=base)["count"] == PAGES * CHUNKS_OF_ONE
    found = client.search(index=base, body={"query": {"match": {"text": "edit3"}}})["hits"]["total"]["value"]
    assert found == CHUNKS_OF_ONE


def edit_one(client: OpenSearch, base: str, index: str, number: int) -> None:
    carrying.carry_over(client, base, index, ["docs", "gone"], ["page 9"])
    search.write_chunks(client, index, make_page(9, f"edit{number}"))
    clones.expunge_deleted(client, index)


@pytest.mark.parametrize("why", ["old base", "other fields", "other settings", "much changes", "refused"])
def test_where_a_clone_is_not_possible_a_copy_is_made(
    client: OpenSearch, pipeline: Any, live: str, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    dropped = DROPPED
    if why == "old base":
        mapping = catalog.read_meta(client, live)
        del mapping["version"]
        client.indices.put_mapping(index=live, body={"_meta": mapping})
    elif why == "other fields":
        client.indices.put_mapping(index=live, body={"properties": {"of_old": {"type": "keyword"}}})
    elif why == "other settings":
        client.indices.put_settings(index=live, body={"index.number_of_replicas": 1})
    elif why == "much changes":
        dropped = [f"page {page}" for page in range(40)]
    elif why == "refused":
        monkeypatch.setattr(clones, "clone_index", refuse)
    with builds.begin_build(client, pipeline, {"made": "by copy"}) as index:
        carried = carrying.carry_over(client, live, index, ["docs"], dropped)
        assert catalog.read_meta(client, index) == {"version": index, "made": "by copy", "state": "building"}
    assert "index.resize.source.name" not in read_settings(client, index)
    assert carried == client.count(index=index)["count"] > 0


def refuse(*_: Any) -> None:
    raise clones.CloneError("no node has room for it")


def test_a_clone_whose_builder_dies_is_no_version_of_anybody(
    client: OpenSearch, pipeline: Any, live: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the clone and its own `_meta`, when the index says what the live version says."""
    first = catalog.read_meta(client, live)
    index = builds.create_version(client, pipeline, {"made": "by who died"})

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(catalog, "update_meta", die)
        with pytest.raises(KeyboardInterrupt):
            carrying.carry_over(client, live, index, ["docs"], DROPPED)
    raw = client.indices.get_mapping(index=index)[index]["mappings"]["_meta"]
    assert raw["state"] == "live"
    assert catalog.read_meta(client, index) == {}
    assert catalog.list_unfinished(client, pipeline) == [index]
    assert swaps.find_previous(client, pipeline) is None
    # No lease had its number, so the next build has the same name.
    build(client, pipeline, lambda new: change(client, live, new, carrying.carry_over), made="anew")
    assert catalog.read_meta(client, index)["made"] == "anew"
    assert catalog.read_meta(client, live) == {**first, "state": "retired"}


def test_a_request_whose_answer_was_lost_is_made_again(client: OpenSearch, pipeline: Any, live: str) -> None:
    clones.seal_index(client, live)
    index = name_version(pipeline, 2)
    clones.clone_index(client, live, index)
    clones.clone_index(client, live, index)
    assert client.count(index=index)["count"] == PAGES * CHUNKS_OF_ONE
