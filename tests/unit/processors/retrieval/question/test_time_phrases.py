from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from processors.retrieval.question.time_phrases import find_window

# A Saturday.
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def show(question: str, now: datetime = NOW, zone: str = "UTC") -> tuple[str, str, str]:
    text, window, _ = find_window(question, now, ZoneInfo(zone))
    begin, end = ("", "") if window is None else (f"{moment:%Y-%m-%d %H:%M}" for moment in window)
    return text, begin, end


@pytest.mark.parametrize(
    ("phrase", "begin", "end"),
    [
        ("yesterday between 10 and 11", "2026-11-20 10:00", "2026-11-20 11:00"),
        ("between 10:00 and 11:30 today", "2026-11-21 10:00", "2026-11-21 11:30"),
        ("between 10 and 11 pm", "2026-11-20 22:00", "2026-11-20 23:00"),
        ("between 22 and 2", "2026-11-20 22:00", "2026-11-21 02:00"),
        ("yesterday between 22 and 2", "2026-11-20 22:00", "2026-11-21 02:00"),
        ("from 9 am to 10:15", "2026-11-21 09:00", "2026-11-21 10:15"),
        ("14:00-15:30", "2026-11-20 14:00", "2026-11-20 15:30"),
        ("in the last 2 hours", "2026-11-21 10:30", "2026-11-21 12:30"),
        ("over the past few minutes", "2026-11-21 12:25", "2026-11-21 12:30"),
        ("in the last hour", "2026-11-21 11:30", "2026-11-21 12:30"),
        ("in the last week", "2026-11-14 12:30", "2026-11-21 12:30"),
        ("last week", "2026-11-09 00:00", "2026-11-16 00:00"),
        ("last night", "2026-11-20 21:00", "2026-11-21 06:00"),
        ("last night at 2", "2026-11-21 01:30", "2026-11-21 02:30"),
        ("this morning", "2026-11-21 05:00", "2026-11-21 12:00"),
        ("yesterday evening between 7 and 9", "2026-11-20 19:00", "2026-11-20 21:00"),
        ("this evening", "2026-11-20 18:00", "2026-11-21 00:00"),
        ("on 20 November", "2026-11-20 00:00", "2026-11-21 00:00"),
        ("on November 20th, 2025", "2025-11-20 00:00", "2025-11-21 00:00"),
        ("on the 3rd of March", "2026-03-03 00:00", "2026-03-04 00:00"),
        ("on 25 December", "2025-12-25 00:00", "2025-12-26 00:00"),
        ("on 29 February", "2024-02-29 00:00", "2024-03-01 00:00"),
        ("on 31 October", "2026-10-31 00:00", "2026-11-01 00:00"),
        ("on 2026-11-20", "2026-11-20 00:00", "2026-11-21 00:00"),
        ("on Monday", "2026-11-16 00:00", "2026-11-17 00:00"),
        ("last Saturday", "2026-11-14 00:00", "2026-11-15 00:00"),
        ("since 9:15", "2026-11-21 09:15", "2026-11-21 12:30"),
        ("since 23:00", "2026-11-20 23:00", "2026-11-21 12:30"),
        ("since yesterday", "2026-11-20 00:00", "2026-11-21 12:30"),
        ("since Thursday", "2026-11-19 00:00", "2026-11-21 12:30"),
        ("at 11:00", "2026-11-21 10:50", "2026-11-21 11:10"),
        ("yesterday at 10", "2026-11-20 09:30", "2026-11-20 10:30"),
        ("15 minutes ago", "2026-11-21 12:10", "2026-11-21 12:20"),
        ("half an hour ago", "2026-11-21 11:50", "2026-11-21 12:10"),
        ("two days ago", "2026-11-19 00:00", "2026-11-20 00:00"),
        ("today", "2026-11-21 00:00", "2026-11-21 12:30"),
        ("at 2026-11-20T10:15:02Z", "2026-11-20 10:05", "2026-11-20 10:25"),
        ("from 2026-11-20 10:00 to 2026-11-20 11:00", "2026-11-20 10:00", "2026-11-20 11:00"),
        ("вчера с 10 до 11", "2026-11-20 10:00", "2026-11-20 11:00"),
        ("между 10:00 и 11:30", "2026-11-21 10:00", "2026-11-21 11:30"),
        ("за последние 2 часа", "2026-11-21 10:30", "2026-11-21 12:30"),
        ("за последний час", "2026-11-21 11:30", "2026-11-21 12:30"),
        ("за последние сутки", "2026-11-20 12:30", "2026-11-21 12:30"),
        ("на прошлой неделе", "2026-11-09 00:00", "2026-11-16 00:00"),
        ("сегодня утром", "2026-11-21 05:00", "2026-11-21 12:00"),
        ("прошлой ночью", "2026-11-20 21:00", "2026-11-21 06:00"),
        ("сегодня ночью", "2026-11-20 21:00", "2026-11-21 06:00"),
        ("вчера вечером", "2026-11-20 18:00", "2026-11-21 00:00"),
        ("утром 20 ноября", "2026-11-20 05:00", "2026-11-20 12:00"),
        ("20 ноября", "2026-11-20 00:00", "2026-11-21 00:00"),
        ("31 декабря", "2025-12-31 00:00", "2026-01-01 00:00"),
        ("20.11.2026", "2026-11-20 00:00", "2026-11-21 00:00"),
        ("в прошлую пятницу", "2026-11-20 00:00", "2026-11-21 00:00"),
        ("с понедельника", "2026-11-16 00:00", "2026-11-21 12:30"),
        ("со вчерашнего дня", "2026-11-20 00:00", "2026-11-21 12:30"),
        ("с 9:15", "2026-11-21 09:15", "2026-11-21 12:30"),
        ("с утра", "2026-11-21 05:00", "2026-11-21 12:30"),
        ("вчера в 10 вечера", "2026-11-20 21:30", "2026-11-20 22:30"),
        ("10 минут назад", "2026-11-21 12:15", "2026-11-21 12:25"),
        ("полчаса назад", "2026-11-21 11:50", "2026-11-21 12:10"),
        ("час назад", "2026-11-21 11:10", "2026-11-21 11:50"),
        ("два дня назад", "2026-11-19 00:00", "2026-11-20 00:00"),
        ("позавчера", "2026-11-19 00:00", "2026-11-20 00:00"),
        ("in the last 5 minutes", "2026-11-21 12:25", "2026-11-21 12:30"),
        ("in the last 5m", "2026-11-21 12:25", "2026-11-21 12:30"),
        ("last half hour", "2026-11-21 12:00", "2026-11-21 12:30"),
        ("за последние 10 минут", "2026-11-21 12:20", "2026-11-21 12:30"),
        ("за 15 минут", "2026-11-21 12:15", "2026-11-21 12:30"),
        ("at 10:05", "2026-11-21 09:55", "2026-11-21 10:15"),
        ("в 10:05", "2026-11-21 09:55", "2026-11-21 10:15"),
        ("since 9", "2026-11-21 09:00", "2026-11-21 12:30"),
        ("since midnight", "2026-11-21 00:00", "2026-11-21 12:30"),
        ("с полуночи", "2026-11-21 00:00", "2026-11-21 12:30"),
        ("at noon", "2026-11-21 11:50", "2026-11-21 12:10"),
        ("during the night", "2026-11-20 21:00", "2026-11-21 06:00"),
        ("overnight", "2026-11-20 21:00", "2026-11-21 06:00"),
        ("this week", "2026-11-16 00:00", "2026-11-21 12:30"),
    ],
)
@pytest.mark.parametrize("question", ["Why did checkout fail {}?", "{}: что упало?", "{} what was logged"])
def test_a_phrase_is_found_wherever_it_stands_and_taken_out(
    question: str, phrase: str, begin: str, end: str
) -> None:
    rest = " ".join(question.replace("{}", "").split()).replace(" ?", "?").lstrip(": ")
    assert show(question.format(phrase)) == (rest, begin, end)


