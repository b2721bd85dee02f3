"""What is told of an incident that is over."""

from datetime import timedelta

from processors.knowledge.chunk import ENDED
from processors.knowledge.incidents.closing import close_incident, is_open
from tests.support.incidents import NOW, make_incident, tell

AT = NOW + timedelta(minutes=2)


def test_it_says_first_that_it_is_resolved_and_keeps_what_was_known() -> None:
    chunk = tell(make_incident())
    closed = close_incident(chunk, AT, "image shop/checkout:1.4.2 in place of 1.4.3")
    first, helped, was, *_ = closed["text"].splitlines()
    span = "from 11:50:00 UTC on 2026-11-21 to 12:02:00 UTC on 2026-11-21"
    assert first.startswith(f"{chunk['title']}. Resolved: it was so {span}")
    assert helped == "What helped: image shop/checkout:1.4.2 in place of 1.4.3."
    assert was == f"It was: {chunk['text'].splitlines()[0]}"
    assert is_open(chunk)
    assert not is_open(closed)
    assert (closed["severity"], closed["cite"]["state"]) == ("info", "resolved")
    assert (closed["chunk_id"], closed["content_hash"]) == (chunk["chunk_id"], chunk["content_hash"])


def test_it_leaves_the_index_after_a_while_as_all_that_is_over() -> None:
    assert close_incident(tell(make_incident()), AT)["values"] == ["checkout", ENDED]
