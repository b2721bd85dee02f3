"""Names of cache entries: tied to the index version, to who may see and to the ranking, so that none can lie.

An entry made from another version, for other groups or in another order has another key: after a swap, a
rollback or a new release it can't be hit any more, and nobody has to remember to delete it.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from processors.retrieval.question.normal_form import normalise_query
from processors.retrieval.ranking_version import RANKING

LONGEST_QUESTION: Final = 1_000
"""Characters. Who pastes a whole log won't ask the same again."""
CHANGED: Final = "-dirty"
"""Follows a commit where files differ from it, before what names the differences."""


def cache_namespace(version: str, groups: Iterable[str], reranker: str, code_commit: str) -> str:
    """Return what the Redis keys of all begin with that is shown to the same people in the same order.

    Args:
        version: Index version that is searched.
        groups: Groups of the one who asks.
        reranker: The setting of that name.
        code_commit: The setting of that name.

    Example:
        >>> name = cache_namespace("cag-v000001", ["a", "b"], "", "c0ffee")
        >>> name == cache_namespace("cag-v000001", ["b", "a"], "", "facade")
        True
        >>> name == cache_namespace("cag-v000001", ["a", "b"], "sentences", "c0ffee")
        False
        >>> name == cache_namespace("cag-v000001", ["a", "b"], "", "c0ffee-dirty.7d1b5412")
        False
    """
    access = hashlib.sha256("\0".join(sorted(set(groups))).encode()).hexdigest()[:12]
    return f"cag:{version}:{access}:{_name_ranking(reranker, code_commit)}"


def cache_key(namespace: str, query: str) -> str:
    """Return the Redis key of what a query finds.

    Example:
        >>> cache_key("cag:cag-v000001:efa1f375d761:7d1b54127b22", "Red?")
        'cag:cag-v000001:efa1f375d761:7d1b54127b22:red'
    """
    return f"{namespace}:{normalise_query(query)}"


def answer_key(namespace: str, writer: str, query: str) -> str:
    """Return the Redis key of the finished answer to a query.

    Args:
        namespace: Of the version and the one who asks.
        writer: Whatever decides how the same passages become an answer; see `name_writer`.
        query: The question.
    """
    return f"{namespace}+{writer}:{normalise_query(query)}"


def asked_key(namespace: str) -> str:
    """Return the Redis key of the list of cached questions with their vectors.

    Example:
        >>> asked_key("cag:cag-v000001:efa1f375d761:7d1b54127b22")
        'cag:cag-v000001:efa1f375d761:7d1b54127b22+asked'
    """
    return f"{namespace}+asked"


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
        >>> version_of("cag:cag-v000001:efa1f375d761:7d1b54127b22:why: red")
        'cag-v000001'
    """
    return key.split(":", 2)[1]


def _name_ranking(reranker: str, code_commit: str) -> str:
    """Return a short name of what decides the order of passages."""
    # Whoever works on the ranking has other code at each start, and its fingerprint is still the old one.
    return name_writer(RANKING, reranker, code_commit.partition(CHANGED)[2])
