import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from litestar import Litestar

from processors.settings import Settings
from tests.support.retrievers import ask_langchain, ask_llamaindex


@pytest.fixture
def listening(app: Litestar, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The service at a port of its own, and the environment of somebody who uses it."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    monkeypatch.setenv("RUNLORE_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("RUNLORE_API_KEY_FILE", str(settings.access.api_key_file))
    yield
    server.should_exit = True
    thread.join()


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("ask", [ask_langchain, ask_llamaindex])
def test_a_retriever_of_the_docs_finds_passages_with_their_sources(ask: Any) -> None:
    found = ask("What now?", 2)
    assert [(name, text) for name, text, _ in found] == [("r1", "Text of r1."), ("c1", "Text of c1.")]
    assert found[0][2]["title"] == "Title r1"
    assert found[0][2]["cite"] == {"type": "log", "topic": "runlore.logs"}
    assert found[0][2]["index"] == "rag-v000007"


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("ask", [ask_langchain, ask_llamaindex])
def test_a_wrong_key_is_an_error_and_not_an_empty_answer(ask: Any, settings: Settings) -> None:
    settings.access.api_key_file.write_text("another")
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        ask("What now?", 2)
