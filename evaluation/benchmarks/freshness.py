"""`make bench-freshness`: how long after it is in Kafka an event can be retrieved through the read alias.

Canary lines are sent at a steady rate, and a poller looks through the alias which of their offsets the chunks
tell of by now. Every event is measured, not a sample. Beside it stands the bare path in one process: consume,
embed, bulk, refresh, with no versions, patterns, staging or scheduler.
"""

import argparse
import itertools
import json
import random
import statistics
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from operator import itemgetter
from typing import Any, Final, NamedTuple

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from opensearchpy import OpenSearch, helpers

from evaluation.benchmarks.rows import Row, compare_times, emit, open_table
from local.airflow_api import open_airflow
from local.settings import load_settings as load_stack_settings
from processors.knowledge import topics
from processors.knowledge.chunk import index_mapping
from processors.knowledge.logs.offsets import read_offsets
from processors.settings import Settings, load_settings
from processors.settings.stores import Kafka
from processors.stores import kafka
from processors.stores.kafka import kafka_options
from processors.stores.model_server import embed_texts
from processors.stores.search import ANALYSIS, open_search

Place = tuple[int, int]
"""Partition and offset."""

_POLL_S: Final = 0.1
_PATIENCE_S: Final = 300.0
_BARE_INDEX: Final = "bench-bare"
_BARE_S: Final = 30.0
_SERVICES: Final = 5
_NOT_OF_A_MICRO_BATCH: Final = ("heavy_processing_task",)
_TEMPLATES: Final = (
    "order {n} of customer-{c} paid in {ms} ms",
    "GET /api/v1/items/{n} 200 {ms}ms request_id={r}",
    "cache miss for key item:{n}",
    "WARN retry {ms} of call to payment for order {n}",
    "ERROR payment refused for customer-{c}: card expired",
    "session {r} of customer-{c} opened from 10.0.{c}.7",
)


def make_canary(mark: str, number: int, chance: random.Random) -> tuple[str, bytes]:
    """Return key and value of one canary: a line of one of several services and patterns.

    Args:
        mark: Of this run, by which its canaries are found.
        number: Of the canary; decides its service.
        chance: Decides the rest.
    """
    service = f"{mark}-{number % _SERVICES}"
    ids = {"n": number, "c": chance.randrange(200), "ms": chance.randrange(900)}
    message = chance.choice(_TEMPLATES).format(**ids, r=f"{chance.getrandbits(64):016x}")
    body = {"@timestamp": datetime.now(UTC).isoformat(), "message": message, "service": {"name": service}}
    return service, json.dumps(body).encode()


def send_canaries(
    broker: Kafka, mark: str, rate: float, sent: dict[Place, float], ended: threading.Event
) -> None:
    """Send canaries at a steady rate and note when each was sent.

    Args:
        broker: Address and login of Kafka.
        mark: Of this run, by which its canaries are found.
        rate: Canaries per second.
        sent: Gets each canary's partition and offset, with the seconds of the monotonic clock when it was
            sent.
        ended: No more are sent once it is set.
    """
    producer, chance = Producer({**kafka_options(broker), "linger.ms": 5}), random.Random(7)  # noqa: S311
    begin = time.monotonic()

    def note(at: float, _error: KafkaError | None, message: Message) -> None:
        sent[(int(message.partition() or 0), int(message.offset() or 0))] = at

    for number in itertools.count():
        if ended.wait(max(0.0, begin + number / rate - time.monotonic())):
            break
        key, value = make_canary(mark, number, chance)
        at = time.monotonic()
        producer.produce(topics.LOGS, value=value, key=key, on_delivery=partial(note, at))
        producer.poll(0)
    producer.flush(30)


