"""Sources fit the budget in tokens, and tokens are only counted where that decides something."""

from pathlib import Path
from typing import Any

import pytest

from serving.answering.packing import bound_tokens, choose_sources, open_counter


def make_hits(*texts: str) -> Any:
    return [{"text": text} for text in texts]


def test_sources_keep_their_order_within_the_budget() -> None:
    hits = make_hits("a" * 50, "b" * 80, "c" * 15)
    assert [hit["text"][0] for hit in choose_sources(hits, 65, len)] == ["a", "c"]


def test_nobody_counts_while_all_would_fit_at_worst() -> None:
    def count(_: str) -> int:
        raise AssertionError("counted")

    hits = make_hits("red cluster", "кластер")
    assert choose_sources(hits, sum(bound_tokens(hit["text"]) for hit in hits), count) == hits
    with pytest.raises(AssertionError, match="counted"):
        choose_sources(hits, 5, count)


def test_without_a_tokenizer_the_bound_counts(tmp_path: Path) -> None:
    assert open_counter(tmp_path / "none.json") is bound_tokens
