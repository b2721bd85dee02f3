"""Clients that ask all the time, whole answers and streams, and judge each answer by itself."""

import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

KNOWN: Final = (
    "The OpenSearch cluster is red. What do I do?",
    "How do I rotate the API key?",
    "What do I do when a Kafka broker is down?",
    "How do I get more memory for Redis?",
)
MODELS: Final = ("runlore-cag", "runlore", "runlore-rag")
# The embedded model's last words, and what the service says itself.
QUOTED: Final = "Quoted from the sources, not written by a language model."
PASSAGES: Final = "The answering model can't be reached"
MEMORY: Final = "OpenSearch can't be reached."
UNKNOWN: Final = "I don't know"
_PAUSE_S: Final = 0.25


@dataclass
class Seen:
    """What the clients saw: how long the slowest waited, how answers ended, and what was wrong with them."""

    slowest: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float, end: str, wrong: list[str]) -> None:
        with self.lock:
            self.slowest = max(self.slowest, seconds)
            self.ends[end] += 1
            self.wrong += wrong


def keep_asking(
    url: str,
    key: str,
    number: int,
    seen: Seen,
    done: threading.Event,
    models: Sequence[str] = MODELS,
) -> None:
    """Ask until told to stop; every client has a mix of its own."""
    headers = {"Authorization": f"Bearer {key}", "X-Runlore-Record": "on" if number % 4 == 0 else "off"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        for turn in itertools.count(number):
            if done.is_set():
                return
            known = KNOWN[turn % len(KNOWN)]
            # Every other question was never asked before.
            question = known if turn % 2 else f"{known} It is host {number}-{turn}-{time.time_ns()}."
            began = time.monotonic()
            end, wrong = ask(client, question, models[turn % len(models)], stream=turn % 3 != 0)
            seen.add(time.monotonic() - began, end, [f"{problem} ({question})" for problem in wrong])
            done.wait(_PAUSE_S)


def ask(client: httpx.Client, question: str, model: str, *, stream: bool) -> tuple[str, list[str]]:
    """Return how an answer ended, and what is wrong with it."""
    body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": question}]}
    try:
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            text = response.read().decode()
    except httpx.HTTPError as error:
        return "no answer", [f"the connection broke: {error!r}"]
    if response.status_code != 200:
        return f"{response.status_code}", _judge_error(response.status_code, text)
    return _judge_stream(text) if stream else _judge_whole(json.loads(text))


def _judge_error(status: int, text: str) -> list[str]:
    error = json.loads(text).get("error", {})
    is_clear = status in (503, 504) and error.get("message") and error.get("code")
    return [] if is_clear else [f"{status}: {text[:200]}"]


def _judge_whole(answer: dict[str, Any]) -> tuple[str, list[str]]:
    text = answer["choices"][0]["message"]["content"]
    return _name_end(answer["runlore"]), judge_text(text, answer["runlore"])


def _judge_stream(text: str) -> tuple[str, list[str]]:
    events = [event.removeprefix("data: ") for event in text.split("\n\n") if event]
    bodies = [json.loads(event) for event in events if event != "[DONE]"]
    chunks = [body for body in bodies if "error" not in body]
    wrong = [] if len({chunk["id"] for chunk in chunks}) == 1 else ["chunks of several answers"]
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    finished = [choice["finish_reason"] for choice in choices if choice["finish_reason"]]
    roles = [choice for choice in choices if choice["delta"].get("role")]
    wrong += [] if len(roles) == 1 else [f"{len(roles)} beginnings"]
    if "error" in bodies[-1]:
        is_cut = not finished and events[-1] != "[DONE]" and bodies[-1]["error"]["message"]
        return "cut", wrong + ([] if is_cut else [f"an error after the end: {text[-300:]}"])
    if len(finished) != 1 or events[-1] != "[DONE]":
        return "cut", [*wrong, f"neither whole nor an error: {text[-300:]}"]
    content = "".join(choice["delta"].get("content") or "" for choice in choices)
    return _name_end(chunks[-1]["runlore"]), wrong + judge_text(content, chunks[-1]["runlore"])


def _name_end(runlore: dict[str, Any]) -> str:
    return "without " + "+".join(runlore["degraded"]) if "degraded" in runlore else "whole"


def judge_text(text: str, runlore: dict[str, Any]) -> list[str]:
    """Tell what is wrong with a whole text: parts of two answers, or citations that lead nowhere."""
    wrong = []
    degraded = runlore.get("degraded", [])
    if text.count(MEMORY) != ("search" in degraded) or MEMORY in text[1:]:
        wrong.append(f"says wrongly where it is from: {text[:200]}")
    own = text.partition("\n\n")[2] if text.startswith(MEMORY) else text
    if "model" in degraded:
        is_one = own.startswith(PASSAGES) and own.count(PASSAGES) == 1 and QUOTED not in own
    else:
        is_quoted = own.rstrip().endswith(QUOTED) and own.count(QUOTED) == 1
        is_one = PASSAGES not in own and (is_quoted or own.startswith(UNKNOWN))
    if not is_one:
        wrong.append(f"no answer of one piece: {text[:150]!r} … {text[-150:]!r}")
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    numbers = {int(number) for number in re.findall(r"(?<!\\)\[(\d+)\]", prose)}
    if not numbers <= {citation["n"] for citation in runlore["citations"]}:
        wrong.append(f"numbers without a citation: {sorted(numbers)}")
    return wrong
