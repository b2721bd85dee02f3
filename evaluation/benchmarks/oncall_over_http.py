"""The scripted afternoon sent into a running stack, and asked about over HTTP like any client does."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import httpx
from opensearchpy import OpenSearch

from evaluation.oncall.afternoon import FAULTS, list_messages
from evaluation.oncall.judging import Answer, Cited
from evaluation.oncall.questions import Question
from local.airflow_api import open_airflow
from local.settings import load_settings as load_stack_settings
from processors.settings import load_settings
from processors.stores.kafka.producer import produce
from processors.stores.search import open_search
from processors.versions.catalog import find_live
from processors.versions.names import cover_family

_PATIENCE_S: Final = 300.0
_PAUSE_S: Final = 2.0
_TOLD: Final = frozenset(FAULTS) - {"payment"}


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
    messages = sorted(list_messages(datetime.now(UTC), seed), key=attrgetter("topic"))
    for topic, of_topic in groupby(messages, key=attrgetter("topic")):
        produce(settings.kafka.bootstrap, topic, [(one.key, one.value, one.headers) for one in of_topic])
    _wait_for_incidents(open_search(settings.opensearch.url))
    key = settings.access.api_key_file.read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=settings.service.url, headers=headers, timeout=60) as client:
        yield partial(ask_over_http, client)


def _wait_for_incidents(client: OpenSearch) -> None:
    end = time.monotonic() + _PATIENCE_S
    missing = set(_TOLD)
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
    """Ask the service, and read the sources that it cites as a reader does, by their links.

    Args:
        client: With the address of the service and a key.
        question: The question; what was asked before it is asked first.
    """
    said: list[dict[str, str]] = []
    for earlier in question.get("before", ()):
        body, _ = _complete(client, [*said, {"role": "user", "content": earlier}])
        answered = str(body["choices"][0]["message"]["content"])
        said += [{"role": "user", "content": earlier}, {"role": "assistant", "content": answered}]
    body, seconds = _complete(client, [*said, {"role": "user", "content": question["query"]}])
    told = body["runlore"]
    cited = tuple(_read_source(client, citation) for citation in told["citations"])
    own = "" if told["citations"] else f"{told} {body['choices'][0]['message']['content']}"
    return Answer(str(body["choices"][0]["message"]["content"]), cited, seconds, own)


def _complete(client: httpx.Client, messages: Sequence[dict[str, str]]) -> tuple[dict[str, Any], float]:
    began = time.monotonic()
    response = client.post("/v1/chat/completions", json={"model": "runlore", "messages": messages})
    response.raise_for_status()
    body: dict[str, Any] = response.json()
    return body, time.monotonic() - began


def _read_source(client: httpx.Client, citation: dict[str, Any]) -> Cited:
    page = str(citation["cite"].get("path", "")).rpartition("/")[2]
    shown = client.get(citation["url"]) if citation["url"] else None
    text = shown.text if shown is not None and shown.is_success else ""
    return Cited(citation["title"], f"{text} {citation['cite']}", page)
