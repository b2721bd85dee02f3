"""What a restore makes live, and what it says that nothing can mend."""

from processors.pipelines.backup.catching_up import describe_gaps
from processors.pipelines.backup.record import BackedUpVersion
from processors.pipelines.backup.restore import plan_aliases
from tests.unit.processors.pipelines.backup.test_record import make_record

KEPT = {"t": {"0": 100}}


def test_all_aliases_come_back_at_once_with_the_index_that_is_written_to() -> None:
    held = {
        "rag-v000002": {"rag": {}, "pinned-rag": {}},
        "rag-v000002-000001": {"rag": {}, "rag-write": {"is_write_index": True}},
    }
    versions = {"rag-v000002": BackedUpVersion(meta={}, indices=held)}
    assert plan_aliases(make_record("b").model_copy(update={"versions": versions})) == [
        {"add": {"index": "rag-v000002", "alias": "rag"}},
        {"add": {"index": "rag-v000002", "alias": "pinned-rag"}},
        {"add": {"index": "rag-v000002-000001", "alias": "rag"}},
        {"add": {"index": "rag-v000002-000001", "alias": "rag-write", "is_write_index": True}},
    ]


def test_events_that_kafka_has_forgotten_are_told() -> None:
    assert describe_gaps("t", {"0": 40}, {"t": {"0": 50}}, KEPT)[0].startswith("t/0: 10 events are gone")


def test_a_topic_that_was_made_anew_is_told() -> None:
    assert "made anew" in describe_gaps("t", {"0": 101}, {"t": {"0": 0}}, KEPT)[0]


def test_where_all_is_there_nothing_is_said() -> None:
    assert describe_gaps("t", {"0": 100}, {"t": {"0": 0}}, KEPT) == []
