"""A side is left out only where it has nothing to say."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evaluation.queries.query_sets import read_golden
from processors.retrieval.question.understanding import understand

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUERIES = Path(__file__).parents[5] / "evaluation" / "queries"


@pytest.mark.parametrize("name", ["runbooks.jsonl", "runbooks_ru.jsonl", "kubernetes_users.jsonl"])
def test_no_question_that_a_page_answers_leaves_the_pages_out(name: str) -> None:
    answerable = [query["query"] for query in read_golden(QUERIES / name) if query["relevant"]]
    assert [query for query in answerable if understand(query, NOW).route.name == "rag"] == []


def test_every_written_question_reaches_what_it_needs_and_most_no_more() -> None:
    entries = [json.loads(line) for line in (QUERIES / "routes.jsonl").read_text().splitlines()]
    routes = {entry["query"]: set(understand(entry["query"], NOW).route.pipelines) for entry in entries}
    needs = {entry["query"]: set(entry["needs"]) for entry in entries}
    assert [query for query in routes if not needs[query] <= routes[query]] == []
    assert sum(routes[query] == needs[query] for query in routes) >= 0.9 * len(routes)


@pytest.mark.parametrize(
    ("question", "route", "reason"),
    [
        ("How do I restart Kafka?", "cag", "names nothing live"),
        ("How do I restart checkout-7d9f8c6b5-x2vqn?", "both", "checkout-7d9f8c6b5-x2vqn"),
        ("How do I find what failed yesterday?", "both", "names a time"),
        ("What does this alert mean, it fires again", "both", ""),
        ("What happened in the last 10 minutes?", "rag", "happened"),
        ("Что было с checkout вчера с 10 до 11?", "rag", "happened"),
        ("What happened and how do I fix it?", "both", ""),
        ("How many errors did booksvc have in the last 15 minutes?", "rag", "how often"),
        ("How many 5xx did the gateway answer today?", "rag", "how often"),
        ("How often did checkout restart in namespace shop?", "rag", "how often"),
        ("How many times has checkout crashed since 9:00?", "rag", "how often"),
        ("Number of 503 of gateway in the last hour", "rag", "how often"),
        ("сколько ошибок 5xx у booksvc за последние 10 минут?", "rag", "how often"),
        ("Сколько раз перезапускался checkout сегодня?", "rag", "how often"),
        ("Как часто падал gateway вчера?", "rag", "how often"),
        ("How many errors are allowed before the breaker opens?", "both", ""),
        ("How many errors did booksvc have, and what should I do?", "both", ""),
        ("How many replicas should Kafka have?", "both", ""),
        ("How many partitions does runlore.logs have?", "both", ""),
        ("Сколько ошибок допустимо за час?", "both", ""),
        ("Сколько было ошибок и почему?", "both", ""),
        ("kafka broker down", "both", ""),
        ("", "both", ""),
    ],
)
def test_a_route_says_why(question: str, route: str, reason: str) -> None:
    chosen = understand(question, NOW).route
    assert chosen.name == route
    assert reason in chosen.reason
