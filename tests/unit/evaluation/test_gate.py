"""The gate refuses with every reason, and passes what is as good as before."""

import pytest

from evaluation.gate import decide, load_policy

POLICY = {
    "golden": {"floors": {"recall_at_10": 0.7}, "allowed_regression": {"recall_at_10": 0.05}},
    "minimum_corpus_share": 0.5,
}


def test_a_good_candidate_passes() -> None:
    good = {"golden": {"recall_at_10": 0.8}}
    assert decide(POLICY, good, {"golden": {"recall_at_10": 0.84}}, 100, 100) == {
        "promote": True,
        "reasons": [],
    }
    assert decide(POLICY, good, {}, 1, 0)["promote"]


@pytest.mark.parametrize(
    ("candidate", "live", "chunks", "reason"),
    [
        ({"golden": {"recall_at_10": 0.6}}, {}, 100, "below its floor"),
        (
            {"golden": {"recall_at_10": 0.8}},
            {"golden": {"recall_at_10": 0.9}},
            100,
            "fell from 0.900",
        ),
        ({"golden": {"recall_at_10": 0.8}}, {}, 40, "40 chunks, but at least 50"),
        ({}, {}, 100, "no query set"),
    ],
)
def test_each_fault_is_refused_with_its_reason(
    candidate: dict[str, dict[str, float]], live: dict[str, dict[str, float]], chunks: int, reason: str
) -> None:
    decision = decide(POLICY, candidate, live, chunks, 100)
    assert not decision["promote"]
    assert [reason in each for each in decision["reasons"]] == [True]


def test_an_empty_build_is_refused_even_without_a_live_version() -> None:
    assert not decide({}, {"golden": {}}, {}, 0, 0)["promote"]


@pytest.mark.parametrize("pipeline", ["rag", "cag"])
def test_the_policy_file_covers_the_pipeline(pipeline: str) -> None:
    assert load_policy(pipeline)["known_item"]["floors"]  # type: ignore[arg-type]
