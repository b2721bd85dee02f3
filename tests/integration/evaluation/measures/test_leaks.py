"""A document that somebody would be shown who must not see it is found, whichever way it leaks."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from opensearchpy import OpenSearch

from evaluation.measures import served
from evaluation.measures.leaks import find_leaks
from processors.knowledge.chunk import Chunk, hash_content, make_id
from processors.settings import Settings, change_settings
from processors.settings.documents import DocumentSource
from processors.stores.model_server import embed_texts
from processors.stores.search import apply_templates, write_chunks

SOURCES = (
    DocumentSource(url="public", groups=("public",)),
    DocumentSource(url="payments", groups=("payments",)),
    DocumentSource(url="both", groups=("payments", "platform")),
)
TITLES = {
    "public": ("The disk is full", "Kafka is down"),
    "payments": ("The ledger is closed", "A payment is stuck"),
    "both": ("The vault of the ledger",),
}


@pytest.fixture
def sources(settings: Settings) -> Settings:
    return change_settings(settings, documents={"sources": SOURCES, "confluence": ()})


@pytest.fixture
def index(client: OpenSearch, sources: Settings) -> Iterator[str]:
    name = f"test{uuid.uuid4().hex[:8]}"
    apply_templates(client, sources.embedding.dimension, [name])
    index = f"{name}-v000001"
    client.indices.create(index=index)
    yield index
    client.indices.delete(index=index)
    client.indices.delete_index_template(name=f"runlore-{name}")


def write(client: OpenSearch, settings: Settings, index: str, groups: dict[str, list[str]]) -> None:
    """Write a chunk for each title; `groups` holds those of titles that don't have their source's."""
    titles = [(source, title) for source, titles in TITLES.items() for title in titles]
    vectors, _ = embed_texts(settings.kserve.url, settings.embedding.model, [title for _, title in titles])
    of_source = {source.url: list(source.groups) for source in SOURCES}
    write_chunks(
        client,
        index,
        [
            make_chunk(source, title, groups.get(title, of_source[source]), vector.tolist())
            for (source, title), vector in zip(titles, vectors, strict=True)
        ],
    )


def make_chunk(source: str, title: str, acl: list[str], vector: list[float]) -> Chunk:
    return Chunk(
        chunk_id=make_id(source, title),
        doc_id=f"{source}/{title}",
        source=source,
        kind="runbook",
        title=title,
        heading_path=title,
        text=f"What to do about it: {title}.",
        content_hash=hash_content(title, title, ""),
        observed_at="2026-11-21T00:00:00+00:00",
        ingested_at="2026-11-21T00:00:00+00:00",
        cluster="",
        namespace="",
        service="",
        severity="",
        labels={},
        acl=acl,
        cite={"type": "git", "repository": source, "commit": "c", "path": title},
        batch_id="b",
        embedding=vector,
    )


def test_a_version_whose_groups_are_those_of_its_sources_leaks_nothing(
    client: OpenSearch, sources: Settings, index: str
) -> None:
    write(client, sources, index, {})
    report = find_leaks(client, "cag", index, sources)
    # Each of three restricted chunks is asked for by words and vector, and by words alone.
    assert report == {"checked": 5, "asked": 6, "leaked": 0, "examples": []}


@pytest.mark.parametrize(
    ("title", "held", "reason"),
    [
        ("The ledger is closed", ["public"], "its chunks are for public, but payments is for payments"),
        ("The ledger is closed", ["payments", "public"], "payments, public, but payments is for payments"),
        ("The ledger is closed", ["aaa", "payments"], "aaa, payments, but payments is for payments"),
        ("The vault of the ledger", ["payments"], "payments, but both is for payments, platform"),
        ("The vault of the ledger", ["payments", "pear", "platform"], "payments, pear, platform, but both"),
        ("Kafka is down", [], "its chunks are for nobody, but public is for public"),
    ],
)
def test_a_chunk_with_other_groups_than_its_source_is_named(
    client: OpenSearch, sources: Settings, index: str, title: str, held: list[str], reason: str
) -> None:
    write(client, sources, index, {title: held})
    report = find_leaks(client, "cag", index, sources)
    assert report["leaked"] >= 1
    [example] = report["examples"]
    assert example["doc_id"].endswith(f"/{title}")
    assert reason in example["reason"]


def test_a_public_copy_of_a_restricted_page_is_shown_by_its_own_words(
    client: OpenSearch, sources: Settings, index: str
) -> None:
    write(client, sources, index, {"A payment is stuck": ["public"]})
    report = find_leaks(client, "cag", index, sources)
    # One chunk with wrong groups, and two queries that show it.
    assert report["leaked"] >= 3


def test_a_search_that_forgets_the_groups_is_found_out(
    client: OpenSearch, sources: Settings, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(client, sources, index, {})

    def forget_groups(words: str, _vector: object, k: int, _groups: object) -> dict[str, Any]:
        return {"size": k, "query": {"match": {"title": words}}}

    monkeypatch.setattr(served, "build_hybrid_query", forget_groups)
    report = find_leaks(client, "cag", index, sources)
    assert report["leaked"] == report["asked"] == 6
    assert {example["doc_id"].partition("/")[0] for example in report["examples"]} == {"payments", "both"}
    assert "is for payments, and 'The ledger is closed' shows it to" in " ".join(
        example["reason"] for example in report["examples"]
    )
