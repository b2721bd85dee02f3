"""What speaks for an answer is asked behind the client's own guard, once."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from opensearchpy import exceptions as search_errors

from processors.retrieval.question.understanding import understand
from serving.clients.breaker import State
from serving.clients.guarded_clients import GuardedTransport
from serving.clients.guards import Guard
from serving.clients.parts import make_guards
from serving.retrieval.answerability import measure_answerability
from serving.retrieval.question import Question


class Connection:
    """OpenSearch as it stands: refuses, or answers."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = True

    async def perform_request(self, *_: Any, **__: Any) -> tuple[int, dict[str, str], str]:
        self.asked += 1
        if self.is_down:
            raise search_errors.ConnectionError("N/A", "refused", OSError())
        hits = '{"hits": {"hits": [{"_score": 1}]}, "aggregations": {"chunks": {"all": {"doc_count": 9}, '
        counted = hits + '"0": {"doc_count": 1}}}}'
        return 200, {"content-type": "application/json"}, f'{{"responses": [{counted}, {counted}]}}'


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Connection:
    found = Connection()

    async def get(_: Any) -> Connection:
        return found

    monkeypatch.setattr(GuardedTransport, "get_connection", lambda _: found)
    monkeypatch.setattr(GuardedTransport, "_async_call", lambda _: get(_))
    return found


def open_clients(guard: Guard) -> Any:
    search = AsyncOpenSearch("http://unused", transport_class=GuardedTransport, guard=guard, max_retries=0)
    return SimpleNamespace(search=search, guards=SimpleNamespace(search=guard))


async def weigh(clients: Any) -> float | None:
    question = Question(understand("kafka", datetime.now(UTC)), ("cag",), 3, ("public",), {})
    return await measure_answerability(clients, "cag-v000001", question, [0.0, 1.0])


async def test_each_failure_counts_once(connection: Connection) -> None:
    guards = make_guards(failures=5)
    clients = open_clients(guards.search)
    for _ in range(2):
        assert await weigh(clients) is None
    # Each was asked a second time, as it failed at once.
    assert connection.asked == 4
    assert guards.search.breaker.state is State.CLOSED
    await weigh(clients)
    assert guards.search.breaker.state is State.OPEN


async def test_the_try_that_tells_if_it_is_back_is_let_through(connection: Connection) -> None:
    guards = make_guards(failures=1, rest=0)
    clients = open_clients(guards.search)
    assert await weigh(clients) is None
    assert guards.search.breaker.state is State.OPEN
    connection.is_down = False
    assert await weigh(clients) is not None
    assert guards.search.breaker.state is State.CLOSED
