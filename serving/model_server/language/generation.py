"""Text from the engine, piece by piece: one request after the other, and none for who has gone."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from typing import Any

from serving.model_server.language import metrics
from serving.model_server.language.engine import Event, Run
from serving.model_server.language.prompting import build_body
from serving.model_server.language.settings import LanguageSettings
from serving.model_server.openai_api.errors import OpenAIError
from serving.model_server.writing import Finish, Limits, Turn, Write, Written

_RETRY_SECONDS = 10


def make_write(run: Run, settings: LanguageSettings) -> Write:
    """Build the function that answers: the engine runs one request at a time, the others wait.

    Args:
        run: The engine.
        settings: Say how it is asked, and how many may wait.
    """
    slot, threads = asyncio.Semaphore(1), ThreadPoolExecutor(1, "llama")
    waiting = 0

    async def write(turns: Sequence[Turn], limits: Limits) -> Written:
        nonlocal waiting
        if waiting >= settings.llm_queue:
            metrics.REQUESTS.labels("refused").inc()
            raise refuse_more(waiting)
        waiting += 1
        try:
            async with (
                slot,
                aclosing(read_events(run, threads, build_body(turns, limits, settings))) as events,
                aclosing(read_text(events)) as text,
            ):
                async for piece in text:
                    yield piece
        finally:
            waiting -= 1

    return write


def refuse_more(waiting: int) -> OpenAIError:
    """Return the error for one request too many."""
    message = f"{waiting} requests are waiting for the language model; try again in {_RETRY_SECONDS} s"
    return OpenAIError(503, message, code="overloaded", headers={"Retry-After": str(_RETRY_SECONDS)})


async def read_events(
    run: Run, threads: ThreadPoolExecutor, body: dict[str, Any]
) -> AsyncGenerator[Event, None]:
    """Yield what the engine says; closing it breaks the engine's work off at its next token.

    Args:
        run: The engine.
        threads: It runs in one of these.
        body: The request.
    """
    loop, gone = asyncio.get_running_loop(), threading.Event()
    events: asyncio.Queue[Event | None] = asyncio.Queue()

    def take(event: Event) -> bool:
        loop.call_soon_threadsafe(events.put_nowait, event)
        return gone.is_set()

    running = loop.run_in_executor(threads, run, body, take)
    running.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := await events.get()) is not None:
            yield event
        await running
    finally:
        gone.set()
        # The next request begins when the engine is free again, and an error has been told by then.
        with suppress(Exception):
            await asyncio.shield(running)


async def read_text(events: AsyncGenerator[Event, None]) -> Written:
    """Yield the text of the engine's events, and at the end why it ended and what it cost.

    Raises:
        OpenAIError: The engine refuses the request.
    """
    began, first, reason, outcome = time.perf_counter(), True, "stop", "cancelled"
    usage = {"prompt_tokens": 0, "completion_tokens": 0}
    try:
        async for event in events:
            if error := event.get("error"):
                outcome = "refused"
                raise OpenAIError(
                    int(error.get("code", 500)), str(error.get("message")), code=error.get("type")
                )
            usage = event.get("usage") or usage
            for choice in event.get("choices", ()):
                reason = choice.get("finish_reason") or reason
                if piece := choice.get("text") or choice.get("delta", {}).get("content"):
                    if first:
                        metrics.FIRST_SECONDS.observe(time.perf_counter() - began)
                        first = False
                    yield piece
        outcome = "finished"
        yield Finish(
            "length" if reason == "length" else "stop", usage["prompt_tokens"], usage["completion_tokens"]
        )
    finally:
        metrics.REQUESTS.labels(outcome).inc()
        metrics.TOKENS.labels("read").inc(usage["prompt_tokens"])
        metrics.TOKENS.labels("written").inc(usage["completion_tokens"])
