"""Names of cache entries: whatever decides what is shown is in them."""

import pytest

from processors.retrieval import cache_keys
from processors.retrieval.cache_keys import cache_namespace


def test_another_ranking_is_another_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache_namespace("cag-v000001", ["public"], "", "c0ffee")
    monkeypatch.setattr(cache_keys, "RANKING", "another")
    assert cache_namespace("cag-v000001", ["public"], "", "c0ffee") != before


def test_each_state_of_code_that_is_worked_on_has_its_own_namespace_and_commits_share_one() -> None:
    commits = ["unknown", "c0ffee", "facade", "c0ffee-dirty.1", "c0ffee-dirty.2"]
    names = [cache_namespace("cag-v000001", ["public"], "", commit) for commit in commits]
    assert len(set(names)) == 3
    assert len(set(names[:3])) == 1