def watch_alias(
    client: OpenSearch, mark: str, sender: threading.Thread, sent: dict[Place, float]
) -> list[float]:
    """Look through the alias until every canary was seen, and return each one's delay in seconds.

    Args:
        client: OpenSearch.
        mark: Of this run, by which its canaries are found.
        sender: Sends them; when it has ended, no more come.
        sent: What it has sent so far, with the seconds of the monotonic clock.

    Raises:
        TimeoutError: Some canary could not be retrieved in time.
    """
    seen: dict[Place, float] = {}
    since, deadline = "1970-01-01T00:00:00Z", None
    while deadline is None or len(seen) < len(sent):
        for hit in _find_changed(client, mark, since):
            now = time.monotonic()
            partition = int(hit["cite"]["partition"])
            for offset in read_offsets(hit["source_offsets"]):
                seen.setdefault((partition, offset), now)
            since = max(since, hit["indexed_at"])
        if deadline is None and not sender.is_alive():
            deadline = time.monotonic() + _PATIENCE_S
        if deadline is not None and time.monotonic() > deadline:
            raise TimeoutError(f"{len(sent) - len(seen)} of {len(sent)} canaries can't be retrieved")
        time.sleep(_POLL_S)
    return [seen[place] - at for place, at in sent.items()]


class Followed(NamedTuple):
    """Canaries that were sent.

    Attributes:
        sent: Partition and offset of each, with the seconds of the monotonic clock when it was sent.
        delays: Seconds until each could be retrieved.
    """

    sent: dict[Place, float]
    delays: list[float]


@contextmanager
def follow_canaries(settings: Settings, rate: float) -> Iterator[Followed]:
    """Send canaries until the block ends, and look for each through the alias; then their delays are there.

    Args:
        settings: Of the platform.
        rate: Canaries a second.

    Raises:
        TimeoutError: Some canary could not be retrieved in time.
    """
    mark, ended, followed = f"bench-{uuid.uuid4().hex[:6]}", threading.Event(), Followed({}, [])
    arguments = (settings.kafka, mark, rate, followed.sent, ended)
    sender = threading.Thread(target=send_canaries, args=arguments)
    sender.start()
    with ThreadPoolExecutor(1) as pool:
        watched = pool.submit(watch_alias, open_search(settings.opensearch), mark, sender, followed.sent)
        try:
            yield followed
        finally:
            ended.set()
        followed.delays.extend(watched.result())


def _find_changed(client: OpenSearch, mark: str, since: str) -> Iterable[dict[str, Any]]:
    """The chunks of canaries that were written since, as a search through the alias shows them."""
    services = [f"{mark}-{number}" for number in range(_SERVICES)]
    wanted = [
        # An incident that is made of them is of their service, too.
        {"term": {"kind": "log_pattern"}},
        {"terms": {"service": services}},
        {"range": {"indexed_at": {"gte": since}}},
    ]
    body = {
        "size": 1000,
        "_source": ["cite", "source_offsets", "indexed_at"],
        "query": {"bool": {"filter": wanted}},
    }
    return (hit["_source"] for hit in client.search(index="rag", body=body)["hits"]["hits"])


def time_stages(begin: datetime) -> list[str]:
    """Return a line per task of the runs since then: how long it waited for its turn, and how long it ran."""
    waits, works = defaultdict(list), defaultdict(list)
    for queued, tasks in _list_runs(begin):
        ready = queued
        for task in tasks:
            start, end = (datetime.fromisoformat(task[name]) for name in ("start_date", "end_date"))
            waits[task["task_id"]].append((start - ready).total_seconds())
            works[task["task_id"]].append((end - start).total_seconds())
            ready = end
    return [
        f"  {task:30} waits {statistics.median(waits[task]):5.2f} s, runs {statistics.median(taken):5.2f} s"
        for task, taken in works.items()
    ]


def _list_runs(begin: datetime) -> Iterator[tuple[datetime, list[dict[str, Any]]]]:
    """Yield when each run was queued, and its tasks in order: of runs that had something to do, up to 100."""
    query: dict[str, str | int] = {
        "start_date_gte": begin.isoformat(), "state": "success", "order_by": "-start_date", "limit": 100,
    }  # fmt: skip
    with open_airflow(load_stack_settings()) as airflow:
        runs = airflow.get("/dags/rag_pipeline/dagRuns", params=query).raise_for_status().json()["dag_runs"]
        for run in runs:
            path = f"/dags/rag_pipeline/dagRuns/{run['dag_run_id']}/taskInstances"
            tasks = airflow.get(path).raise_for_status().json()["task_instances"]
            done = [task for task in tasks if task["state"] == "success"]
            if len(done) == len(tasks) - len(_NOT_OF_A_MICRO_BATCH):
                yield datetime.fromisoformat(run["queued_at"]), sorted(done, key=itemgetter("start_date"))


