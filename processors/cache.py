"""Names of cache entries: tied to the index version and to who may see, so that none can lie.

An entry made from another version, or for other groups, has another key: after a swap or a rollback it can't
be hit any more, and nobody has to remember to delete it.
"""

import hashlib
from collections.abc import Iterable

from processors.retrieval.hybrid import normalise_query


def cache_key(version: str, groups: Iterable[str], query: str) -> str:
    """Return the Redis key of what a query finds in a version for somebody in these groups.

    Example:
        >>> cache_key("cag-v000001", ["b", "a"], "Red?") == cache_key("cag-v000001", ["a", "b"], "red?")
        True
    """
    access = hashlib.sha256("\0".join(sorted(set(groups))).encode()).hexdigest()[:12]
    return f"cag:{version}:{access}:{normalise_query(query)}"
