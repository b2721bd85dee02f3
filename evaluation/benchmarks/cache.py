"""`make bench-cache`: how fast known questions are answered, beside a bare Redis GET and a bare route.

Every question is asked once beforehand, so that all are warm (questions that name a time are left out, for
their answers are not kept); then one client and 32 clients ask the service and the bare route in turn. The
bare route is Litestar on uvicorn like the service, with one Redis GET of an answer of the same size and
nothing else. The hit ratio is that of a week of questions that begins cold.
"""

import asyncio
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp
import uvicorn
from litestar import Litestar, Response, get
from redis.asyncio import Redis

from evaluation.benchmarks.rows import Row, compare_times, emit, leave_out, open_table
from evaluation.queries.query_sets import read_golden
from local.free_port import find_free_port
from processors.pipelines.cag.warming_plan import is_timeless
from processors.settings import Settings, load_settings
from processors.stores.search import list_titles, open_search
from processors.versions.catalog import find_live

_REQUESTS: Final = 300
_REQUESTS_OF_MANY: Final = 1_600
_MANY: Final = 32
_WEEK: Final = 1_000
_TITLES: Final = 100
_BARE_KEY: Final = "runlore:bench:answer"
_WORDINGS: Final = ("{}", "{}?", "Please tell me: {}", "Hi, {}, please help", "{}, what should I do?")

Send = Callable[[aiohttp.ClientSession, str], Awaitable[bytes]]


def serve_bare(redis_url: str, port: int) -> None:
    """Serve one route that answers with what one Redis key holds."""
    cache = Redis.from_url(redis_url)

    @get("/")
    async def read_key() -> Response[Any]:
        return Response(await cache.get(_BARE_KEY), media_type="application/json")

    app = Litestar([read_key], openapi_config=None, logging_config=None)
    uvicorn.run(app, port=port, access_log=False, log_config=None)


async def ask_answer(client: aiohttp.ClientSession, question: str) -> bytes:
    """Ask the service for an answer from the documents."""
    body = {"model": "runlore-cag", "messages": [{"role": "user", "content": question}]}
    return await (await client.post("/v1/chat/completions", json=body)).read()


async def ask_passages(client: aiohttp.ClientSession, question: str) -> bytes:
    """Ask the service for passages of the documents."""
    body = {"query": question, "k": 8, "pipeline": "cag"}
    return await (await client.post("/v1/retrieve", json=body)).read()


async def ask_bare(client: aiohttp.ClientSession, _: str) -> bytes:
    """Ask the bare route."""
    return await (await client.get("/")).read()


async def measure(
    client: aiohttp.ClientSession, send: Send, questions: list[str], clients: int, requests: int
) -> tuple[list[float], float]:
    """Return each request's time in milliseconds, and requests per second.

    Args:
        client: Of HTTP.
        send: Sends one question.
        questions: Asked in turn, again from the first after the last.
        clients: How many ask at once.
        requests: How many are made in all.
    """
    asked = iter(questions[n % len(questions)] for n in range(requests))
    times: list[float] = []

    async def keep_asking() -> None:
        for question in asked:
            begin = time.perf_counter()
            await send(client, question)
            times.append((time.perf_counter() - begin) * 1000)

    begin = time.perf_counter()
    await asyncio.gather(*(keep_asking() for _ in range(clients)))
    return times, requests / (time.perf_counter() - begin)


def read_counts(metrics: str) -> dict[str, float]:
    """Return how often the cache was hit, hit by a question that is like it, and missed.

    Example:
        >>> read_counts('runlore_cache_lookups_total{outcome="hit"} 2.0')
        {'hit': 2.0}
    """
    lines = [line for line in metrics.splitlines() if line.startswith("runlore_cache_lookups_total")]
    return {line.split('"')[1]: float(line.split()[-1]) for line in lines}


