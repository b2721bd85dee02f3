"""The gate refuses with every reason, in sentences that tell what is wrong, and passes what is as good."""

from typing import Any

import pytest

from evaluation.gate.decision import Decision, decide
from evaluation.gate.policy import load_policy
from evaluation.measures.leak_groups import Leak
from evaluation.measures.leaks import LeakReport
from processors.versions.corpus import Document
from tests.unit.evaluation.gate.evidence import make_corpus, make_evidence, make_results, make_soundness

POLICY = load_policy("cag")


def judge(**changes: Any) -> Decision:
    return decide(POLICY, make_evidence(**changes))


def test_a_good_candidate_passes() -> None:
    assert judge() == {"promote": True, "reasons": []}
    assert judge(live_results={}, live_corpus=None)["promote"]


def test_a_fall_that_chance_explains_is_no_reason() -> None:
    live = make_results(*[0.9] * 20)
    # One query of twenty lost all: the mean falls by 0.045, and the interval reaches to 0.
    unlucky = {"golden": make_results(*[0.9] * 19, 0.0)}
    assert judge(results=unlucky, live_results={"golden": live})["promote"]
    # Every query lost a little, as much in the mean.
    worse = {"golden": make_results(*[0.855] * 20)}
    reasons = judge(results=worse, live_results={"golden": live})["reasons"]
    assert reasons == [
        f"On the golden queries, {measure} fell from 0.900 to 0.855, more than 0.030 below the live version, "
        "and chance does not explain it (95% interval of the difference -0.045 to -0.045, 20 queries)."
        for measure in ("recall@10", "nDCG@10")
    ]
    allowed = {"golden": make_results(*[0.88] * 20)}
    assert judge(results=allowed, live_results={"golden": live})["promote"]


def test_only_queries_that_both_were_asked_are_compared() -> None:
    live = make_results(*[1.0] * 20, prefix="other")
    same = make_results(*[0.9] * 20)
    both = {"golden": [*live, *same]}
    assert judge(results={"golden": same}, live_results=both)["promote"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"results": {"golden": make_results(*[0.6] * 20)}, "live_results": {}},
            "On the golden queries, recall@10 is 0.600, below its floor of 0.700.",
        ),
        ({"results": {}}, "No query set could be measured."),
        ({"corpus": make_corpus("cag-v000002")}, "It is empty."),
        (
            {"corpus": make_corpus("cag-v000002", wiki=60, git=41)},
            "Of the source git it holds 41 chunks, cag-v000001 holds 60: at least 70% of them are expected.",
        ),
        (
            {
                "corpus": make_corpus("cag-v000002", git=60),
                "live_corpus": make_corpus("cag-v000001", git=60, wiki=9),
            },
            "Of the source wiki it holds 0 chunks, cag-v000001 holds 9: at least 70% of them are expected.",
        ),
        (
            {
                "corpus": make_corpus("cag-v000002", **{f"s{n}": 5 for n in range(10)}),
                "live_corpus": make_corpus("cag-v000001", **{f"s{n}": 10 for n in range(10)}),
                "sources": {f"s{n}" for n in range(10)},
            },
            "It holds 50 chunks in all, cag-v000001 holds 100: at least 70% of them are expected.",
        ),
        (
            {"soundness": make_soundness(lost=["a.md", "b.md"])},
            "2 pages that are still there and that cag-v000001 holds have no chunk: a.md, b.md.",
        ),
        (
            {"soundness": make_soundness(without_text=["a.md", "a.md"])},
            "2 of 100 sampled chunks have no text: a.md.",
        ),
        (
            {"soundness": make_soundness(oversized=["a.md"] * 2)},
            "2 of 100 sampled chunks are longer than 220 tokens, and the embedding model reads no further: "
            "a.md.",
        ),
        (
            {"soundness": make_soundness(models={"e5@1": 90, "all-minilm-l6-v2@abc": 10})},
            "Its vectors are of another model than all-minilm-l6-v2@abc, by which questions are embedded: "
            "90 chunks of e5@1.",
        ),
        (
            {"soundness": make_soundness(dimension=128, probed=0, found_by_vector=0), "results": {}},
            "Its vectors have 128 dimensions, but those of questions have 384: no question could be "
            "asked of it.",
        ),
        (
            {"soundness": make_soundness(found_by_vector=3)},
            "Only 3 of 50 chunks are found by their own text through the vectors alone, but 95% are "
            "expected: vectors and model don't belong together, or so many chunks have the same vector that "
            "a search sees nothing else.",
        ),
        (
            {
                "leaks": LeakReport(
                    checked=120,
                    asked=40,
                    leaked=2,
                    examples=[Leak(doc_id=name, reason="it is for hr") for name in ("d1", "d2")],
                ),
                "names": {"d1": "secret.md"},
            },
            "It leaks: 2 of 120 chunks and 40 probes would show somebody what their groups don't allow, "
            "none is allowed (secret.md: it is for hr; d2: it is for hr).",
        ),
        ({"obstacle": "cag-v000001 is pinned."}, "cag-v000001 is pinned."),
    ],
)  # fmt: skip
def test_each_fault_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    decision = judge(**changes)
    assert not decision["promote"]
    assert reason in decision["reasons"]


def test_a_source_that_was_taken_out_of_the_settings_is_no_loss() -> None:
    assert judge(corpus=make_corpus("cag-v000002", wiki=60), sources={"wiki"})["promote"]
    assert not judge(corpus=make_corpus("cag-v000002", wiki=60))["promote"]


def test_a_small_source_may_lose_much_but_not_all() -> None:
    before = make_corpus("cag-v000001", wiki=60, git=15)
    assert judge(corpus=make_corpus("cag-v000002", wiki=60, git=5), live_corpus=before)["promote"]


@pytest.mark.parametrize("chunks", [1, 40])
def test_another_number_of_chunks_per_document_is_a_broken_chunker(chunks: int) -> None:
    corpus = make_corpus("cag-v000002", wiki=60, git=60)
    for document in corpus["documents"]:
        corpus["documents"][document] = Document(source="wiki", chunks=chunks)
    told = [reason for reason in judge(corpus=corpus)["reasons"] if "chunks on average" in reason]
    assert told == [
        f"A document has {chunks}.0 chunks on average, in cag-v000001 the same ones have 10.0: more than 3 "
        "times as many or as few is another way to cut them."
    ]
