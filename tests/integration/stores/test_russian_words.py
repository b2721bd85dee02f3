"""Russian pages are found by any form of their words, and English questions see nothing of them."""

from collections.abc import Iterator

import pytest
from opensearchpy import OpenSearch

from processors.knowledge.chunk import index_mapping
from processors.retrieval.hybrid import build_hybrid_query
from processors.stores.search import ANALYSIS

INDEX = "test-russian-words"
PAGES = {
    "ru": (
        "Откат индекса",
        "Чтобы откатить версию, остановите запись и переключите алиас на прежний индекс.",
    ),
    "mixed": ("Поды в CrashLoopBackOff", "Посмотрите логи: kubectl logs --previous. Лимиты памяти малы."),
    "en": ("Roll an index back", "Stop writing and switch the alias to the index before."),
}


@pytest.fixture(scope="module")
def index(client: OpenSearch) -> Iterator[str]:
    settings = {
        "index": {"knn": True, "number_of_shards": 1, "number_of_replicas": 0},
        "analysis": ANALYSIS,
    }
    client.indices.delete(index=INDEX, ignore_unavailable=True)
    client.indices.create(index=INDEX, body={"settings": settings, "mappings": index_mapping(2)})
    for name, (title, text) in PAGES.items():
        client.index(index=INDEX, id=name, body={"title": title, "text": text, "acl": ["public"]})
    client.indices.refresh(index=INDEX)
    yield INDEX
    client.indices.delete(index=INDEX)


def find(client: OpenSearch, index: str, question: str) -> list[str]:
    body = build_hybrid_query(question, None, 10, ["public"])
    return [hit["_id"] for hit in client.search(index=index, body=body)["hits"]["hits"]]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("откату версий", ["ru"]),
        ("прежних индексов", ["ru"]),
        ("лимитов памятью", ["mixed"]),
        ("подов CrashLoopBackOff", ["mixed"]),
        ("kubectl logs", ["mixed"]),
        ("alias switching", ["en"]),
    ],
)
def test_a_page_is_found_by_another_form_of_its_words(
    client: OpenSearch, index: str, question: str, found: list[str]
) -> None:
    # The parts of a name, such as "back", may be words of other pages too, further down.
    assert find(client, index, question)[:1] == found


def test_an_english_question_is_nothing_to_the_russian_fields(client: OpenSearch, index: str) -> None:
    asked = {"field": "text.ru", "text": "Why is kube_pod red: ImagePullBackOff 404?"}
    assert client.indices.analyze(index=index, body=asked)["tokens"] == []
