"""Each kind and its places, in both languages and in the words of tired people: the tables in `kinds/`."""

from datetime import UTC, datetime

import pytest

from processors.retrieval.question.understanding import understand
from tests.support.question_kinds import read_rows

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def name_places(question: str) -> set[str]:
    return {f"{place.kind}:{place.name}" for place in understand(question, NOW).scope.places if place.sure}


@pytest.mark.parametrize(("kind", "places", "question"), read_rows())
def test_a_question_has_its_kind_and_its_places(kind: str, places: str, question: str) -> None:
    assert understand(question, NOW).kind == kind
    assert name_places(question) == set(places.split())


@pytest.mark.parametrize(
    ("question", "kind", "places"),
    [
        ("and why?", "why", {"name:checkout", "namespace:shop"}),
        ("а почему?", "why", {"name:checkout", "namespace:shop"}),
        ("what changed?", "changed", {"name:checkout", "namespace:shop"}),
        ("а что менялось?", "changed", {"name:checkout", "namespace:shop"}),
        ("what do I do?", "procedure", {"name:checkout", "namespace:shop"}),
        ("когда началось?", "wrong", {"name:checkout", "namespace:shop"}),
        ("since when?", "wrong", {"name:checkout", "namespace:shop"}),
        ("what about payments?", "health", {"name:payments"}),
        ("а payments?", "health", {"name:payments"}),
        ("and in namespace team-a?", "health", {"namespace:team-a"}),
        ("how many restarts did it have?", "count", {"name:checkout", "namespace:shop"}),
        ("is everything ok?", "wrong", set()),
        ("How do I rotate the API key?", "procedure", set()),
        ("thanks!", "chat", set()),
    ],
)
def test_a_follow_up_keeps_its_places_and_its_kind_unless_it_names_others(
    question: str, kind: str, places: set[str]
) -> None:
    understood = understand(question, NOW, before=["Is checkout in namespace shop healthy?"])
    assert understood.kind == kind
    assert {f"{place.kind}:{place.name}" for place in understood.scope.places} == places


def test_what_the_answer_named_is_gone_on_with_if_the_question_named_nothing() -> None:
    titles = ["Deployment checkout in namespace shop: image can't be pulled", "Node worker-2 isn't ready"]
    second = understand("and the second one?", NOW, before=["what is wrong?"], titles=titles)
    assert (second.ordinal, second.kind) == (2, "wrong")
    assert [place[:2] for place in second.scope.places] == [("node", "worker-2")]
    why = understand("why?", NOW, before=["what is wrong?"], titles=titles)
    assert why.ordinal is None
    assert {place[:2] for place in why.scope.places} == {("namespace", "shop"), ("deployment", "checkout")}
    assert understand("the last one?", NOW, before=["what is wrong?"], titles=titles).ordinal == -1
    assert understand("number 7?", NOW, before=["what is wrong?"], titles=titles).scope.places == ()


@pytest.mark.parametrize(
    "question",
    [
        "How do I fix a red OpenSearch cluster?",
        "How do I restart Kafka?",
        "What does the alert RedisDown mean?",
        "Как перезапустить Redis?",
        "Write a dashboard for Kafka",
        "Why is the pod pending?",
        "is the service slow",
        "почему под не стартует",
        "why are answers stale?",
        "is memory usage normal?",
        "what is wrong in production",
    ],
)
def test_a_topic_and_a_word_of_the_language_are_no_places(question: str) -> None:
    assert understand(question, NOW).scope.places == ()


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("is the gateway slow?", [("name", "gateway", False)]),
        (
            "logs of shop/checkout-7d9f8c6b5-x2vqn",
            [("namespace", "shop"), ("pod", "checkout-7d9f8c6b5-x2vqn")],
        ),
        ("why is deployment/checkout not ready", [("deployment", "checkout")]),
        ("checkout's pods are pending", [("name", "checkout")]),
        ('what is wrong with "cart"?', [("name", "cart")]),
        ("что с «cart»?", [("name", "cart")]),
        ("why are checkout and payments down?", [("name", "checkout", False), ("name", "payments", False)]),
        ("is checkout or payments down?", [("name", "checkout"), ("name", "payments")]),
        ("PostgreSQL is slow, why?", [("name", "postgres")]),
        ("почему тормозит постгрес", [("name", "postgres")]),
        ("ошибки в сервисе checkout", [("service", "checkout")]),
        ("на узле worker-2 нет места?", [("node", "worker-2")]),
        ("почему CrashLoopBackOff у checkout", [("name", "checkout")]),
    ],
)
def test_places_by_words_and_by_look(question: str, places: list[tuple[str, ...]]) -> None:
    found = [tuple(place) for place in understand(question, NOW).scope.places]
    assert found == [place if len(place) == 3 else (*place, True) for place in places]
