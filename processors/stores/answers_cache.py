"""Redis: what was retrieved for a question, under a name that carries version and access."""

import json
import random
from collections.abc import Iterable

import redis

from processors.cache import cache_key
from processors.retrieval.hybrid import Hit


def store_hits(
    redis_url: str, version: str, groups: list[str], found: Iterable[tuple[str, list[Hit]]], ttl_seconds: int
) -> int:
    """Store what was retrieved for questions in one round trip and return how many were stored.

    The lifetime varies by a tenth, so that entries written together don't all end together.
    """
    with redis.Redis.from_url(redis_url) as client, client.pipeline(transaction=False) as batch:
        for question, hits in found:
            lifetime = int(ttl_seconds * random.uniform(0.9, 1.1))  # noqa: S311 - not a secret
            batch.set(cache_key(version, groups, question), json.dumps({"hits": hits}), ex=lifetime)
        return len(batch.execute())
