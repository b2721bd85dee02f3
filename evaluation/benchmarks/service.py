"""`make bench-service`: how fast the running stack answers, each figure beside a bare part in the same run.

The load is one client on an otherwise idle stack; baseline and product take turns, so that a drift of the
machine's speed meets both. Ratios travel to other machines, absolute figures don't.
"""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import redis

from evaluation.benchmarks.rows import compare_times, emit, open_table
from evaluation.queries.query_sets import read_golden
from processors.knowledge import topics
from processors.retrieval.hybrid import build_hybrid_query
from processors.settings import Settings, load_settings
from processors.stores import kafka
from processors.stores.model_server import embed_texts
from processors.stores.search import count_chunks, open_search
from processors.versions import catalog

Call = Callable[[], object]
_ROUNDS = 60
_CANARIES = 3


def measure_pair(bare: Call, product: Call, rounds: int) -> tuple[list[float], list[float]]:
    """Return the times in milliseconds of two calls made in turn, after one warm-up of each.

    Args:
        bare: Calls the bare part.
        product: Calls the service.
        rounds: How often each is called and timed.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for place, call in enumerate((bare, product)):
            begin = time.perf_counter()
            call()
            if number:
                times[place].append((time.perf_counter() - begin) * 1000)
    return times


def bench_retrieval(settings: Settings, service: httpx.Client, questions: list[str]) -> None:
    """Compare `/v1/retrieve` with one bare search, and a cached one with one bare Redis GET.

    Args:
        settings: Of the platform.
        service: HTTP client of the service.
        questions: Asked in turn.
    """
    client = open_search(settings.opensearch)
    wanted = [settings.embedding.query_prefix + question for question in questions]
    vectors, _ = embed_texts(settings.kserve.url, settings.embedding.model, wanted)
    asked, searched = iter(questions * 99), iter(list(zip(questions, vectors, strict=True)) * 99)

    def search() -> object:
        question, vector = next(searched)
        return client.search(index="cag", body=build_hybrid_query(question, vector.tolist(), 8, ["public"]))

    def retrieve(pipeline: str, mark: str = "") -> object:
        body = {"query": next(asked) + mark, "k": 8, "pipeline": pipeline}
        return service.post("/v1/retrieve", json=body).raise_for_status()

    # A different question misses the cache; the embedding and the search are then really done.
    bare, product = measure_pair(search, lambda: retrieve("cag", f" {uuid.uuid4().hex[:6]}"), _ROUNDS)
    emit(
        compare_times(
            "/v1/retrieve, embedded and searched", product, "one hybrid search, its vector given", bare
        )
    )
    with redis.Redis.from_url(settings.redis.url) as cache:
        key = next(cache.scan_iter("cag:*"))
        bare, product = measure_pair(lambda: cache.get(key), lambda: retrieve("cag"), _ROUNDS)
        emit(compare_times("/v1/retrieve, warmed", product, "one Redis GET", bare))


def bench_answers(settings: Settings, service: httpx.Client, questions: list[str]) -> None:
    """Compare a whole answer with the bare model on a prompt of one source.

    Args:
        settings: Of the platform.
        service: HTTP client of the service.
        questions: Asked in turn.
    """
    asked = iter(questions * 99)
    source = '<sources>\n<source n="1" title="T">Restart it.</source>\n</sources>\n\nQuestion: '

    def complete(client: httpx.Client, path: str, model: str, content: str) -> object:
        body = {"model": model, "messages": [{"role": "user", "content": content}]}
        return client.post(path, json=body).raise_for_status()

    with httpx.Client(base_url=settings.kserve.url, timeout=30) as model:
        bare, product = measure_pair(
            lambda: complete(
                model, "/openai/v1/chat/completions", settings.answering.model, source + next(asked)
            ),
            lambda: complete(service, "/v1/chat/completions", "runlore", next(asked)),
            _ROUNDS,
        )
    emit(compare_times("/v1/chat/completions, whole", product, "bare model, one short source", bare))


def bench_freshness(settings: Settings) -> None:
    """Send events to Kafka and time how long until a search through the alias finds each."""
    client, times = open_search(settings.opensearch), []
    for _ in range(_CANARIES):
        marker, begin = uuid.uuid4().hex, time.perf_counter()
        line = {"@timestamp": datetime.now(UTC).isoformat(), "message": f"ERROR canary {marker}"}
        message: tuple[str, bytes, dict[str, str]] = (
            "canary",
            json.dumps(line | {"service": {"name": "canary"}}).encode(),
            {},
        )
        kafka.produce(settings.kafka, topics.LOGS, [message])
        body = {"query": {"match_phrase": {"text": marker}}}
        while not client.count(index="rag", body=body)["count"]:
            if time.perf_counter() - begin > 180:
                raise TimeoutError("an event was not searchable after 180 s; is rag_pipeline paused?")
            time.sleep(0.1)
        times.append(time.perf_counter() - begin)
        time.sleep(10)
    emit(compare_times("single event, in Kafka to searchable", times, unit="s"))


def main() -> None:
    """Run every comparison on the stack that the environment names."""
    settings = load_settings()
    key = settings.access.read_api_key()
    client = open_search(settings.opensearch)
    sizes = {p: count_chunks(client, p) for p in ("rag", "cag") if catalog.find_live(client, p)}
    open_table(f"chunks: {sizes}; one client, {_ROUNDS} rounds")
    questions = [query["query"] for query in read_golden() if query["relevant"]][:40]
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=settings.service.url, headers=headers, timeout=30) as service:
        bench_retrieval(settings, service, questions)
        bench_answers(settings, service, questions)
    bench_freshness(settings)


if __name__ == "__main__":
    main()
