"""`make bench-chat`: how fast questions are retrieved for and answered, beside the bare parts.

One, 8 and 32 clients ask the running service and, in turn, the bare parts. Each question has a word of its
own that no other has, so no cache knows it; what the cache answers is reported apart. The bare model server
gets the very prompts that the service makes of these questions. It has read the sources of all of them
before, so what is compared is not who reads them first.

The search at 100,000 chunks is the service's own, on an index that is filled for it and deleted again. It
needs RUNLORE_TEST_DATA, the folder with the pages; without it that part is left out.
"""

import asyncio
import itertools
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp

from evaluation.benchmarks.chat_corpus import hold_index
from evaluation.benchmarks.chat_prompts import record_prompts
from evaluation.benchmarks.rows import compare_times, emit, leave_out, open_table
from evaluation.queries.query_sets import read_golden
from processors.logs import configure_logs
from processors.retrieval.hybrid import build_hybrid_query
from processors.retrieval.question.understanding import understand
from processors.settings import Settings, load_settings
from processors.stores.search import count_chunks, open_search
from processors.versions.catalog import find_live
from serving.clients.lifespan import open_clients
from serving.retrieval.question import Question
from serving.retrieval.search import time_searches

_CLIENTS: Final = (1, 8, 32)
_REQUESTS: Final = {1: 80, 8: 160, 32: 192}
_ROUNDS: Final = 2
_QUESTIONS: Final = 80
_SEARCHES: Final = 100
_SYLLABLES: Final = ("ba", "do", "fi", "ge", "ku", "lo", "mi", "na", "po", "ru", "sa", "te", "vo", "zu")
_PATIENCE: Final = aiohttp.ClientTimeout(total=120)

Ask = Callable[[str], Awaitable[None]]


