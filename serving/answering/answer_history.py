"""The history of answers: what was answered to whom, for a rating of it and for the question that follows.

Everything is kept for a day under the one who asked, so that nobody rates or goes on with another's answer.
An answer is found by its id, or by its text, since a conversation that a client sends back carries no ids.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypedDict

import structlog
from redis.exceptions import RedisError

from processors.retrieval.readings.reading import name_items
from serving.answering.prompt import title_of
from serving.context.deadlines import begin_shared_work

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from serving.answering.answer import Answer
    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question

KEPT_SECONDS: Final = 86_400

_under_way: Final[set[asyncio.Task[None]]] = set()

log = structlog.get_logger(__name__)


class CitedSource(TypedDict):
    """A source that an answer cited, as far as it says which document answers a question."""

    doc_id: str
    chunk_id: str
    title: str
    index: str
    cite: dict[str, Any]


class AnswerRecord(TypedDict):
    """An answer that was given, without its text."""

    answer_id: str
    query: str
    groups: list[str]
    pipelines: list[str]
    model: str
    abstained: bool
    cited: list[CitedSource]


def answer_id_key(user: str, answer_id: str) -> str:
    """Return the Redis key of an answer by its id.

    Example:
        >>> answer_id_key("key:ops", "chatcmpl-1") != answer_id_key("key:dev", "chatcmpl-1")
        True
    """
    return f"said:{_hash(user)}:{_hash(answer_id)}"


def answer_text_key(user: str, text: str) -> str:
    """Return the Redis key of the titles that an answer cited, by its text."""
    return f"said:{_hash(user)}:text:{_hash(text.strip())}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def remember_when_read(clients: Clients, user: str, question: Question, answer: Answer) -> Answer:
    """Return an answer that is remembered once its text has been read; nobody waits for that.

    Args:
        clients: Redis among them.
        user: Who reads the answer, `Caller.reader`.
        question: The one that was searched for.
        answer: Its text not read yet.
    """

    async def remembered() -> AsyncGenerator[str, None]:
        read: list[str] = []
        async with aclosing(answer.text) as pieces:
            async for piece in pieces:
                read.append(piece)
                yield piece
        task = asyncio.create_task(_remember(clients, user, question, answer, "".join(read)))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)

    return replace(answer, text=remembered())


async def _remember(clients: Clients, user: str, question: Question, answer: Answer, text: str) -> None:
    record = AnswerRecord(
        answer_id=answer.identity,
        query=question.text,
        groups=list(question.groups),
        pipelines=list(question.pipelines),
        model=answer.model,
        abstained=answer.looked_at is not None,
        cited=[
            CitedSource(
                doc_id=hit["doc_id"],
                chunk_id=hit["chunk_id"],
                title=title_of(hit),
                index=hit["index"],
                cite=hit["cite"],
            )
            for hit in answer.cited
        ],
    )
    listed = name_items(answer.findings.reading) if answer.findings.reading else []
    titles = listed or [source["title"] for source in record["cited"]]
    begin_shared_work()
    try:
        await _store(clients, answer_id_key(user, answer.identity), record)
        if titles:
            await _store(clients, answer_text_key(user, text), titles)
    except RedisError as error:
        log.warning("cache is down, an answer can't be rated", error=str(error))


async def _store(clients: Clients, key: str, value: Any) -> None:
    await clients.cache.set(key, json.dumps(value, ensure_ascii=False), ex=KEPT_SECONDS)


async def recall_answer_by_id(clients: Clients, user: str, answer_id: str) -> AnswerRecord | None:
    """Return an answer that was given to this user, None if there is none or it was too long ago.

    Args:
        clients: Redis among them.
        user: Who got the answer, `Caller.reader`.
        answer_id: The `id` of its completion.

    Raises:
        redis.exceptions.RedisError: Redis is down.
    """
    kept = await clients.cache.get(answer_id_key(user, answer_id))
    record: AnswerRecord | None = json.loads(kept) if kept else None
    return record


async def recall_titles(clients: Clients, user: str, text: str) -> list[str]:
    """Return the titles that an answer with this text cited, when it was given to this user.

    Args:
        clients: Redis among them.
        user: Who got the answer, `Caller.reader`.
        text: Of the answer, as the client sends it back.
    """
    try:
        kept = await clients.cache.get(answer_text_key(user, text))
    except RedisError as error:
        log.warning("cache is down, what was cited before isn't known", error=str(error))
        return []
    titles: list[str] = json.loads(kept) if kept else []
    return titles
