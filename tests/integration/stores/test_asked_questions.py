"""Questions go to the real topic and come back, the newest of them if there are more."""

import uuid
from collections import Counter

from processors.settings import Settings
from processors.stores.asked_questions import open_question_log, read_asked


def test_what_was_asked_is_read_back(settings: Settings) -> None:
    mark, counts = uuid.uuid4().hex, Counter[str]()
    log = open_question_log(settings.kafka, lambda outcome: counts.update([outcome]))
    for number in range(20):
        log.record(f"{mark} {number}", ("public", "ops"), ("cag",))
    log.close()
    assert counts == {"sent": 20}
    ours = [asked for asked in read_asked(settings.kafka, 5_000) if asked["query"].startswith(mark)]
    assert {asked["query"] for asked in ours} == {f"{mark} {number}" for number in range(20)}
    assert {tuple(asked["groups"]) for asked in ours} == {("ops", "public")}
    assert len(read_asked(settings.kafka, 10)) <= 10
