"""Routing, follow-ups, abstaining and ratings through the running service."""

import itertools
import time
from collections import Counter
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from processors.settings import Settings
from processors.stores.asked_questions import RatedAnswer, read_asked, read_rated

pytestmark = pytest.mark.usefixtures("live_versions")

RED = "The OpenSearch cluster is red. What do I do?"


def ask(http: httpx.Client, *turns: str, model: str = "runlore") -> Any:
    roles = ["user", "assistant"] * len(turns)
    messages = [{"role": role, "content": turn} for role, turn in zip(roles, turns, strict=False)]
    answer = http.post("/v1/chat/completions", json={"model": model, "messages": messages})
    return answer.raise_for_status().json()


def text_of(answer: Any) -> str:
    text: str = answer["choices"][0]["message"]["content"]
    return text


def test_a_follow_up_in_another_language_goes_on_with_the_same_page(http: httpx.Client) -> None:
    first = ask(http, RED)
    follow_up = ask(http, RED, text_of(first), "а как это проверить?")
    assert follow_up["runlore"]["rewritten"] == "а как это проверить? OpenSearch cluster red"
    pages = [
        {one["cite"].get("path") for one in found["runlore"]["citations"]} for found in (first, follow_up)
    ]
    assert "opensearch-cluster-red.md" in pages[0] & pages[1], pages
    assert follow_up["runlore"]["uncited"] == []


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        (
            "What happened in namespace no-such-place?",
            "Nothing is recorded of namespace no-such-place: looked at ",
        ),
        (
            "Что случилось в неймспейсе no-such-place?",
            "О неймспейсе no-such-place ничего не записано: просмотрено ",
        ),
    ],
)
def test_a_namespace_that_is_nowhere_is_not_answered_with_anothers_events(
    http: httpx.Client, question: str, beginning: str
) -> None:
    answer = ask(http, question)
    assert text_of(answer).startswith(beginning)
    assert answer["runlore"]["citations"] == []
    found = http.post("/v1/retrieve", json={"query": question, "pipeline": "rag"}).raise_for_status().json()
    assert found["hits"] == []


def test_a_source_opens_by_its_link_and_by_nothing_else(http: httpx.Client, settings: Settings) -> None:
    cited = ask(http, RED)["runlore"]["citations"]
    urls = [one["url"] for one in cited if one["url"].startswith(f"{settings.service.url}/citations/")]
    assert urls
    for url in urls:
        assert httpx.get(url).status_code == 200
        assert httpx.get(url.partition("?")[0]).status_code == 404
        assert httpx.get(f"{url}x").status_code == 404
        assert http.get(url.partition("?")[0]).status_code == 200


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("Which sourdough starter rises best in a cold kitchen?", "I don't know: "),
        ("Какой рецепт борща вкуснее всего?", "Не знаю: "),
    ],
)
@pytest.mark.parametrize("model", ["runlore", "runlore-cag"])
def test_what_nothing_speaks_for_is_not_answered(
    http: httpx.Client, question: str, beginning: str, model: str
) -> None:
    answer = ask(http, question, model=model)
    assert text_of(answer).startswith(beginning)
    assert answer["runlore"]["abstained"]
    assert answer["runlore"]["looked_at"]
    assert str(answer["runlore"]["versions"]["cag"]) in text_of(answer)


def test_a_question_for_documents_is_answered_from_the_cache_the_second_time(
    http: httpx.Client, settings: Settings
) -> None:
    if settings.answering.url:
        pytest.skip("what another model than the embedded one writes is not kept")
    question = "How do I roll an index alias back to the previous version?"
    answers = [ask(http, question, model=model) for model in ("runlore-cag", "runlore")]
    assert answers[1]["runlore"]["route"] == "cag"
    assert text_of(answers[0]) == text_of(answers[1])
    assert answers[1]["runlore"]["timings"]["model_ms"] == 0


def test_an_answer_is_counted_once_by_who_wrote_it(http: httpx.Client, settings: Settings) -> None:
    if settings.answering.url:
        pytest.skip("what another model than the embedded one writes is not kept")
    # Another number is another question, so nobody has asked it before.
    new = f"How do I roll an index alias back to version {time.time_ns() % 1_000_000}?"
    unknown = "Which sourdough starter rises best in a cold kitchen?"
    counts = [count_answers(http)]
    for question, model in ((new, "runlore-cag"), (new, "runlore-cag"), (unknown, "runlore")):
        ask(http, question, model=model)
        counts.append(count_answers(http))
    added = [after - before for before, after in itertools.pairwise(counts)]
    assert added == [{"model": 1}, {"cache": 1}, {"nobody": 1}]


def count_answers(http: httpx.Client) -> Counter[str]:
    """Return how many answers each writer has written since the service began."""
    families = text_string_to_metric_families(httpx.get(f"{http.base_url}/metrics").text)
    answers = (sample for family in families for sample in family.samples)
    counts: Counter[str] = Counter()
    for sample in answers:
        if sample.name == "runlore_chat_answers_total":
            counts[sample.labels["by"]] += int(sample.value)
    return counts


def test_a_rating_reaches_the_topic_and_is_no_question(http: httpx.Client, settings: Settings) -> None:
    answer = ask(http, RED)
    rating = {"answer_id": answer["id"], "rating": 1, "comment": "token=hunter2hunter2hunter2 worked"}
    deadline = time.monotonic() + 10
    while (response := http.post("/v1/feedback", json=rating)).status_code == 404:
        assert time.monotonic() < deadline, response.text
        time.sleep(0.1)
    assert response.status_code == 202
    rated: list[RatedAnswer] = []
    while not rated:
        assert time.monotonic() < deadline, "the rating is not in the topic"
        newest = read_rated(settings.kafka, 1_000)
        rated = [one for one in newest if one["answer_id"] == answer["id"]]
    assert rated[0]["query"] == RED
    assert {one["index"] for one in rated[0]["cited"]} <= set(answer["runlore"]["versions"].values())
    assert "hunter2hunter2hunter2" not in rated[0]["comment"]
    assert all("rating" not in one for one in read_asked(settings.kafka, 1_000))
