"""Names of cache entries: tied to the index version and to who may see, so that none can lie.

An entry made from another version, or for other groups, has another key: after a swap or a rollback it can't
be hit any more, and nobody has to remember to delete it.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from processors.retrieval.hybrid import normalise_query

LONGEST_QUESTION: Final = 1_000
"""Characters. Who pastes a whole log won't ask the same again."""


def cache_key(version: str, groups: Iterable[str], query: str) -> str:
    """Return the Redis key of what a query finds in a version for somebody in these groups.

    Example:
        >>> cache_key("cag-v000001", ["b", "a"], "Red?") == cache_key("cag-v000001", ["a", "b"], "red?")
        True
    """
    return f"{_begin_key(version, groups)}:{normalise_query(query)}"


def answer_key(version: str, groups: Iterable[str], writer: str, query: str) -> str:
    """Return the Redis key of the finished answer to a query.

    Args:
        version: Index version that the answer is from.
        groups: Groups of the one who asks.
        writer: Whatever decides how the same passages become an answer; see `name_writer`.
        query: The question.
    """
    return f"{_begin_key(version, groups)}+{writer}:{normalise_query(query)}"


def asked_key(version: str, groups: Iterable[str]) -> str:
    """Return the Redis key of the list of cached questions with their vectors.

    Example:
        >>> asked_key("cag-v000001", ["public"])
        'cag:cag-v000001:efa1f375d761+asked'
    """
    return f"{_begin_key(version, groups)}+asked"


def name_writer(*parts: str) -> str:
    """Return a short name for a prompt, a model and the code that runs: a change of any is another writer.

    Example:
        >>> name_writer("answer.v1", "extractive") == name_writer("answer.v2", "extractive")
        False
    """
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def match_version(version: str) -> str:
    """Return the pattern of all Redis keys of a version.

    Example:
        >>> match_version("cag-v000001")
        'cag:cag-v000001:*'
    """
    return f"cag:{version}:*"


def version_of(key: str) -> str:
    """Return the version that a Redis key belongs to.

    Example:
        >>> version_of("cag:cag-v000001:efa1f375d761:why: red")
        'cag-v000001'
    """
    return key.split(":", 2)[1]


def _begin_key(version: str, groups: Iterable[str]) -> str:
    access = hashlib.sha256("\0".join(sorted(set(groups))).encode()).hexdigest()[:12]
    return f"cag:{version}:{access}"
