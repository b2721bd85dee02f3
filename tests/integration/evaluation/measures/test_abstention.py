"""What an index has in common with a question tells whether it holds an answer."""

import uuid
from collections.abc import Iterator

import pytest
from opensearchpy import OpenSearch

from evaluation.measures.abstention import gather_answerability, measure_abstention
from evaluation.measures.calibration import is_for_calibration
from evaluation.queries.query_sets import load_golden, load_no_answer
from processors.retrieval.answerability import (
    Answerability,
    build_answerability_queries,
    read_answerability,
)
from processors.retrieval.question.words import list_words
from processors.settings import Settings
from processors.stores.search import apply_templates
from processors.versions.corpus import read_documents

TEXTS = {
    "kafka": "Kafka lag: the consumer falls behind. Restart the consumer.",
    "disk": "The disk is full. Delete old segments of Kafka.",
    "restart": "Restart the service when OpenSearchRed fires.",
    "secret": "Keycloak signs people in.",
}
VECTOR = [1.0, 0.0, 0.0, 0.0]


@pytest.fixture(scope="module")
def index(client: OpenSearch) -> Iterator[str]:
    name = f"test{uuid.uuid4().hex[:8]}"
    apply_templates(client, len(VECTOR), [name])
    index = f"{name}-v000001"
    client.indices.create(index=index)
    for number, (page, text) in enumerate(TEXTS.items(), start=1):
        body = {
            "title": page,
            "text": text,
            "acl": ["security"] if page == "secret" else ["public"],
            "embedding": VECTOR if page == "secret" else [0.1 * number, 1.0, 0.0, 0.0],
        }
        client.index(index=index, id=page, body=body)
    client.indices.refresh(index=index)
    yield index
    client.indices.delete(index=index)
    client.indices.delete_index_template(name=f"runlore-{name}")


def ask(client: OpenSearch, index: str, question: str, groups: list[str]) -> Answerability:
    words = list_words(question)
    parts = build_answerability_queries(words, VECTOR, groups)
    lines = [line for part in parts for line in ({"index": index}, part)]
    return read_answerability(words, client.msearch(body=lines)["responses"])


def test_words_that_no_page_has_weaken_the_evidence(client: OpenSearch, index: str) -> None:
    known = ask(client, index, "Kafka consumer falls behind", ["public"])["words"]
    partly = ask(client, index, "Kafka consumer without Zookeeper quorum", ["public"])["words"]
    unknown = ask(client, index, "recipe for borscht", ["public"])["words"]
    assert known > 2 * partly > unknown == 0


def test_names_are_found_by_their_parts_and_pages_by_other_forms_of_words(
    client: OpenSearch, index: str
) -> None:
    assert ask(client, index, "OpenSearchRed", ["public"])["words"] > 0.3
    assert ask(client, index, "restarting consumers", ["public"])["words"] > 0.3


def test_what_the_one_who_asks_may_not_see_is_no_evidence(client: OpenSearch, index: str) -> None:
    allowed = ask(client, index, "keycloak signs in", ["public", "security"])
    denied = ask(client, index, "keycloak signs in", ["public"])
    assert allowed["cosine"] == pytest.approx(1.0, abs=1e-3)
    assert allowed["words"] > 0.3
    assert denied["cosine"] < 0.5
    assert denied["words"] == 0


def test_a_question_without_a_telling_word_is_no_error(client: OpenSearch, index: str) -> None:
    assert ask(client, index, "what is the problem?", ["public"])["words"] == 0


@pytest.mark.usefixtures("live_versions")
def test_golden_questions_without_an_answer_are_told_from_the_others(
    client: OpenSearch, settings: Settings
) -> None:
    documents = set(read_documents(client, "cag"))
    golden = load_golden((source.url for source in settings.documents.sources), documents)
    found = [
        gather_answerability(
            client, "cag", [query for query in kind if not is_for_calibration(query)], settings
        )
        for kind in (golden, load_no_answer())
    ]
    report = measure_abstention(found[0], found[1])
    assert report["accuracy"] >= 0.85
    assert report["answered"] >= 0.8
