"""What is found by words in an index as it is made: names and their words, in versions of any age."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from opensearchpy import OpenSearch

from processors.knowledge.chunk import index_mapping
from processors.retrieval.hybrid import build_hybrid_query
from processors.stores.search import ANALYSIS

INDEX = "test-ranking"
# As versions were made before words were only split.
OLD_ANALYSIS: dict[str, Any] = {
    **ANALYSIS,
    "filter": {
        **ANALYSIS["filter"],
        "name_parts": {"type": "word_delimiter_graph", "preserve_original": True},
        "english_stems": {"type": "stemmer", "language": "light_english"},
    },
    "analyzer": {
        **ANALYSIS["analyzer"],
        "runlore_text": {
            "type": "custom",
            "tokenizer": "whitespace",
            "filter": ["name_parts", "flatten_graph", "lowercase", "stop", "english_stems"],
        },
    },
}
PAGES = {
    "alert": ("KubePodCrashLooping", "Meaning", "A container starts again and again."),
    "words": ("Pod crash looping", "Cause", "Look at the limits of memory."),
    "metric": ("Restarts", "Query", "Ask for kube_pod_container_status_restarts_total of the namespace."),
    "option": ("Drain", "Options", "Pass --delete-emptydir-data to drain a node."),
    "scattered": ("Volumes", "Etcd", "Snapshots are small."),
    "once": ("Volumes", "Disks", "Snapshots of etcd and of all else that is kept on disks are taken daily."),
}


@pytest.fixture(scope="module", params=["new", "old"])
def index(client: OpenSearch, request: pytest.FixtureRequest) -> Iterator[str]:
    pages = {
        name: {"title": title, "heading_path": f"{title} > {heading}", "text": text}
        for name, (title, heading, text) in PAGES.items()
    }
    with make_index(client, INDEX, ANALYSIS if request.param == "new" else OLD_ANALYSIS, pages):
        yield INDEX


@contextmanager
def make_index(
    client: OpenSearch, name: str, analysis: dict[str, Any], pages: dict[str, dict[str, Any]]
) -> Iterator[None]:
    settings = {"index": {"knn": True, "number_of_shards": 1, "number_of_replicas": 0}, "analysis": analysis}
    client.indices.delete(index=name, ignore_unavailable=True)
    client.indices.create(index=name, body={"settings": settings, "mappings": index_mapping(2)})
    for chunk, page in pages.items():
        client.index(index=name, id=chunk, body={**page, "acl": ["public"]})
    client.indices.refresh(index=name)
    try:
        yield
    finally:
        client.indices.delete(index=name)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("KubePodCrashLooping", "alert"),
        ("kube pod crash loops", "alert"),
        ("PodCrashLooping", "words"),
        ("kube_pod_container_status_restarts_total", "metric"),
        ("container status restarted", "metric"),
        ("delete emptydir data", "option"),
        # Its words are in different fields, which count as one.
        ("etcd snapshot", "scattered"),
    ],
)
def test_names_and_their_words_find_each_other(
    client: OpenSearch, index: str, question: str, first: str
) -> None:
    body = build_hybrid_query(question, None, 10, ["public"])
    assert client.search(index=index, body=body)["hits"]["hits"][0]["_id"] == first
