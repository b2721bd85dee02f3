"""Redis: what the service counted while it read a candidate in the shadow.

Many copies of the service add to the sums at once. They may be evicted, as everything there.
"""

import redis

from processors.retrieval.agreement import shadow_key


def read_sums(redis_url: str, candidate: str) -> dict[str, float]:
    """Return the sums of a candidate by name; empty where none were counted.

    Raises:
        redis.exceptions.RedisError: Redis is down.
    """
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        held = client.hgetall(shadow_key(candidate))
    return {str(name): float(value) for name, value in held.items()}
