"""A question is read once: what it means together, and what its parts mean for each other."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from processors.retrieval.question.understanding import understand

# A Saturday.
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
QUERIES = Path(__file__).parents[5] / "evaluation" / "queries"


def test_a_question_that_stands_for_itself_is_left_as_it_is() -> None:
    understood = understand("How do I rotate the API key?", NOW, before=["Redis is down"], titles=["Redis"])
    assert (understood.rewritten, understood.is_elliptical, understood.needs_titles) == (None, False, False)
    assert understood.text == understood.asked == understood.without_time == "How do I rotate the API key?"
    assert (understood.window, understood.names_time, understood.namespaces) == (None, False, ())
    assert (understood.language, understood.route.name) == ("en", "cag")


def test_a_follow_up_means_what_its_whole_question_does() -> None:
    understood = understand("а почему?", NOW, before=["What happened in namespace shop yesterday?"])
    whole = understand(understood.text, NOW)
    assert understood.text == "а почему? namespace shop yesterday"
    for name in ("window", "without_time", "kind", "route", "words", "signature"):
        assert getattr(understood, name) == getattr(whole, name)
    # The place is read where it was named, for "namespace shop" alone might be anything.
    assert understood.namespaces == ("shop",)
    assert understood.window is not None
    # The answer is in the language of what was asked, whatever was asked before.
    assert understood.language == "ru"


def test_titles_are_needed_only_where_nothing_that_was_asked_names_anything() -> None:
    vague = understand("why?", NOW, before=["What just happened?"])
    assert (vague.needs_titles, vague.rewritten) == (True, None)
    told = understand("why?", NOW, before=["What just happened?"], titles=["Redis was stopped"])
    assert told.text == "why? Redis was stopped"
    assert not understand("why?", NOW, before=["Redis is down"]).needs_titles
    assert not understand("why?", NOW).needs_titles


def test_what_somebody_else_made_of_a_question_goes_before_the_rules() -> None:
    understood = understand("why?", NOW, before=["Redis is down"], rewritten="Why is Redis down since 9:15?")
    assert understood.text == "Why is Redis down since 9:15?"
    assert understood.without_time == "Why is Redis down?"
    assert understood.asked == "why?"


@pytest.mark.parametrize(
    ("zone", "route", "begin"), [("UTC", "cag", ""), ("Asia/Tokyo", "both", "2026-11-21T10:50:00+00:00")]
)
def test_the_route_and_the_search_see_the_same_time(zone: str, route: str, begin: str) -> None:
    understood = understand("How do I find what failed on 2026-11-21 20:00?", NOW, ZoneInfo(zone))
    assert understood.route.name == route
    assert (understood.window.begin.isoformat() if understood.window else "") == begin
    assert understood.names_time


def test_written_follow_ups_are_told_from_whole_questions() -> None:
    entries = [json.loads(line) for line in (QUERIES / "follow_ups.jsonl").read_text().splitlines()]
    made_whole = {
        entry["query_id"]: understand(entry["query"], NOW, before=entry["turns"]).rewritten is not None
        for entry in entries
    }
    wrong = [entry["query_id"] for entry in entries if made_whole[entry["query_id"]] != entry["rewritten"]]
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize(
    "question", ["Kafka is slow too, how do I fix it?", "is it safe to delete OpenSearch indices?"]
)
def test_what_names_something_itself_is_no_follow_up(question: str) -> None:
    assert understand(question, NOW, before=["Redis is slow"]).rewritten is None