@pytest.mark.parametrize(
    "question",
    [
        "Why between 10 and 20 pods restarted",
        "Was it scaled from 3 to 5?",
        "What happens after 3 retries?",
        "Is 1.2.3 running at 10 replicas?",
        "May I restart it?",
        "What is the last run of rag_pipeline?",
        "What happens tomorrow?",
        "What happened on 31 February?",
        "What happened between 25 and 26?",
        "Does the nightly job run 2 days?",
        "сколько подов с 3 ошибками",
        "как сократить время хранения сообщений",
        "at 2026-13-45 10:00",
        "What broke after the deploy?",
        "что сломалось после деплоя?",
        "Сколько ошибок допустимо за час?",
        "image shop/checkout:10:05 can't be pulled",
        "10:05:02 ERROR no route",
        "the scale is 1:100",
    ],
)
def test_what_is_no_time_is_left_alone(question: str) -> None:
    assert show(question) == (question, "", "")


@pytest.mark.parametrize(
    ("question", "begin", "end"),
    [
        ("What happened at 10?", "2026-11-21 09:30", "2026-11-21 10:30"),
        ("что упало с 9?", "2026-11-21 09:00", "2026-11-21 12:30"),
        ("checkout 10:05?", "2026-11-21 09:55", "2026-11-21 10:15"),
    ],
)
def test_times_in_a_hurry(question: str, begin: str, end: str) -> None:
    assert show(question)[1:] == (begin, end)