async def bench_week(client: aiohttp.ClientSession, known: list[str]) -> None:
    """Ask two weeks of questions and report how many found their answer or passages in the cache.

    The subjects' frequencies fall like 1 / rank; each is asked in one of five wordings. A mark makes all of
    them new, so the first of each kind misses.
    """
    chance = random.Random(5)  # noqa: S311 - a benchmark
    mark, subjects = f"w{uuid.uuid4().hex[:6]}", list(known)
    chance.shuffle(subjects)
    weights = [1 / rank for rank in range(1, len(subjects) + 1)]
    for name in ("first week, cold at first", "held-back week"):
        before = read_counts(await (await client.get("/metrics")).text())
        week = chance.choices(subjects, weights, k=_WEEK)
        for subject in week:
            await ask_passages(client, f"{chance.choice(_WORDINGS).format(subject.rstrip('?'))} {mark}")
        after = read_counts(await (await client.get("/metrics")).text())
        counts = {kind: int(after[kind] - before.get(kind, 0)) for kind in after}
        share = (counts.get("hit", 0) + counts.get("alike", 0)) / max(sum(counts.values()), 1)
        sys.stdout.write(f"{name}: {_WEEK} questions, {counts}\n")
        emit(Row(f"hit ratio, {name}", share, "share", "more"))


async def bench(settings: Settings, questions: list[str]) -> None:
    """Run all comparisons on the stack that the environment names."""
    key = settings.access.read_api_key()
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    port = find_free_port()
    command = [sys.executable, "-m", "evaluation.benchmarks.cache", "serve-bare", str(port)]
    bare_process = subprocess.Popen(command)
    try:
        async with (
            aiohttp.ClientSession(settings.service.url, headers=headers, raise_for_status=True) as service,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}", raise_for_status=True) as bare,
            Redis.from_url(settings.redis.url) as cache,
        ):
            for question in questions:
                answer = await ask_answer(service, question)
                await ask_passages(service, question)
            await cache.set(_BARE_KEY, answer, ex=600)
            await asyncio.sleep(5)
            gets = []
            for _ in range(_REQUESTS):
                begin = time.perf_counter()
                await cache.get(_BARE_KEY)
                gets.append((time.perf_counter() - begin) * 1000)
            for clients, requests in ((1, _REQUESTS), (_MANY, _REQUESTS_OF_MANY)):
                plain, most = await measure(bare, ask_bare, questions, clients, requests)
                told = f"{clients} client{'s' if clients > 1 else ''}"
                for what, send in (("answer, exact", ask_answer), ("passages, exact", ask_passages)):
                    times, rate = await measure(service, send, questions, clients, requests)
                    emit(compare_times(f"{what}, {told}", times, "bare route, one Redis GET", plain))
                    row = Row(f"{what}, {told}", rate, "requests/s", "more")
                    emit(row._replace(beside="bare route, one Redis GET", bare=most))
                if clients == 1:
                    emit(compare_times(f"bare route, {told}", plain, "bare Redis GET", gets))
            marks = [f"please tell me: {question} {n}" for n, question in enumerate(questions)]
            for mark in marks:
                await ask_answer(service, mark.removeprefix("please tell me: "))
            times, rate = await measure(service, ask_answer, marks, 1, len(marks))
            emit(compare_times("answer, near-duplicate, 1 client", times))
            await bench_week(service, questions)
            await cache.delete(_BARE_KEY)
    finally:
        bare_process.terminate()
        bare_process.wait()


def main() -> None:
    """Run the benchmark, or serve its bare route."""
    settings = load_settings()
    if sys.argv[1:2] == ["serve-bare"]:
        serve_bare(settings.redis.url, int(sys.argv[2]))
        return
    client = open_search(settings.opensearch)
    live = find_live(client, "cag")
    if live is None:
        leave_out("no version of cag is live: run cag_pipeline first")
    golden = [query["query"] for query in read_golden() if query["relevant"]]
    asked = dict.fromkeys([*golden, *list_titles(client, live)[:_TITLES]])
    questions = [question for question in asked if is_timeless(question, datetime.now(UTC))]
    open_table(f"{live}, {len(questions)} questions")
    asyncio.run(bench(settings, questions))


if __name__ == "__main__":
    main()
