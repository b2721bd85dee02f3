"""Writing questions down never waits and never fails, and what isn't a question is not read as one."""

import json
import time
from collections import Counter
from typing import Any

import pytest

from processors.settings.stores import Kafka
from processors.stores import asked_questions
from processors.stores.asked_questions import open_question_log, read_asked

NOBODY_LISTENS = Kafka.model_validate({"RUNLORE_KAFKA_BOOTSTRAP": "127.0.0.1:9"})


def test_without_kafka_questions_are_dropped_and_counted_at_once() -> None:
    counts = Counter[str]()
    log = open_question_log(NOBODY_LISTENS, lambda outcome: counts.update([outcome]))
    begin = time.monotonic()
    for number in range(1_100):
        log.record(f"question {number}", ("public",), ("cag",))
    assert time.monotonic() - begin < 5
    assert counts == {"dropped": 100}


ASKED = {"asked_at": "2026-11-21T10:00:00+00:00", "query": "why", "groups": ["public"], "pipelines": ["cag"]}


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "no json",
        "[]",
        "{}",
        json.dumps({**ASKED, "asked_at": "yesterday"}),
        json.dumps({**ASKED, "asked_at": "2026-11-21T10:00:00"}),
        json.dumps({**ASKED, "groups": None}),
    ],
)
def test_what_is_no_question_is_skipped(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    records: list[dict[str, Any]] = [{"value": value}, {"value": json.dumps(ASKED)}]
    monkeypatch.setattr(asked_questions, "read_newest", lambda *_: records)
    assert read_asked(NOBODY_LISTENS, 10) == [ASKED]
