"""Redis: what was retrieved for a question, under a name that carries version and access."""

import json
import random
import sys
from collections.abc import Iterable, Sequence
from typing import Final

import numpy.typing as npt
import redis
import structlog

from processors.retrieval.cache_keys import asked_key, cache_key, cache_namespace, match_version, version_of
from processors.retrieval.hybrid import Hit
from processors.retrieval.near_duplicates import pack_question

FoundHits = tuple[str, list[Hit], npt.ArrayLike]
"""A question, what was found for it, and its vector."""

_PER_REQUEST: Final = 500
# A rollback must not wait long for a cache that doesn't answer.
_PATIENCE_S: Final = 2.0

log = structlog.get_logger(__name__)


def store_hits(
    redis_url: str,
    version: str,
    groups: list[str],
    found: Iterable[FoundHits],
    *,
    ttl_seconds: int,
    code_commit: str,
) -> int:
    """Store what was retrieved for questions, and the questions with their vectors, in one round trip.

    They were ranked without a reranker, so a service that has one doesn't hit them. The lifetime varies by a
    tenth, so that entries written together don't all end together.

    Args:
        redis_url: Address of Redis.
        version: The version that was searched.
        groups: For whom it was searched.
        found: Each question with its hits and its vector; all of it is held at once.
        ttl_seconds: How long it lives.
        code_commit: The setting of that name.

    Returns:
        How many bytes were stored.
    """
    stored, namespace = 0, cache_namespace(version, groups, "", code_commit)
    with redis.Redis.from_url(redis_url) as client, client.pipeline(transaction=False) as batch:
        for question, hits, vector in found:
            lifetime = int(ttl_seconds * random.uniform(0.9, 1.1))  # noqa: S311 - not a secret
            entry = json.dumps({"hits": hits}, ensure_ascii=False).encode()
            packed = pack_question(question, vector)
            batch.set(cache_key(namespace, question), entry, ex=lifetime)
            batch.rpush(asked_key(namespace), packed)
            stored += len(entry) + len(packed)
        batch.expire(asked_key(namespace), ttl_seconds)
        batch.execute()
    return stored


def measure_room(redis_url: str) -> int:
    """Return how many bytes may be preloaded: half of what Redis may take, so that it drops none of them."""
    with redis.Redis.from_url(redis_url) as client:
        limit = int(client.info("memory")["maxmemory"])
    return limit // 2 if limit else sys.maxsize


def forget_asked(redis_url: str, version: str, sets: Iterable[Iterable[str]], code_commit: str) -> None:
    """Delete the lists of cached questions of a version: one that is warmed again would have them twice.

    Args:
        redis_url: Address of Redis.
        version: The version that is warmed.
        sets: Groups of those for whom it is.
        code_commit: The setting of that name.
    """
    keys = [asked_key(cache_namespace(version, groups, "", code_commit)) for groups in sets]
    if keys:
        with redis.Redis.from_url(redis_url) as client:
            client.unlink(*keys)


def evict_versions(redis_url: str, kept: Sequence[str]) -> int:
    """Delete the entries of all versions but those that are kept, and return how many were deleted.

    They can't be hit any more, whether they are deleted or not: this gives their memory back. So a Redis that
    is down fails nothing, its entries end by themselves in time.
    """
    patience = {"socket_timeout": _PATIENCE_S, "socket_connect_timeout": _PATIENCE_S}
    try:
        with redis.Redis.from_url(redis_url, **patience) as client:
            keys = client.scan_iter(match_version("cag-v*"), count=_PER_REQUEST)
            doomed = [key for key in keys if version_of(key.decode()) not in kept]
            return sum(
                int(client.unlink(*doomed[begin : begin + _PER_REQUEST]))
                for begin in range(0, len(doomed), _PER_REQUEST)
            )
    except redis.RedisError as error:
        log.warning("old cache entries are not deleted", error=str(error))
        return 0
