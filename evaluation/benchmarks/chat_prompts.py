"""The prompts that the service makes of questions, for benchmarks to ask the bare model with."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import web

from processors.settings import Settings, change_settings
from serving.api.chat import complete_chat
from serving.clients.lifespan import open_clients
from serving.context.caller import make_caller
from serving.schemas import ChatRequest


@asynccontextmanager
async def serve_recorder(prompts: list[Any]) -> AsyncIterator[str]:
    """Serve a model that has nothing to say and keeps the messages that it is asked with."""

    async def answer(request: web.Request) -> web.Response:
        prompts.append((await request.json())["messages"])
        choice = {"index": 0, "delta": {"content": "Nothing."}, "finish_reason": "stop"}
        chunk = {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "x",
            "choices": [choice],
        }
        events = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n"
        return web.Response(text=events, content_type="text/event-stream")

    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def record_prompts(settings: Settings, questions: Sequence[str]) -> dict[str, Any]:
    """Return what the service asks the model for each question, as far as it asks at all."""
    prompts: list[Any] = []
    recorded = {}
    async with serve_recorder(prompts) as url:
        aside = change_settings(settings, answering={"url": url, "protocol": "openai"})
        async with open_clients(aside) as clients:
            for question in questions:
                asked = ChatRequest(model="runlore", messages=[{"role": "user", "content": question}])  # type: ignore[list-item]
                before = len(prompts)
                with structlog.contextvars.bound_contextvars(recorded=False):
                    await complete_chat(clients, aside, asked, make_caller("benchmark"))
                if len(prompts) > before:
                    recorded[question] = prompts[-1]
    return recorded
