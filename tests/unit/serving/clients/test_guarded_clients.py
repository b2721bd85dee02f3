"""The real clients against servers that hang, refuse or talk rubbish: an error they know, in time."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest
from opensearchpy.exceptions import ConnectionError as SearchDown
from opensearchpy.exceptions import NotFoundError
from redis.exceptions import ConnectionError as CacheDown
from redis.exceptions import RedisError

from processors.settings import Settings, change_settings
from serving.clients.breaker import State
from serving.clients.lifespan import Clients, open_clients

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ASK: dict[str, tuple[Callable[[Clients], Awaitable[Any]], type[Exception]]] = {
    "search": (lambda clients: clients.search.search(index="x", body={}), SearchDown),
    "cache": (lambda clients: clients.cache.get("key"), RedisError),
    "embedding": (
        lambda clients: clients.embedder.embeddings.create(model="m", input="x"),
        openai.OpenAIError,
    ),
}


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        pass


async def talk_rubbish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        writer.write(b"\x00\xffrubbish\r\n\r\n")


async def send_html(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")


@asynccontextmanager
async def serving(settings: Settings, serve: Serve) -> AsyncIterator[Clients]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    here = change_settings(
        settings,
        opensearch={"url": f"http://127.0.0.1:{port}"},
        redis={"url": f"redis://127.0.0.1:{port}"},
        kserve={"url": f"http://127.0.0.1:{port}"},
        kafka={"bootstrap": f"127.0.0.1:{port}"},
        timeouts={"search_seconds": 0.2, "embedding_seconds": 0.5},
        breaker={"failures": 2, "rest_seconds": 60.0},
    )
    async with open_clients(here) as clients:
        yield clients
    server.close()


@pytest.mark.parametrize("part", ASK)
@pytest.mark.parametrize("serve", [hang, talk_rubbish, send_html])
async def test_a_part_that_gives_no_answer_is_an_error_in_time_and_left_alone(
    settings: Settings, part: str, serve: Serve
) -> None:
    ask, error = ASK[part]
    async with serving(settings, serve) as clients:
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(error):
                await ask(clients)
            assert time.monotonic() - began < 5
        assert getattr(clients.guards, part).breaker.state is State.OPEN
        with pytest.raises(error, match="failed several times"):
            await ask(clients)


async def test_a_refusal_is_no_fault(settings: Settings) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")

    async with serving(settings, refuse) as clients:
        for _ in range(3):
            with pytest.raises(NotFoundError):
                await clients.search.search(index="x", body={})
        assert clients.guards.search.breaker.state is State.CLOSED


async def test_an_answer_of_redis_that_came_too_late_is_nobodys(settings: Settings) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            if line.startswith(b"*"):
                words = [await reader.readline() for _ in range(2 * int(line[1:]))][1::2]
                key = words[-1].strip()
                if key == b"slow":
                    await asyncio.sleep(0.7)
                told = re.match(rb"(slow|quick)", key)
                writer.write(b"$%d\r\n%s\r\n" % (len(key), key) if told else b"+OK\r\n")

    async with serving(settings, answer) as clients:
        with pytest.raises(CacheDown, match="gave no answer within"):
            await clients.cache.get("slow")
        assert [await clients.cache.get(f"quick{n}") for n in range(3)] == [b"quick0", b"quick1", b"quick2"]
        await asyncio.sleep(0.4)
        assert await clients.cache.get("quick3") == b"quick3"
