import json
import logging
import sys

import pytest
import structlog

pytest.importorskip("starlette", reason="the model server's web framework is not installed here")

from serving.model_server.logs import configure_logging, is_server_fault


class InvalidInput(ValueError):  # noqa: N818 - named as KServe names it
    """Stands for KServe's error of a wrong request."""


@pytest.fixture
def restored_logging():
    root, level, handlers = logging.getLogger(), logging.getLogger().level, logging.getLogger().handlers[:]
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def record_of(error: Exception) -> logging.LogRecord:
    try:
        raise error
    except ValueError:
        return logging.LogRecord("kserve", logging.ERROR, "x.py", 1, "Exception:", (), sys.exc_info())


def test_wrong_requests_are_not_the_servers_fault():
    assert not is_server_fault(record_of(InvalidInput("no text")))
    assert is_server_fault(record_of(ValueError("a bug")))


@pytest.mark.usefixtures("restored_logging")
def test_logs_are_json_with_the_correlation_id_and_quiet_below_the_level(capsys):
    configure_logging("WARNING")
    logger = logging.getLogger("some.library")

    with structlog.contextvars.bound_contextvars(correlation_id="run-42"):
        logger.info("not told")
        logger.warning("told %s", "once")

    (line,) = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert (entry["level"], entry["message"], entry["correlation_id"]) == ("WARNING", "told once", "run-42")
    assert entry["@timestamp"].endswith("Z")
