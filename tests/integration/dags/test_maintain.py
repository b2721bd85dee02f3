"""What nobody owns any more is gone after a night."""

import redis
from opensearchpy import OpenSearch

from processors.retrieval.cache_keys import cache_key, cache_namespace
from processors.settings import Settings
from processors.versions.catalog import find_live

GONE = "cag-v999999"


def test_what_killed_builds_and_gone_versions_left_is_cleared(client: OpenSearch, settings: Settings) -> None:
    # The module reads the settings, which are there with a stack only.
    from dags.maintain import clean_up_versions_task

    live = find_live(client, "cag")
    client.indices.create(index=GONE)
    with redis.Redis.from_url(settings.redis.url) as cache:
        keys = [
            cache_key(cache_namespace(version, ["public"], "", ""), "left behind")
            for version in (GONE, live or "cag-v000000")
        ]
        for key in keys:
            cache.set(key, "{}", ex=600)
        cleaned = clean_up_versions_task.function()
        assert cleaned["cag"]["unfinished"] == [GONE]
        assert not client.indices.exists(index=GONE)
        assert find_live(client, "cag") == live
        assert [bool(cache.exists(key)) for key in keys] == [False, live is not None]
        cache.unlink(*keys)
