"""The scripted afternoon sent into a running stack, and asked about over HTTP like any client does."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

import httpx
from opensearchpy import OpenSearch

from evaluation.oncall.afternoon import FAULTS, Message, list_messages
from evaluation.oncall.judging import Answer, Cited
from evaluation.oncall.questions import Question
from local.airflow_api import open_airflow
from local.settings import load_settings as load_stack_settings
from processors.knowledge import topics
from processors.knowledge.positions import Positions, count_between, merge_positions
from processors.settings import Settings, load_settings
from processors.stores import kafka
from processors.stores.search import open_search
from processors.versions.catalog import find_live, read_meta
from processors.versions.names import cover_family

_PATIENCE_S: Final = 300.0
_PAUSE_S: Final = 0.5
_TOLD: Final = frozenset(FAULTS) - {"payment"}


class _Told(NamedTuple):
    """What came in a stream: the text, the sources in the order of their numbers, and where all is from."""

    text: str
    sources: list[str]
    provenance: dict[str, Any]
    seconds: float


@contextmanager
def open_stack_answers(seed: int) -> Iterator[Callable[[Question], Answer]]:
    """Send an afternoon that ends now, wait until its incidents are found, and yield what asks the stack.

    Args:
        seed: Of what is chance in it.

    Raises:
        TimeoutError: Its incidents can't be searched in time.
    """
    settings, stack = load_settings(), load_stack_settings()
    with open_airflow(stack) as airflow:
        for dag in ("rag_pipeline", "correlate"):
            airflow.patch(f"dags/{dag}", json={"is_paused": False}).raise_for_status()
    send_messages(settings, list_messages(datetime.now(UTC), seed))
    search = open_search(settings.opensearch)
    wait_until_read(settings, search)
    wait_for_incidents(search, _TOLD)
    key = settings.access.read_api_key()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=settings.service.url, headers=headers, timeout=60) as client:
        yield partial(ask_over_http, client)


def send_messages(settings: Settings, messages: Iterable[Message]) -> None:
    """Send messages into their topics."""
    by_topic = sorted(messages, key=attrgetter("topic"))
    for topic, of_topic in groupby(by_topic, key=attrgetter("topic")):
        kafka.produce(settings.kafka, topic, [(one.key, one.value, one.headers) for one in of_topic])


def wait_until_read(settings: Settings, client: OpenSearch) -> None:
    """Wait until the live version holds all that is in Kafka now.

    An incident is told of as soon as its own events are there; what else was sent may lie in a later batch.

    Raises:
        TimeoutError: It isn't read in time.
    """
    sent = kafka.find_ends(settings.kafka, topics.READ)
    end = time.monotonic() + _PATIENCE_S
    while ahead := count_unread(client, sent):
        if time.monotonic() > end:
            raise TimeoutError(f"{ahead} events in Kafka are still not searchable")
        time.sleep(_PAUSE_S)


def count_unread(client: OpenSearch, ends: Positions) -> int:
    """Return how many of the events before some positions the live version doesn't hold."""
    live = find_live(client, "rag")
    held: Positions = read_meta(client, live).get("positions", {}) if live else {}
    return count_between(held, merge_positions(held, ends))


def wait_for_incidents(client: OpenSearch, names: Iterable[str]) -> None:
    """Wait until an incident tells of each of some names.

    Args:
        client: Of the stack.
        names: Of what is wrong.

    Raises:
        TimeoutError: One isn't told of in time.
    """
    end = time.monotonic() + _PATIENCE_S
    missing = set(names)
    while missing:
        if time.monotonic() > end:
            raise TimeoutError(f"no incident tells of {', '.join(sorted(missing))}")
        time.sleep(_PAUSE_S)
        live = find_live(client, "rag")
        if live is None:
            continue
        body = {"size": 200, "query": {"term": {"kind": "incident"}}, "_source": ["title"]}
        found = client.search(index=cover_family(live), body=body)["hits"]["hits"]
        titles = " ".join(hit["_source"]["title"] for hit in found)
        missing = {name for name in missing if name not in titles}


def ask_over_http(client: httpx.Client, question: Question) -> Answer:
    """Ask the service for a stream, and read the sources that come in it, as Open WebUI does.

    Args:
        client: With the address of the service and a key.
        question: The question; what was asked before it is asked first.
    """
    said: list[dict[str, str]] = []
    for earlier in question.get("before", ()):
        told = _complete(client, [*said, {"role": "user", "content": earlier}])
        said += [{"role": "user", "content": earlier}, {"role": "assistant", "content": told.text}]
    told = _complete(client, [*said, {"role": "user", "content": question["query"]}])
    citations = told.provenance["citations"]
    cited = tuple(_cite(citation, source) for citation, source in zip(citations, told.sources, strict=True))
    # What is told of the platform itself, no source shows.
    is_own = not citations or told.provenance["kind"] == "platform"
    own = f"{told.provenance['versions']} {told.text if is_own else ''}"
    return Answer(told.text, cited, told.seconds, own)


def _complete(client: httpx.Client, messages: Sequence[dict[str, str]]) -> _Told:
    began = time.monotonic()
    body = {"model": "runlore", "messages": messages, "stream": True}
    text = ""
    sources: list[str] = []
    provenance: dict[str, Any] = {}
    with client.stream("POST", "/v1/chat/completions", json=body) as response:
        response.raise_for_status()
        for chunk in _read_events(response):
            if chunk.get("event", {}).get("type") == "source":
                sources.append("\n".join(chunk["event"]["data"]["document"]))
            text += "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])
            provenance = chunk.get("runlore", provenance)
    return _Told(text, sources, provenance, time.monotonic() - began)


def _read_events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in response.iter_lines():
        data = line.removeprefix("data: ")
        if data != line and data != "[DONE]":
            yield json.loads(data)


def _cite(citation: dict[str, Any], source: str) -> Cited:
    page = str(citation["cite"].get("path", "")).rpartition("/")[2]
    return Cited(citation["title"], f"{source} {citation['cite']}", page)