@dataclass
class Times:
    """Milliseconds of all requests of one kind."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    search: list[float] = field(default_factory=list)
    model: list[float] = field(default_factory=list)


def mark(question: str) -> str:
    """Return a question that nobody has asked before."""
    word = "".join(random.choices(_SYLLABLES, k=5))  # noqa: S311 - not a secret
    return f"{question.rstrip('?')} in team {word}?"


async def stream(client: aiohttp.ClientSession, path: str, body: dict[str, Any], times: Times) -> None:
    """Ask for a streamed answer and note when its first text and its end came.

    Args:
        client: Of HTTP, at the address that is asked.
        path: Of the route.
        body: The request but for `stream`.
        times: Gets the milliseconds of this answer.

    Raises:
        RuntimeError: The answer broke off.
    """
    begin = time.perf_counter()
    waiting, last = True, b""
    async with client.post(path, json={**body, "stream": True}) as response:
        response.raise_for_status()
        async for line in response.content:
            if waiting and b'"content":"' in line.replace(b": ", b":") and b'"content":""' not in line:
                times.first.append((time.perf_counter() - begin) * 1000)
                waiting = False
            if line.startswith(b"data: {"):
                last = line
    if b'"error"' in last:
        raise RuntimeError(f"an answer broke off: {last!r}")
    times.whole.append((time.perf_counter() - begin) * 1000)
    timings = json.loads(last.removeprefix(b"data: ")).get("runlore", {}).get("timings")
    if timings:
        times.own.append(timings["own_ms"])
        times.search.append(timings["search_ms"])
        times.model.append(timings["model_ms"])


async def keep_asking(ask: Ask, questions: Sequence[str], clients: int) -> None:
    """Ask all questions, as many at once as there are clients.

    Args:
        ask: Asks one question.
        questions: All that are asked.
        clients: How many are asked at once.
    """
    left = iter(questions)

    async def take() -> None:
        for question in left:
            await ask(question)

    await asyncio.gather(*(take() for _ in range(clients)))


def tell(
    what: str, clients: int, times: Sequence[float], beside: str = "", bare: Sequence[float] = ()
) -> None:
    """Print one comparison.

    Args:
        what: Names what was measured.
        clients: How many asked at once.
        times: Milliseconds of each answer of the service; at least one.
        beside: Names the bare part.
        bare: Its milliseconds; none where there is nothing to compare with.
    """
    asked = f"{clients} client{'s' if clients > 1 else ''}"
    emit(compare_times(f"{what}, {asked}", times, beside, bare))


async def bench_answers(settings: Settings, prompts: dict[str, Any]) -> None:
    """Compare answers with the bare model's and retrieval with its bare parts, at 1, 8 and 32 clients."""
    key = settings.access.read_api_key()
    embedding = settings.embedding
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    async with (
        aiohttp.ClientSession(settings.service.url, headers=headers, timeout=_PATIENCE) as service,
        aiohttp.ClientSession(settings.answering_base_url.rstrip("/") + "/", timeout=_PATIENCE) as model,
        aiohttp.ClientSession(f"{settings.kserve.openai_url}/", timeout=_PATIENCE) as embedder,
        aiohttp.ClientSession(settings.opensearch.url, timeout=_PATIENCE) as search,
    ):

        async def ask_service(question: str, name: str = "runlore") -> None:
            body = {"model": name, "messages": [{"role": "user", "content": question}]}
            await stream(service, "/v1/chat/completions", body, answers)

        async def ask_model(question: str) -> None:
            body = {"model": settings.answering.model, "messages": prompts[question]}
            await stream(model, "chat/completions", {**body, "stream_options": {"include_usage": True}}, bare)

        async def retrieve(question: str) -> None:
            await post(service, "/v1/retrieve", {"query": mark(question), "k": 8}, found.whole)

        async def search_bare(question: str) -> None:
            begin = time.perf_counter()
            wanted = {"model": embedding.model, "input": embedding.query_prefix + mark(question)}
            made = await post(embedder, "embeddings", wanted)
            vector = made["data"][0]["embedding"]
            await post(search, "/cag,rag/_search", build_hybrid_query(question, vector, 8, ["public"]))
            parts.whole.append((time.perf_counter() - begin) * 1000)

        answers, bare, found, parts = Times(), Times(), Times(), Times()
        await keep_asking(ask_model, list(prompts), 2)
        for clients in _CLIENTS:
            answers, bare, found, parts = Times(), Times(), Times(), Times()
            endless = itertools.cycle(prompts)
            for _ in range(_ROUNDS):
                questions = list(itertools.islice(endless, _REQUESTS[clients] // _ROUNDS))
                await keep_asking(retrieve, questions, clients)
                await keep_asking(search_bare, questions, clients)
                await keep_asking(ask_service, [mark(question) for question in questions], clients)
                await keep_asking(ask_model, questions, clients)
            tell("/v1/retrieve, uncached", clients, found.whole, "embedding, one hybrid search", parts.whole)
            tell("first text, uncached", clients, answers.first, "bare model, the same prompts", bare.first)
            tell("whole answer, uncached", clients, answers.whole, "bare model, the same prompts", bare.whole)
            tell("of it search", clients, answers.search)
            tell("of it the model", clients, answers.model)
            tell("of it the service's own", clients, answers.own)
        known = list(prompts)
        await keep_asking(lambda question: ask_service(question, "runlore-cag"), known, 1)
        answers = Times()
        await keep_asking(lambda question: ask_service(question, "runlore-cag"), known, 1)
        tell("whole answer of runlore-cag, from the cache", 1, answers.whole)


async def post(
    client: aiohttp.ClientSession, path: str, body: dict[str, Any], times: list[float] | None = None
) -> Any:
    """Return what a request is answered with, and note how long it took.

    Args:
        client: Of HTTP, at the address that is asked.
        path: Of the route.
        body: Sent as JSON.
        times: Gets the milliseconds that it took; None where that is of no interest.
    """
    begin = time.perf_counter()
    async with client.post(path, json=body) as response:
        response.raise_for_status()
        answer = await response.json()
    if times is not None:
        times.append((time.perf_counter() - begin) * 1000)
    return answer


async def bench_large(settings: Settings, questions: Sequence[str], data: Path, live: str) -> None:
    """Compare the service's hybrid search with its embedding at 100,000 chunks with the bare parts.

    Args:
        settings: Of the platform.
        questions: Asked in turn.
        data: Folder with the pages whose paragraphs are the chunks.
        live: The version whose vectors the new ones are made of.
    """
    client, name = open_search(settings.opensearch), f"bench-chat-{uuid.uuid4().hex[:8]}"
    embedding = settings.embedding
    begin = time.perf_counter()
    with hold_index(client, name, data, live) as size:
        sys.stdout.write(f"{size} chunks written in {time.perf_counter() - begin:.0f} s\n")
        product: list[float] = []
        bare: list[float] = []
        async with (
            open_clients(settings) as clients,
            aiohttp.ClientSession(f"{settings.kserve.openai_url}/", timeout=_PATIENCE) as embedder,
            aiohttp.ClientSession(settings.opensearch.url, timeout=_PATIENCE) as search,
        ):
            for number, question in enumerate(itertools.islice(itertools.cycle(questions), _SEARCHES + 10)):
                asked = Question(understand(mark(question), datetime.now(UTC)), ("cag",), 10, ("public",), {})
                begin = time.perf_counter()
                await time_searches(clients, settings, asked, "cag", [name])
                middle = time.perf_counter()
                wanted = {"model": embedding.model, "input": embedding.query_prefix + mark(question)}
                vector = (await post(embedder, "embeddings", wanted))["data"][0]["embedding"]
                await post(search, f"/{name}/_search", build_hybrid_query(question, vector, 10, ["public"]))
                if number >= 10:  # the first ones warm up what an index has in memory
                    product.append((middle - begin) * 1000)
                    bare.append((time.perf_counter() - middle) * 1000)
    tell(f"hybrid search, embedded, {size} chunks", 1, product, "embedding, one hybrid search", bare)


async def bench(settings: Settings) -> None:
    """Run all comparisons on the stack that the environment names."""
    client = open_search(settings.opensearch)
    sizes = {p: count_chunks(client, p) for p in ("rag", "cag") if find_live(client, p)}
    live = find_live(client, "cag")
    if live is None:
        leave_out("no version of cag is live: run cag_pipeline first")
    questions = [query["query"] for query in read_golden() if query["relevant"]][:_QUESTIONS]
    prompts = await record_prompts(settings, questions)
    lengths = sorted(len(messages[-1]["content"]) for messages in prompts.values())
    middle = lengths[len(lengths) // 2]
    open_table(f"chunks: {sizes}; {len(prompts)} questions, prompts of {middle} characters in the middle")
    await bench_answers(settings, prompts)
    data = os.environ.get("RUNLORE_TEST_DATA")
    if data:
        await bench_large(settings, list(prompts), Path(data), live)
    else:
        sys.stdout.write("RUNLORE_TEST_DATA is not set: no search at 100,000 chunks\n")


def main() -> None:
    """Run the benchmark."""
    settings = load_settings()
    configure_logs("ERROR", "bench-chat", settings.versions.code_commit)
    asyncio.run(bench(settings))


if __name__ == "__main__":
    main()
