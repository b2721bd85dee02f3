"""Secrets of every kind go in through Kafka and the chat; none is found anywhere behind it.

As here, with four of each kind, it is a part of every test run; `make prove` plants a thousand in all.
"""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
import redis
from opensearchpy import OpenSearch, helpers

from evaluation.benchmarks.secret_texts.planted import Planted, find_traces, plant_secrets
from evaluation.benchmarks.secret_texts.surrounded import surround_secrets
from local.settings import load_settings as load_stack_settings
from processors.knowledge import topics
from processors.settings import Settings
from processors.stores import kafka
from tests.support.stream import wait_until_read

RunDag = Callable[..., dict[str, str]]
TOPICS = {
    "log": topics.LOGS, "trace": topics.LOGS, "plain": topics.LOGS, "page": topics.LOGS,
    "event": topics.KUBERNETES, "object": topics.KUBERNETES, "run": topics.MLFLOW, "alert": topics.METRICS,
}  # fmt: skip
OF_EACH_KIND = int(os.environ.get("PROVE_SECRETS", "4"))
ASKED = 40


@pytest.mark.usefixtures("live_versions")
def test_no_planted_secret_is_found_behind_kafka(
    settings: Settings, client: OpenSearch, run_dag: RunDag
) -> None:
    began = time.time()
    planted = plant(time.time_ns())
    send(settings, planted)
    wait_until_read(settings, client, run_dag)
    ask(settings, planted[:: len(planted) // ASKED])
    time.sleep(5)
    places = {
        "staging": read_staging(settings, began),
        "indices": read_indices(client),
        "redis": read_redis(settings),
        "mlflow": read_mlflow(settings, began),
        "dead letters": read_dead_letters(settings),
        "questions": read_topic(settings, "runlore.queries"),
        "logs": read_files(load_stack_settings().home / "logs", began),
        "airflow logs": read_files(load_stack_settings().home / "airflow" / "logs", began),
    }
    found: list[str] = []
    seen = dict.fromkeys(places, 0)
    for place, texts in places.items():
        for text in texts:
            seen[place] += len(text)
            found += [
                f"{place}: {each['kind']} in {each['carrier']}" for each in planted if find_traces(each, text)
            ]
    assert found == []
    assert all(seen[place] for place in ("staging", "indices", "dead letters", "logs", "airflow logs")), seen


def plant(seed: int) -> list[Planted]:
    ways = [
        Planted(
            kind="way",
            secret=trace,
            carrier="log",
            text=json.dumps({"message": each["text"], "service": {"name": "planted"}}, ensure_ascii=False),
        )
        for each in surround_secrets(seed)
        for trace in each["traces"]
    ]
    return [*plant_secrets(seed, OF_EACH_KIND), *ways]


def send(settings: Settings, planted: list[Planted]) -> None:
    """Send every text to the topic of its source: as it is, and a plain line within a log record, too."""
    for topic in set(TOPICS.values()):
        mine = [each for each in planted if TOPICS[each["carrier"]] == topic]
        raw = [(each["carrier"], each["text"].encode(), {"query": each["text"]}) for each in mine]
        kafka.produce(settings.kafka, topic, raw)
    bodies = [
        {"message": each["text"], "service": {"name": "planted"}}
        for each in planted
        if each["carrier"] in ("plain", "page")
    ]
    messages = [("planted", json.dumps(body).encode(), {"note": body["message"]}) for body in bodies]
    kafka.produce(settings.kafka, topics.LOGS, messages)  # type: ignore[arg-type]


def ask(settings: Settings, planted: list[Planted]) -> None:
    key = settings.access.read_api_key()
    with httpx.Client(
        base_url=settings.service.url, headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as service:
        for each in planted:
            content = f"What does this mean? {each['text']}"
            body = {"model": "runlore", "messages": [{"role": "user", "content": content}]}
            answer = service.post("/v1/chat/completions", json=body)
            assert find_traces(each, answer.text) == []


def list_files(folder: Path, since: float, pattern: str = "*") -> Iterator[Path]:
    """Files that were written since; what is older knows none of the secrets."""
    for path in folder.rglob(pattern):
        # What is swept meanwhile is gone.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime >= since and path.is_file():
                yield path


def read_files(folder: Path, since: float) -> Iterator[str]:
    for path in list_files(folder, since):
        yield path.read_text(encoding="utf-8", errors="backslashreplace")


def read_staging(settings: Settings, since: float) -> Iterator[str]:
    folder = Path(settings.storage.staging_url.removeprefix("file://"))
    yield from read_files(folder, since)
    for path in list_files(folder, since, "*.parquet"):
        table = pq.read_table(path)
        kept = [name for name in table.column_names if name != "embedding"]
        yield json.dumps(table.select(kept).to_pylist(), default=str, ensure_ascii=False)
        yield "\n".join(str(value) for column in table.select(kept).columns for value in column.to_pylist())


def read_indices(client: OpenSearch) -> Iterator[str]:
    body = {"_source": {"excludes": ["embedding"]}}
    for hit in helpers.scan(client, index="*,-.*", query=body, size=500):
        yield flatten(hit["_source"])
    yield json.dumps(client.indices.get_mapping(index="*,-.*"))


def flatten(value: Any) -> str:
    """All texts of a JSON value, one a line, as they are without JSON's escapes."""
    if isinstance(value, dict):
        return "\n".join(f"{name}\n{flatten(each)}" for name, each in value.items())
    return "\n".join(map(flatten, value)) if isinstance(value, list) else str(value)


def read_redis(settings: Settings) -> Iterator[str]:
    with redis.Redis.from_url(settings.redis.url) as cache:
        for key in cache.scan_iter():
            yield key.decode(errors="backslashreplace")
            if cache.type(key) == b"string":
                yield (cache.get(key) or b"").decode(errors="backslashreplace")  # type: ignore[union-attr]


def read_mlflow(settings: Settings, since: float) -> Iterator[str]:
    with httpx.Client(base_url=f"{settings.mlflow.tracking_uri}/api/2.0/mlflow", timeout=30) as mlflow:
        found = mlflow.post("/experiments/search", json={"max_results": 1000}).raise_for_status().json()
        ids = [each["experiment_id"] for each in found.get("experiments", [])]
        runs = mlflow.post(
            "/runs/search", json={"experiment_ids": ids, "max_results": 5000}
        ).raise_for_status()
        yield flatten(runs.json())
    yield from read_files(load_stack_settings().home / "mlflow", since)


def read_topic(settings: Settings, topic: str) -> Iterator[str]:
    for record in kafka.drain(settings.kafka, [topic], {}, 1_000_000)[0]:
        yield f"{record['key']}\n{record['headers']}\n{record['value']}"


def read_dead_letters(settings: Settings) -> Iterator[str]:
    for text in read_topic(settings, topics.DEAD_LETTER):
        yield text
        body = json.loads(text.split("\n", 2)[2])
        yield base64.b64decode(body["original"]).decode(errors="backslashreplace")


@pytest.mark.parametrize("text", ["password=hunter22", "-----BEGIN"])
def test_the_search_itself_sees_what_is_there(text: str) -> None:
    planted = Planted(kind="password", secret=text, carrier="log", text=text)
    assert find_traces(planted, flatten({"a": [{"b": f"x {text} y"}]})) == ([text] if text[0] != "-" else [])