def measure_pipeline(
    settings: Settings, rate: float, seconds: float, partitions: int = 0
) -> tuple[list[float], list[str]]:
    """Return the delays of all canaries through the whole pipeline, and the time of its stages.

    Args:
        settings: Of the stack.
        rate: Events a second.
        seconds: For how long.
        partitions: The topic gets so many partitions in the middle of it; 0: it stays as it is.
    """
    begin = datetime.now(UTC)
    with follow_canaries(settings, rate) as followed:
        time.sleep(seconds / 2)
        if partitions:
            kafka.add_partitions(settings.kafka, topics.LOGS, partitions)
        time.sleep(seconds / 2)
    return followed.delays, time_stages(begin)


def measure_bare(settings: Settings, rate: float, seconds: float) -> list[float]:
    """Return the delays of canaries through one process that does nothing but the bare steps.

    Args:
        settings: Of the platform.
        rate: Canaries per second.
        seconds: For how long.
    """
    client = open_search(settings.opensearch)
    client.indices.delete(index=_BARE_INDEX, ignore_unavailable=True)
    body = {
        "settings": {"index": {"knn": True, "number_of_replicas": 0}, "analysis": ANALYSIS},
        "mappings": index_mapping(settings.embedding.dimension),
    }
    client.indices.create(index=_BARE_INDEX, body=body)
    mark = f"bench-{uuid.uuid4().hex[:6]}"
    sent: dict[Place, float] = {}
    done: dict[Place, float] = {}
    consumer = Consumer({**kafka_options(settings.kafka), "group.id": mark})
    partitions = consumer.list_topics(topics.LOGS, timeout=20).topics[topics.LOGS].partitions
    ends = {
        p: consumer.get_watermark_offsets(TopicPartition(topics.LOGS, p), timeout=20)[1] for p in partitions
    }
    consumer.assign([TopicPartition(topics.LOGS, p, end) for p, end in ends.items()])
    ended = threading.Event()
    sender = threading.Thread(target=send_canaries, args=(settings.kafka, mark, rate, sent, ended))
    sender.start()
    threading.Timer(seconds, ended.set).start()
    while sender.is_alive() or len(done) < len(sent):
        messages = [m for m in consumer.consume(500, timeout=_POLL_S) if not m.error()]
        own = [m for m in messages if str(m.key() or b"", "utf-8").startswith(mark)]
        if own:
            _index_bare(client, settings, own)
            now = time.monotonic()
            done |= {(int(m.partition() or 0), int(m.offset() or 0)): now for m in own}
    consumer.close()
    client.indices.delete(index=_BARE_INDEX)
    return [done[place] - at for place, at in sent.items()]


def _index_bare(client: OpenSearch, settings: Settings, messages: list[Message]) -> None:
    lines = [json.loads(m.value() or b"{}") for m in messages]
    texts = [line["message"] for line in lines]
    passages = [settings.embedding.passage_prefix + text for text in texts]
    vectors, _ = embed_texts(settings.kserve.url, settings.embedding.model, passages)
    actions = (
        {"_index": _BARE_INDEX, "_source": {"text": text, "embedding": vector.tolist()}}
        for text, vector in zip(texts, vectors, strict=True)
    )
    helpers.bulk(client, actions)
    client.indices.refresh(index=_BARE_INDEX)


def main(arguments: list[str]) -> None:
    """Measure each load on the stack that the environment names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[1, 50, 500], help="events a second")
    parser.add_argument("--seconds", type=float, default=300, help="how long each load lasts")
    parser.add_argument("--partitions", type=int, default=0, help="how many it gets midway in the last load")
    options = parser.parse_args(arguments)
    settings = load_settings()
    open_table(f"each rate for {options.seconds:.0f} s, bare for {_BARE_S:.0f} s")
    for rate in options.rates:
        partitions = options.partitions if rate == options.rates[-1] else 0
        delays, stages = measure_pipeline(settings, rate, options.seconds, partitions)
        bare = measure_bare(settings, rate, min(_BARE_S, options.seconds))
        at = f"at {rate:g} events/s"
        emit(compare_times(f"freshness {at}", delays, "bare path in one process", bare, "s"))
        emit(Row(f"freshness {at}, at most", max(delays), "s", beside="bare path, at most", bare=max(bare)))
        sys.stdout.write("".join(f"{line}\n" for line in stages))


if __name__ == "__main__":
    main(sys.argv[1:])
