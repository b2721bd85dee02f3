import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from serving.model_server.language.engine import Event, Run
from serving.model_server.language.generation import make_write
from serving.model_server.language.settings import LanguageSettings
from serving.model_server.openai_api.errors import OpenAIError
from serving.model_server.writing import Finish, Limits, Turn, Write, collect

SETTINGS = LanguageSettings(llm="m", llm_file=Path("m.gguf"), llm_queue=2)
TURNS = [Turn("user", "Why?")]
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}


def say(text: str, reason: str | None = None) -> Event:
    return {"choices": [{"delta": {"content": text}, "finish_reason": reason}]}


def make_run(*events: Event) -> Run:
    def run(_: dict[str, Any], take: Callable[[Event], bool]) -> None:
        for event in events:
            take(event)

    return run


class Long:
    """An engine that writes for seconds, unless it is told to stop."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def __call__(self, _: dict[str, Any], take: Callable[[Event], bool]) -> None:
        for _ in range(3_000):
            if take(say("on ")):
                self.ended.set()
                return
            time.sleep(0.001)


async def write_all(run: Run) -> tuple[str, Finish]:
    return await collect(make_write(run, SETTINGS)(TURNS, Limits()))


async def test_pieces_usage_and_reason_are_the_engines() -> None:
    events = (say(""), say("It is"), say(" red."), say("", "length"), {"choices": [], "usage": USAGE})

    assert await write_all(make_run(*events)) == ("It is red.", Finish("length", 9, 2))


async def test_a_completion_without_roles_is_read_too() -> None:
    assert (await write_all(make_run({"choices": [{"text": "red", "finish_reason": "stop"}]})))[0] == "red"


async def test_what_the_engine_refuses_is_refused_with_its_words() -> None:
    refusal = {"error": {"code": 400, "message": "exceeds the context", "type": "exceed_context_size_error"}}

    with pytest.raises(OpenAIError, match="exceeds the context") as caught:
        await write_all(make_run(refusal))
    assert (caught.value.status, caught.value.code) == (400, "exceed_context_size_error")


async def test_an_engine_that_fails_is_told_of() -> None:
    def run(_: dict[str, Any], __: Callable[[Event], bool]) -> None:
        raise RuntimeError("no memory")

    with pytest.raises(RuntimeError, match="no memory"):
        await write_all(run)


async def test_who_goes_away_ends_the_work_and_frees_the_engine() -> None:
    engine = Long()
    write = make_write(engine, SETTINGS)
    async with aclosing(write(TURNS, Limits())) as written:
        assert await anext(written) == "on "
    assert engine.ended.is_set()

    async with aclosing(write(TURNS, Limits())) as written:
        assert await anext(written) == "on "


async def test_one_is_answered_at_a_time_and_too_many_are_refused() -> None:
    write: Write = make_write(Long(), SETTINGS)
    async with aclosing(write(TURNS, Limits())) as first, aclosing(write(TURNS, Limits())) as second:
        await anext(first)
        waiting = asyncio.ensure_future(anext(second))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        with pytest.raises(OpenAIError) as caught:
            await anext(write(TURNS, Limits()))
        assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "10"})
        await first.aclose()
        assert await waiting == "on "
