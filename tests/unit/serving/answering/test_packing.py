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


def test_steps_that_a_source_leaves_out_already_are_counted_with_those_that_do_not_fit() -> None:
    steps = "\n".join(f"{number}. do this at once" for number in range(1, 21))
    hit = {"kind": "runbook", "text": f"{steps}\n\n> [!OMITTED] 15 steps"}
    (shown,) = choose_sources([hit], 250, len)  # type: ignore[list-item]
    *kept, _, told = shown["text"].split("\n")
    assert told == f"> [!OMITTED] {35 - len(kept)} steps"
