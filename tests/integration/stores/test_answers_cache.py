"""Warmed hits stand under the version's name, and are gone when the version is no longer kept."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from processors.retrieval.cache_keys import asked_key, cache_key, cache_namespace, match_version, version_of
from processors.retrieval.near_duplicates import unpack_question
from processors.settings import Settings
from processors.stores.answers_cache import evict_versions, forget_asked, measure_room, store_hits

OLD, NEW = "cag-v900001", "cag-v900002"
HIT: Any = {"chunk_id": "a", "text": "Откат"}


@pytest.fixture
def cache(settings: Settings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.redis.url) as cache:
        yield cache
        for version in (OLD, NEW):
            for key in cache.scan_iter(match_version(version)):
                cache.delete(key)


def test_stored_hits_can_be_read_and_end_by_themselves(settings: Settings, cache: redis.Redis) -> None:
    found = [("Why?", [HIT], [1.0, 0.0]), ("how", [], [0.0, 1.0])]
    assert store_hits(settings.redis.url, OLD, ["ops"], found, ttl_seconds=1_000, code_commit="") > 60
    key = cache_key(cache_namespace(OLD, ["ops"], "", ""), "why")
    entry = cache.get(key)
    assert isinstance(entry, bytes)
    assert json.loads(entry) == {"hits": [HIT]}
    left = cache.ttl(key)
    assert isinstance(left, int)
    assert 800 < left <= 1_100
    records: Any = cache.lrange(asked_key(cache_namespace(OLD, ["ops"], "", "")), 0, -1)
    assert [unpack_question(record)[0] for record in records] == ["Why?", "how"]
    assert cache.get(cache_key(cache_namespace(OLD, ["public"], "", ""), "why")) is None
    # One that is warmed again doesn't have its questions twice.
    forget_asked(settings.redis.url, OLD, [["ops"], ["public"]], "")
    assert cache.llen(asked_key(cache_namespace(OLD, ["ops"], "", ""))) == 0
    assert measure_room(settings.redis.url) > 0


def test_only_versions_that_are_not_kept_are_evicted(settings: Settings, cache: redis.Redis) -> None:
    for version in (OLD, NEW):
        store_hits(
            settings.redis.url,
            version,
            ["public"],
            [("why", [HIT], [1.0])],
            ttl_seconds=1_000,
            code_commit="",
        )
    others = {version_of(key.decode()) for key in cache.scan_iter(match_version("cag-v*"))} - {OLD}
    assert evict_versions(settings.redis.url, sorted(others)) == 2
    assert not list(cache.scan_iter(match_version(OLD)))
    assert len(list(cache.scan_iter(match_version(NEW)))) == 2


def test_a_redis_that_is_down_fails_no_rollback() -> None:
    assert evict_versions("redis://127.0.0.1:9", [NEW]) == 0
