"""Versions that say what nothing else says, swapped under a service that is asked meanwhile."""

import re
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import redis
import uvicorn
from opensearchpy import AsyncOpenSearch, OpenSearch

from local.free_port import find_free_port
from processors.knowledge.chunk import Chunk, make_id
from processors.retrieval.cache_keys import match_version
from processors.settings import Settings, change_settings
from processors.stores.model_server import embed_texts
from processors.stores.search import apply_templates, write_chunks
from processors.versions import lease_record
from processors.versions.builds import create_version
from serving.app import create_app
from serving.clients.lifespan import Clients, open_clients

MARK = re.compile(r"mark-\w+")
SUBJECTS = ("kafka", "redis", "postgres", "airflow", "mlflow", "prometheus", "spark", "opensearch", "rsyslog")
WORDINGS = ("how do I restart {}", "Please tell me how to restart {}?", "the steps to restart {}")


class Renamed:
    """The real OpenSearch, where the alias `cag` goes by another name."""

    def __init__(self, search: AsyncOpenSearch, alias: str) -> None:
        self.alias, self.indices, self.real = alias, self, search

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def get_alias(self, name: str, headers: dict[str, str]) -> dict[str, Any]:
        assert "cag" in name
        found = await self.real.indices.get_alias(name=f"{self.alias}*", headers=headers)
        return {
            index: {"aliases": {"cag": {}}} for index, body in found.items() if self.alias in body["aliases"]
        }


class Truth:
    """What each version says, and which were live when."""

    def __init__(self) -> None:
        self.texts: dict[str, dict[str, str]] = {}
        self.begun: list[str] = []
        self.finished = 0

    def swap(self, target: str, change: Callable[[], Any]) -> None:
        self.begun.append(target)
        change()
        self.finished += 1

    def allowed(self, finished_when_asked: int) -> set[str]:
        return set(self.begun[finished_when_asked - 1 :])


@contextmanager
def make_pipeline(client: OpenSearch, settings: Settings) -> Iterator[Any]:
    """A pipeline of its own, so that nothing that is live is touched."""
    name = f"test{uuid.uuid4().hex[:8]}"
    apply_templates(client, settings.embedding.dimension, [name])
    try:
        yield name
    finally:
        client.indices.delete(index=",".join(client.indices.get_alias(index=f"{name}-v*")))
        client.indices.delete_index_template(name=f"runlore-{name}")
        client.delete(index=lease_record.INDEX, id=name, params={"ignore": 404})
        with redis.Redis.from_url(settings.redis.url) as cache:
            for key in cache.scan_iter(match_version(f"{name}-v*")):
                cache.unlink(key)


@contextmanager
def serve(settings: Settings, pipeline: str) -> Iterator[httpx.Client]:
    """The real service, for which the pipeline is `cag`."""

    @asynccontextmanager
    async def open_renamed(given: Settings) -> AsyncIterator[Clients]:
        async with open_clients(given) as opened:
            yield replace(opened, search=Renamed(opened.search, pipeline))  # type: ignore[arg-type]

    port = find_free_port()
    # Its links lead to itself.
    given = change_settings(settings, service={"url": f"http://127.0.0.1:{port}"})
    server = uvicorn.Server(uvicorn.Config(create_app(given, open_renamed), port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    key = settings.access.read_api_key()
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "off"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as opened:
            yield opened
    finally:
        server.should_exit = True
        thread.join()


def make_chunk(subject: str, mark: str, vector: list[float]) -> Chunk:
    text = f"To restart {subject}, run `restart {subject} {mark}`."
    now = "2026-11-21T10:00:00+00:00"
    return Chunk(
        chunk_id=subject,
        doc_id=subject,
        source="test",
        kind="runbook",
        title=f"Restart {subject}",
        heading_path=f"Restart {subject}",
        text=text,
        content_hash=make_id(text),
        observed_at=now,
        ingested_at=now,
        cluster="",
        namespace="",
        service=subject,
        severity="",
        labels={},
        acl=["public"],
        cite={
            "type": "git",
            "repository": "r",
            "commit": "c",
            "path": subject,
            "start_line": 1,
            "end_line": 1,
        },
        batch_id="b",
        embedding=vector,
        embedding_model="test@1",
    )


def ask(service: httpx.Client, truth: Truth, number: int) -> str:
    """Ask for passages or for an answer, and check what comes back against the version that it names."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    question = WORDINGS[number % len(WORDINGS)].format(subject)
    finished = truth.finished
    if number % 2:
        body: dict[str, Any] = {"query": question, "k": 3, "pipeline": "cag"}
        answer = service.post("/v1/retrieve", json=body).raise_for_status().json()
        version: str = answer["versions"]["cag"]
        for hit in answer["hits"]:
            assert (hit["index"], truth.texts[version].get(hit["doc_id"])) == (version, hit["text"])
    else:
        body = {"model": "runlore-cag", "messages": [{"role": "user", "content": question}]}
        answer = service.post("/v1/chat/completions", json=body).raise_for_status().json()
        version = answer["runlore"]["versions"]["cag"]
        marks = set(MARK.findall(answer["choices"][0]["message"]["content"]))
        assert marks <= set(MARK.findall(" ".join(truth.texts[version].values())))
        assert subject not in truth.texts[version] or marks
    assert version in truth.allowed(finished), (version, truth.begun[finished - 1 :])
    return version


class Maker:
    """Builds versions: each edits every page and lacks another one."""

    def __init__(self, client: OpenSearch, settings: Settings, pipeline: Any, truth: Truth) -> None:
        questions = [WORDINGS[0].format(subject) for subject in SUBJECTS]
        vectors, _ = embed_texts(settings.kserve.url, settings.embedding.model, questions)
        self.vectors = dict(zip(SUBJECTS, np.asarray(vectors).tolist(), strict=True))
        self.client, self.pipeline, self.truth = client, pipeline, truth

    def build(self, number: int) -> str:
        index = create_version(self.client, self.pipeline, {})
        kept = [subject for place, subject in enumerate(SUBJECTS) if place != number % len(SUBJECTS)]
        chunks = [make_chunk(subject, f"mark-{number}x{subject}", self.vectors[subject]) for subject in kept]
        assert write_chunks(self.client, index, chunks) == []
        self.truth.texts[index] = {chunk["doc_id"]: chunk["text"] for chunk in chunks}
        return index
