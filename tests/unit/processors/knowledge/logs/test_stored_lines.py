"""What is stored of a line: whose it is, when it was, which request it belongs to, and no secret."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from processors.knowledge.logs.stored_lines import LONGEST, FileLine, make_document

NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)
RUN = "scheduled__2026-11-30T06:59:00+00:00"
SECRET = "hunter22"


def store(data: bytes | str, file: str = "serving", offset: int = 0) -> dict[str, Any]:
    raw = data if isinstance(data, bytes) else data.encode()
    return make_document(FileLine(f"/home/logs/{file}.log", offset, NOW, raw), "c0ffee").document


def test_a_line_of_our_own_keeps_what_it_says() -> None:
    line = {
        "@timestamp": "2026-11-29T23:59:59.5Z",
        "level": "warning",
        "logger": "serving.api",
        "message": "no answer",
        "correlation_id": "abc-1",
        "service": {"name": "serving", "version": "beef"},
        "seconds": 1.5,
    }
    stored = store(json.dumps(line))
    assert stored["@timestamp"] == "2026-11-29T23:59:59.500000+00:00"
    assert stored["message"] == "no answer"
    assert stored["log"]["level"] == "warning"
    assert stored["log"]["logger"] == "serving.api"
    assert stored["service"] == {"name": "serving", "version": "beef"}
    assert stored["correlation_id"] == "abc-1"
    assert stored["fields"] == {"seconds": 1.5}


def test_a_line_of_a_task_belongs_to_its_run() -> None:
    task = {"dag_id": "rag_pipeline", "run_id": RUN, "task_id": "light_processing_task", "try_number": 1}
    line = {"timestamp": "2026-11-30T06:59:30Z", "level": "info", "event": "parsed", "ti_id": "1", **task}
    stored = store(json.dumps(line), "airflow-scheduler")
    assert (stored["message"], stored["correlation_id"], stored["run_id"]) == ("parsed", RUN, RUN)
    assert (stored["dag_id"], stored["task_id"]) == ("rag_pipeline", "light_processing_task")
    assert stored["service"] == {"name": "airflow-scheduler", "version": "c0ffee"}
    of_action = store(json.dumps({**line, "correlation_id": "asked-1"}), "airflow-scheduler")
    assert (of_action["correlation_id"], of_action["run_id"]) == ("asked-1", RUN)


@pytest.mark.parametrize(
    ("file", "line", "level", "moment"),
    [
        ("postgres", "2026-11-30 06:58:00.181 UTC [9] FATAL:  no role", "critical", "06:58:00.181000"),
        ("kafka", "[2026-11-30T06:58:00,754] ERROR [x] slow (kafka.Log)", "error", "06:58:00.754000"),
        (
            "redis",
            "29041:M 30 Nov 2026 06:58:00.381 * Ready to accept connections",
            "info",
            "06:58:00.381000",
        ),
        ("opensearch", "something without a time", "info", "07:00:00"),
    ],
)
def test_others_lines_are_stored_as_they_are(file: str, line: str, level: str, moment: str) -> None:
    stored = store(line, file)
    assert (stored["message"], stored["log"]["level"]) == (line, level)
    assert stored["@timestamp"] == f"2026-11-30T{moment}+00:00"
    assert stored["service"]["name"] == file
    assert "correlation_id" not in stored


def test_a_secret_is_stored_nowhere() -> None:
    for line in (
        f"can't reach postgres://bob:{SECRET}@db/prod",
        json.dumps({"message": "login", "password": SECRET, "nested": {"api_key": SECRET}}),
    ):
        assert SECRET not in json.dumps(store(line))


@pytest.mark.parametrize("shift", range(0, 40, 3))
def test_no_half_of_a_secret_stands_before_a_cut(shift: int) -> None:
    line = f"{'x ' * ((LONGEST - shift) // 2)}password={SECRET}{'y' * 100}".encode()[:LONGEST]
    message = store(line)["message"]
    assert message.endswith("…")
    assert "hunt" not in message


def test_a_line_that_was_cut_still_names_its_request() -> None:
    line = json.dumps({"correlation_id": "abc-1", "message": "x" * 100_000})
    assert store(line[:LONGEST])["correlation_id"] == "abc-1"


@pytest.mark.parametrize(
    "line", [b"", b"\xff\xfe", b"\x00", b"{", b"[1, 2]", b'{"a": {"b": 1}}', b"{" * 50_000, b'"\\ud800"']
)
def test_odd_lines_are_stored_and_can_be_written(line: bytes) -> None:
    json.dumps(store(line)).encode()


def test_a_line_is_one_document_wherever_it_is_read_again() -> None:
    line = FileLine("/logs/a.log", 7, NOW, b"2026-11-30T06:00:00Z a")
    later = line._replace(read_at=datetime(2026, 12, 1, tzinfo=UTC))
    first, again = make_document(line, "a"), make_document(later, "a")
    assert (first.document_id, first.day) == (again.document_id, again.day)
    assert make_document(line._replace(offset=8), "a").document_id != first.document_id
