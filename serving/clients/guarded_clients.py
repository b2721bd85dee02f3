"""The clients of OpenSearch, Redis and the embedder, each behind its guard, whoever calls them.

What the guard says is raised as the client's own error for a part that can't be reached, so callers need to
know that one alone.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import openai
from openai import AsyncOpenAI
from opensearchpy import AsyncTransport
from opensearchpy import exceptions as search_errors
from redis import exceptions as cache_errors
from redis.asyncio import ConnectionPool, Redis

from processors.stores.search.client import explain_refusal
from serving.clients.guards import Guard
from serving.faults import PartError, reading_answer

_REFUSED: Final = "N/A"  # in place of a status, as for every connection that fails


class GuardedTransport(AsyncTransport):
    """OpenSearch's transport behind a guard; the client makes it and hands over its own arguments."""

    def __init__(self, hosts: Any, *, guard: Guard, **options: Any) -> None:
        """Take the guard out of the client's arguments."""
        super().__init__(hosts, **options)
        self._guard = guard

    async def perform_request(self, *request: Any, **options: Any) -> Any:
        """Ask OpenSearch.

        Raises:
            opensearchpy.exceptions.ConnectionError: It is away, too late, overloaded, answers no
                JSON, or doesn't take the login.
        """
        ask = super().perform_request
        try:
            return await self._guard.call(lambda: ask(*request, **options))
        except (PartError, search_errors.OpenSearchException) as error:
            if isinstance(error, PartError) or self._guard.is_fault(error):
                raise search_errors.ConnectionError(_REFUSED, str(explain_refusal(error)), error) from error
            raise


class GuardedRedis(Redis):
    """Redis behind a guard."""

    def __init__(self, guard: Guard, pool: ConnectionPool) -> None:
        """Take the guard, and the connections, which are closed with this."""
        super().__init__(connection_pool=pool)
        self.auto_close_connection_pool = True
        self._guard = guard

    async def execute_command(self, *command: Any, **options: Any) -> Any:
        """Ask Redis, which the client does a second time by itself if the connection was an old one.

        Raises:
            redis.exceptions.ConnectionError: It is away or too late.
        """
        ask: Callable[..., Awaitable[Any]] = super().execute_command
        try:
            return await self._guard.attempt(lambda: ask(*command, **options))
        except PartError as error:
            raise cache_errors.ConnectionError(str(error)) from error


class GuardedOpenAI(AsyncOpenAI):
    """A model server behind a guard, for what comes as a whole."""

    def __init__(self, guard: Guard, **options: Any) -> None:
        """Take the guard, and what the client is told besides."""
        super().__init__(**options)
        self._guard = guard

    async def request(self, *request: Any, **options: Any) -> Any:
        """Ask the model server.

        Raises:
            openai.OpenAIError: It is away or too late, answers what is no answer, or refuses.
        """
        ask = super().request

        async def attempt() -> Any:
            with reading_answer():
                return await ask(*request, **options)

        try:
            return await self._guard.call(attempt)
        except PartError as error:
            raise openai.OpenAIError(str(error)) from error
