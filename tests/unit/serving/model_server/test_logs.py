import json
import logging
import sys

import pytest
import structlog

pytest.importorskip("starlette", reason="the model server's web framework is not installed here")

from serving.model_server.logs import CorrelationMiddleware, configure_logging, is_server_fault


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
    configure_logging("WARNING", "model-server", "c0ffee")
    logger = logging.getLogger("some.library")

    with structlog.contextvars.bound_contextvars(correlation_id="run-42"):
        logger.info("not told")
        logger.warning("told %s", "once")

    (line,) = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert (entry["level"], entry["message"], entry["correlation_id"]) == ("WARNING", "told once", "run-42")
    assert entry["service"] == {"name": "model-server", "version": "c0ffee"}
    assert entry["@timestamp"].endswith("Z")


@pytest.mark.usefixtures("restored_logging")
async def test_a_request_is_told_with_its_id_and_a_probe_is_not(capsys):
    async def application(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 503, "headers": []})

    async def send(_):
        pass

    configure_logging("INFO", "model-server", "c0ffee")
    for path in ("/v2/health/ready", "/openai/v1/embeddings"):
        scope = {"type": "http", "path": path, "headers": [(b"x-correlation-id", b"run-42+1")]}
        await CorrelationMiddleware(application)(scope, None, send)

    (entry,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (entry["message"], entry["path"], entry["status"]) == ("request", "/openai/v1/embeddings", 503)
    assert entry["correlation_id"] == "run-42+1"
