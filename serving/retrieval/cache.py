"""What Redis remembers of the live version of documents: hits, answers, and the questions they belong to.

Every key carries the version, the groups and the ranking. The version is read from the alias for each
question, so what is found here was made from what is live; a version of documents never changes once it is
live.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import structlog
from redis.exceptions import RedisError

from processors.retrieval.cache_keys import LONGEST_QUESTION, asked_key, cache_key
from processors.retrieval.near_duplicates import AskedQuestions, pack_question
from serving.context.metrics import CACHE_LOOKUPS, time_stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.retrieval.hybrid import Hit
    from processors.retrieval.question.signature import Signature
    from serving.clients.lifespan import Clients

STORED_HITS: Final = 20
_MOST_ASKED: Final = 10_000
_KEPT_BYTES: Final = 256 * 1024**2
"""How much the copies of the lists of all sets of groups may take together, in one process."""

log = structlog.get_logger(__name__)


def is_cacheable(text: str) -> bool:
    """Tell whether a question is short enough to be asked again."""
    return len(text) <= LONGEST_QUESTION


async def read_entry(clients: Clients, key: str) -> tuple[Any, tuple[str, ...]]:
    """Return an entry, None if there is none, and the name of the cache if it is down."""
    try:
        with time_stage("cache"):
            entry = await clients.cache.get(key)
    except RedisError as error:
        CACHE_LOOKUPS.labels("down").inc()
        log.warning("cache is down, answering without it", error=str(error))
        return None, ("cache",)
    return (msgspec.json.decode(entry) if entry else None), ()


async def find_alike(
    clients: Clients, namespace: str, signature: Signature, vector: Sequence[float]
) -> str | None:
    """Return the cached question that asks the same in other words, None if there is none.

    Args:
        clients: Redis among them.
        namespace: Version, groups and ranking, from `cache_namespace`.
        signature: Of the question.
        vector: Its embedding, (dim,).
    """
    key = asked_key(namespace)
    try:
        with time_stage("cache"):
            asked = await _refresh(clients, key)
    except RedisError as error:
        log.warning("cache is down, looking for no similar question", error=str(error))
        return None
    return asked.find_nearest(signature, vector)


async def _refresh(clients: Clients, key: str) -> AskedQuestions:
    """Read what was added to a list since the last time; it only grows, so its length says what is new."""
    length = await clients.cache.llen(key)
    asked = clients.asked.get(key)
    if asked is None or length < asked.read:
        asked = AskedQuestions()
    # The one that was used last stands last.
    clients.asked.pop(key, None)
    clients.asked[key] = asked
    if length > asked.read:
        # Questions that come meanwhile wait here too, and must not read the same records twice.
        start = asked.read
        records = cast("list[bytes]", await clients.cache.lrange(key, start, length - 1))
        if asked.read == start:
            asked.add(records)
            _drop_unused(clients.asked)
    return asked


def _drop_unused(lists: dict[str, AskedQuestions]) -> None:
    """Forget the copies that were not used for longest, while all are too large; the last used one stays."""
    size = sum(asked.size_bytes for asked in lists.values())
    for key in list(lists)[:-1]:
        if size <= _KEPT_BYTES:
            return
        size -= lists.pop(key).size_bytes


def make_entry(hits: Sequence[Hit], answerability: float | None) -> dict[str, Any]:
    """Return what is remembered of a question; the evidence for an answer is left out if nobody asked.

    Example:
        >>> make_entry([], None), make_entry([], -2.5)
        ({'hits': []}, {'hits': [], 'support': -2.5})
    """
    return {"hits": hits} if answerability is None else {"hits": hits, "support": answerability}


async def store_documents(
    clients: Clients,
    namespace: str,
    text: str,
    entry: Mapping[str, Any],
    vector: Sequence[float],
    ttl_seconds: int,
) -> None:
    """Remember what was found for a question, and the question itself for those that are like it.

    Args:
        clients: Redis among them.
        namespace: Version, groups and ranking, from `cache_namespace`.
        text: The question.
        entry: From `make_entry`.
        vector: The question's embedding, (dim,).
        ttl_seconds: How long it is kept.
    """
    asked = asked_key(namespace)
    try:
        await store_entry(clients, cache_key(namespace, text), entry, ttl_seconds)
        with time_stage("cache"):
            if await clients.cache.llen(asked) < _MOST_ASKED:
                await clients.cache.rpush(asked, pack_question(text, vector))
                await clients.cache.expire(asked, ttl_seconds)
    except RedisError as error:
        log.warning("cache is down, remembering nothing", error=str(error))


async def try_store_entry(clients: Clients, key: str, entry: Any, ttl_seconds: int) -> None:
    """Store an entry if Redis is there.

    Args:
        clients: Redis among them.
        key: Of the entry.
        entry: What JSON can hold.
        ttl_seconds: How long it is kept, about.
    """
    try:
        await store_entry(clients, key, entry, ttl_seconds)
    except RedisError as error:
        log.warning("cache is down, remembering nothing", error=str(error))


async def store_entry(clients: Clients, key: str, entry: Any, ttl_seconds: int) -> None:
    """Store an entry; its life varies by a tenth, so that those stored together don't all end together.

    Args:
        clients: Redis among them.
        key: Of the entry.
        entry: What JSON can hold.
        ttl_seconds: How long it is kept, about.

    Raises:
        redis.exceptions.RedisError: Redis is down.
    """
    lifetime = int(ttl_seconds * random.uniform(0.9, 1.1))  # noqa: S311 - not a secret
    with time_stage("cache"):
        await clients.cache.set(key, msgspec.json.encode(entry), ex=lifetime)
