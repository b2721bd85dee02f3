"""What people say around a question changes nothing of what it means."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from processors.retrieval.question.understanding import understand
from processors.retrieval.question.wrapping import drop_opening, unwrap
from tests.support.question_kinds import read_rows

NOW = datetime(2026, 11, 30, 22, tzinfo=UTC)
BEFORE = {
    "en": (
        "hey, ", "hi guys, ", "Good morning team! ", "morning! ", "@runlore ", "> ", "Quick question: ",
        "please tell me ", "can someone tell me ", "could you please explain to me: ", "do you know ",
        "does anyone know: ", "sorry to bother, but ", "just got paged. ", "I'm on call. ",
    ),
    "ru": (
        "привет, ", "Всем привет! ", "коллеги, ", "доброе утро! ", "@runlore ", "> ", "вопрос: ",
        "подскажи, ", "не подскажешь, ", "скажи плиз ", "слушай, ", "извини, что отвлекаю, но ",
        "меня разбудили. ", "кто-нибудь знает, ",
    ),
}  # fmt: skip
BEHIND = {
    "en": (
        " thanks",
        " Thanks in advance!",
        " please",
        ", any ideas",
        ", anyone",
        " asap",
        "\n",
        " thx :)",
        " pls 🙏",
    ),
    "ru": (" спасибо", " заранее спасибо!", " пожалуйста", ", кто знает", ", есть идеи", " срочно", "\n"),
}


def read(question: str) -> dict[str, Any]:
    understood = understand(question, NOW)
    names = ("text", "kind", "route", "scope", "window", "is_elliptical")
    return {name: getattr(understood, name) for name in names}


def wrap_before(said: str) -> Callable[[str], str]:
    return lambda question: f"{said}{question}"


def wrap_behind(said: str) -> Callable[[str], str]:
    return lambda question: f"{question}{said}"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_question_means_the_same_whatever_is_said_around_it(language: str) -> None:
    tables = [read_rows(f"{name}_{language}.txt") for name in ("first", "second")]
    questions = [question for rows in tables for kind, _, question in rows if kind != "chat"]
    wraps = [
        *(wrap_before(said) for said in BEFORE[language]),
        *(wrap_behind(said) for said in BEHIND[language]),
    ]
    assert len(questions) > 150
    # Each question in three wraps, each wrap around some twenty questions.
    for n, question in enumerate(questions):
        for step in (0, 7, 13):
            wrapped = wraps[(n + step) % len(wraps)](question)
            assert read(wrapped) == read(question), wrapped


@pytest.mark.parametrize(
    ("said", "bare"),
    [
        ("hey team, is redis up, please?", "is redis up?"),
        ("redis is down, help!", "redis is down"),
        ("Payments down? Any ideas?", "Payments down?"),
        ("did it hit anyone?", "did it hit anyone?"),
        ("is it urgent?", "is it urgent?"),
        ("насколько это срочно?", "насколько это срочно?"),
        ("all pods are pending", "all pods are pending"),
        ("thanks!", "thanks!"),
        ("tell me about checkout", "tell me about checkout"),
        ("и почему?", "и почему?"),
        ("team-api is down, guys", "team-api is down"),
        ("hi-res renderer down?", "hi-res renderer down?"),
        ("All deployments failed?", "All deployments failed?"),
        ("привет,почему лежит billing?", "почему лежит billing?"),
        ("hey - what changed?", "what changed?"),
        ("WHY IS CHECKOUT DOWN???", "why is checkout down???"),
        ("ПОЧЕМУ УПАЛ BILLING", "почему упал billing"),
        ("is DNS down?", "is DNS down?"),
        ("ERRORS AT 2026-11-29T10:05Z IN ETL_DAILY", "errors at 2026-11-29T10:05Z in ETL_DAILY"),
        ("hey all good?", "all good?"),
        ("hi all pods are down", "all pods are down"),
        ("hi there are errors in checkout", "there are errors in checkout"),
        ("explain to me how replication works", "explain to me how replication works"),
        ("@daily dags failed?", "@daily dags failed?"),
        ("kubectl apply --help", "kubectl apply --help"),
        (">= 500 errors in checkout?", ">= 500 errors in checkout?"),
        ("is this normal: kafka lag of orders grows", "kafka lag of orders grows"),
        ("is this normal: kafka lag grows", "is this normal: kafka lag grows"),
        ("is it ok? redis memory is at 90%", "is it ok? redis memory is at 90%"),
        ("known issue? ERROR boom at line 3", "ERROR boom at line 3"),
        ("seen this before? ERROR boom at line 3", "ERROR boom at line 3"),
        ("hi guys, anyone seen this: disk quota of node exceeded", "disk quota of node exceeded"),
        ("это нормально? WARN cache miss", "WARN cache miss"),
        ("что это за ошибка: disk quota of node exceeded", "disk quota of node exceeded"),
        ("что это такое: HPA scaling policy", "что это такое: HPA scaling policy"),
        ("is this normal?", "is this normal?"),
        ("is that bad for redis", "is that bad for redis"),
        ("have you seen this before?", "have you seen this before?"),
        ("", ""),
    ],
)
def test_what_belongs_to_a_question_stays(said: str, bare: str) -> None:
    assert unwrap(said) == bare


def test_a_follow_up_goes_on_with_what_was_asked_politely() -> None:
    polite = understand("@runlore а почему?", NOW, before=["привет, что упало в неймспейсе shop?"])
    plain = understand("а почему?", NOW, before=["что упало в неймспейсе shop?"])
    assert polite.is_elliptical
    assert (polite.text, polite.scope) == (plain.text, plain.scope)


def test_a_phones_capital_at_the_beginning_makes_no_other_pod() -> None:
    asked = "Payments-5c9d8f7b6-k8s2p is in CrashLoopBackOff, why?"
    assert understand(asked, NOW).scope == understand(asked.lower(), NOW).scope


def test_much_of_it_takes_no_longer_than_it_is_long() -> None:
    assert unwrap("hi " * 20_000) == "hi"
    for sign in ("!", " ", ",!", "\n", " - ", "> "):
        assert "hi" in unwrap("hi" + sign * 20_000)
        assert drop_opening("> hi" + sign * 20_000 + "?").endswith("?")
    asked = "why" + " please" * 20_000 + "!?" * 20_000 + " x"
    assert unwrap(asked) == asked