def test_a_part_of_a_question_alone_stays_the_question() -> None:
    assert show("yesterday?") == ("yesterday?", "2026-11-20 00:00", "2026-11-21 00:00")


@pytest.mark.parametrize(
    ("now", "phrase", "begin", "end"),
    [
        ("2026-11-21T00:05", "10 minutes ago", "2026-11-20 23:50", "2026-11-21 00:00"),
        ("2026-11-21T00:05", "between 23 and 1", "2026-11-20 23:00", "2026-11-21 00:05"),
        ("2026-11-21T01:00", "last night", "2026-11-20 21:00", "2026-11-21 01:00"),
        ("2026-11-21T02:00", "tonight", "2026-11-20 21:00", "2026-11-21 02:00"),
        ("2026-11-21T23:00", "tonight", "2026-11-21 18:00", "2026-11-21 23:00"),
        ("2026-12-01T08:00", "yesterday", "2026-11-30 00:00", "2026-12-01 00:00"),
        ("2026-01-01T00:30", "yesterday at 23:50", "2025-12-31 23:40", "2026-01-01 00:00"),
        ("2026-03-01T08:00", "позавчера", "2026-02-27 00:00", "2026-02-28 00:00"),
    ],
)
def test_midnight_and_the_ends_of_months(now: str, phrase: str, begin: str, end: str) -> None:
    assert show(f"What failed {phrase}?", datetime.fromisoformat(f"{now}+00:00"))[1:] == (begin, end)


@pytest.mark.parametrize(
    ("phrase", "zone", "begin"),
    [
        ("yesterday", "Europe/Moscow", "2026-11-19 21:00"),
        ("between 10 and 11", "Europe/Moscow", "2026-11-21 07:00"),
        ("between 10:00 and 11:00 UTC", "Europe/Moscow", "2026-11-21 10:00"),
        ("in the last 2 hours", "America/New_York", "2026-11-21 10:30"),
        # Clocks went back on 1 November 2026.
        ("on 31 October", "America/New_York", "2026-10-31 04:00"),
        ("on 2 November", "America/New_York", "2026-11-02 05:00"),
    ],
)
def test_clock_times_are_in_the_zone_of_the_one_who_asks(phrase: str, zone: str, begin: str) -> None:
    assert show(f"What failed {phrase}?", zone=zone)[1] == begin


@pytest.mark.parametrize(
    ("question", "names_time"),
    [
        ("What failed yesterday?", True),
        ("What runs tonight?", True),
        ("что будет в 23:59 сегодня?", True),
        ("Why?", False),
    ],
)
def test_a_time_that_is_still_to_come_is_named_but_no_window(question: str, names_time: bool) -> None:
    text, window, told = find_window(question, NOW)
    assert told is names_time
    assert window is not None or text == question
