"""A name of several words is veiled: what is in it tells neither what is asked nor when."""

from datetime import UTC, datetime
from typing import Any

import pytest

from processors.retrieval.question.understanding import understand
from processors.retrieval.question.veiling import veil_names
from processors.retrieval.readings import subjects

NOW = datetime(2026, 11, 30, 22, tzinfo=UTC)
# Words that tell what is asked, or when, or how a thing is.
TELLING = (
    "dag", "oom", "cpu", "ram", "gpu", "pod", "log", "run", "job", "node", "error", "alert", "event",
    "model", "page", "task", "rate", "disk", "pvc", "lag", "load", "down", "fail", "memory", "service",
    "request", "restart", "incident", "cache", "why", "how", "status", "metric", "today", "now", "since",
    "top",
)  # fmt: skip
ASKED = (
    "Why did {} restart?", "Is {} down?", "What errors does {} log?", "Which alerts are firing for {}?",
    "What happened to {} in the last 30 minutes?", "How much memory does {} use?",
    "What changed in {} today?", "How many times did {} crash today?", "What is wrong with {}?",
    "Did {} fail?", "Is {} ok?",
    "Which pods of {} aren't ready?", "how do I restart {}?", "How many requests does {} get?",
    "Почему перезапустился {}?", "Что с {}?", "Какие ошибки пишет {}?", "Какие алерты горят у {}?",
    "Что было с {} за последние полчаса?", "Сколько памяти ест {}?", "Что изменилось в {} сегодня?",
    "Сколько раз падал {} сегодня?", "Упал ли {}?", "Как там {}?", "Какие поды {} не готовы?",
    "как перезапустить {}?", "Сколько запросов получает {}?", "Почему {} лежит?",
)  # fmt: skip


def read(asked: str, name: str) -> dict[str, Any]:
    """Return what a question about a name means, with the name left out."""
    understood = understand(asked.format(name), NOW)
    wording = veil_names(understood.without_time)
    return {
        "kind": understood.kind,
        "route": understood.route.name,
        "window": understood.window,
        "text": understood.without_time.replace(name, "{}"),
        "places": [(place.kind, place.name == name, place.sure) for place in understood.scope.places],
        "subject": subjects.find_subject(wording),
        "runs of": subjects.find_runs_of(wording),
        "trouble, well, over": (
            subjects.asks_for_trouble(wording),
            subjects.asks_for_well(wording),
            subjects.asks_for_over(wording),
        ),
    }


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize(("name", "plain"), [("{}-router", "zibdu-router"), ("payment{}n", "paymentn")])
def test_the_words_in_a_name_change_nothing_of_a_question(asked: str, name: str, plain: str) -> None:
    usual = read(asked, plain)
    for word in TELLING:
        assert read(asked, name.format(word)) == usual, word


@pytest.mark.parametrize(
    ("asked", "kind", "subject"),
    [
        ("Что с telegram-bot?", "health", "anything"),
        ("telegram в норме?", "health", "anything"),
        ("Is metrics-server ok?", "health", "anything"),
        ("Какие ошибки пишет dagster?", "list", "errors"),
        ("what is wrong with node-exporter", "wrong", "anything"),
        ("What errors does nightly-report log?", "list", "errors"),
    ],
)
def test_names_that_people_have(asked: str, kind: str, subject: str) -> None:
    understood = understand(asked, NOW)
    assert (understood.kind, understood.window) == (kind, None)
    assert subjects.find_subject(veil_names(understood.without_time)) == subject


@pytest.mark.parametrize(
    "asked",
    [
        "Which pods were out-of-memory or oom-killed today?",
        "Is the error-rate high?",
        "what is crash-looping?",
        "DAG-и упали?",
        "Is HighErrorRate firing?",
        "What failed on nov-20?",
        "what's the root-cause of checkout errors",
        "how many oom-kills today?",
        "what is the p99-latency of checkout",
        "best mlflow-run",
        "how big is the kafka-lag",
        "is the dead-letter-queue growing",
        "post-mortem of a kernel-panic",
    ],
)
def test_words_with_a_dash_that_are_no_names_tell_what_is_asked(asked: str) -> None:
    assert veil_names(asked) == asked


def test_a_veil_leaves_all_in_its_place() -> None:
    asked = "Is checkout-7d9f8c6b5-x2vqn like kafka-0, or как billing-api.shop?"
    veiled = veil_names(asked)
    assert len(veiled) == len(asked)
    assert [n for n, letter in enumerate(veiled) if not letter.isalpha()] == [
        n for n, letter in enumerate(asked) if not letter.isalpha()
    ]
    assert veil_names(veiled) == veiled
