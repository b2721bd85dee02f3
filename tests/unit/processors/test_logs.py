"""Each line of ours is JSON, names its program, its build and its request, and holds no secret."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from processors.logs import bind_correlation_id, configure_logs, mask_event

SECRET = "hunter22"


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    structlog.contextvars.clear_contextvars()
    yield
    root.handlers, root.level = handlers, level
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.mark.usefixtures("restored_logging")
def test_a_line_names_program_build_and_request(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO", "serving", "c0ffee")
    bind_correlation_id("scheduled__2026-11-21T07:00:00+00:00")
    structlog.get_logger("ours").info("request", status=200)
    logging.getLogger("a.library").warning("lost http://a:%s@db/x", SECRET)
    logging.getLogger("httpx").info("HTTP Request: GET http://127.0.0.1")

    ours, library = map(json.loads, capsys.readouterr().err.splitlines())
    for line in (ours, library):
        assert line["service"] == {"name": "serving", "version": "c0ffee"}
        assert line["correlation_id"] == "scheduled__2026-11-21T07:00:00+00:00"
        assert line["@timestamp"].endswith("Z")
    assert (ours["level"], ours["message"], ours["status"]) == ("info", "request", 200)
    assert SECRET not in library["message"]


@pytest.mark.usefixtures("restored_logging")
@pytest.mark.parametrize("given", [None, "", 7, 'a"b', "a\nb", "x" * 251])
def test_an_id_that_could_break_a_line_is_not_written(given: object) -> None:
    bind_correlation_id(given)
    assert structlog.contextvars.get_contextvars() == {}


def test_log_lines_are_masked() -> None:
    event = mask_event(
        None, "error", {"message": "search failed", "error": f"http://a:{SECRET}@db/x", "n": 3}
    )
    assert SECRET not in json.dumps(event)
    assert event["n"] == 3


@pytest.mark.parametrize("n", [15_990, 15_995, 16_000])
def test_a_long_value_is_cut_and_no_half_of_a_secret_stays(n: int) -> None:
    typed = f"{'x ' * (n // 2)}password={SECRET} and more"
    message = mask_event(None, "error", {"message": typed})["message"]
    assert len(message) < 16_000
    assert message.endswith("…")
    assert "hunt" not in message
