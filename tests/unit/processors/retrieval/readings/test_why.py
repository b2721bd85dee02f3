"""Why something is so: what the answer says of an incident is in the source that it cites."""

from datetime import UTC, datetime
from typing import Literal

import pytest

from processors.knowledge.incidents.sections import HEADS
from processors.retrieval.readings.seen import Seen
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.why import tell_why
from tests.support.readings import make_incident

LONG = " ".join(f"node-{number} was drained," for number in range(40))
SAID = {
    "cause": "image shop/checkout:1.4.3 can't be pulled.",
    "seen": f"{LONG}.",
    "helped": "Deployment basket was changed: image 1.4.3 became 1.4.2.",
    "runbook": "Image can't be pulled.",
}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_long_source_holds_all_that_is_told_of_it(language: Literal["en", "ru"]) -> None:
    incident = make_incident()
    lines = [incident["title"], *(f"{HEADS[section]}: {said}" for section, said in SAID.items())]
    text = "\n".join([*lines, "Seen: nothing that is told."])
    seen = Seen({**incident, "text": text}, {"state": "open"}, "shop", "checkout", "prod", "")
    reading = tell_why([seen], {}, Telling(language, datetime.now(UTC)), ordinal=None)
    (source,) = reading.hits
    told = [line.text for line in reading.lines if line.role == "point"]
    assert len(told) == 3
    assert all(line.partition(": ")[2] in source["text"] for line in told)
    assert LONG not in source["text"]
    assert "nothing that is told" not in source["text"]
