"""Names of cache entries: whatever decides what is shown is in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.retrieval import cache_keys
from processors.retrieval.cache_keys import cache_namespace


@pytest.fixture
def ranking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(cache_keys, "_RANKING", tmp_path)
    (tmp_path / "hybrid.py").write_text("WEIGHT = 1")
    (tmp_path / "glossary.txt").write_text("красный red")
    cache_keys._name_ranking.cache_clear()
    yield tmp_path
    cache_keys._name_ranking.cache_clear()


@pytest.mark.parametrize(("name", "text"), [("hybrid.py", "WEIGHT = 2"), ("glossary.txt", "красный crimson")])
def test_a_change_of_the_ranking_is_another_namespace(ranking: Path, name: str, text: str) -> None:
    before = cache_namespace("cag-v000001", ["public"], "")
    (ranking / name).write_text(text)
    cache_keys._name_ranking.cache_clear()
    assert cache_namespace("cag-v000001", ["public"], "") != before
