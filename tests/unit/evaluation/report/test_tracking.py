"""What of the evidence is kept as numbers and pictures."""

from mlflow.environment_variables import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT

from evaluation.gate.decision import Decision
from evaluation.measures.abstention import AbstentionReport
from evaluation.report.gate_report import render_decision, summarise
from evaluation.report.plots import VersionPoint
from evaluation.report.tracking import choose_headline, draw_version, list_metrics
from tests.unit.evaluation.gate.evidence import make_corpus, make_evidence, make_results, make_soundness


def test_means_come_with_intervals_and_the_best_set_has_the_plain_names() -> None:
    results = {"known_item": make_results(1.0, 1.0), "golden": make_results(0.0, 1.0, 1.0, 1.0)}
    evidence = make_evidence(results=results, live_results={"golden": make_results(*[0.5] * 4)})
    metrics = list_metrics(evidence, {"wiki": 0.1, "git": 0.3})
    assert metrics["ndcg_at_10"] == metrics["golden/ndcg_at_10"] == 0.75
    assert metrics["golden/ndcg_at_10/low"] < 0.75 < metrics["golden/ndcg_at_10/high"]
    assert metrics["golden/ndcg_at_10/change"] == 0.25
    assert "known_item/ndcg_at_10/change" not in metrics
    assert metrics["golden/queries"] == 4
    assert (metrics["chunks"], metrics["documents"], metrics["leaks"]) == (120, 12, 0)
    assert metrics["embedding_drift"] == 0.3
    assert metrics["found_by_vector"] == 1
    assert "embedding_drift" not in list_metrics(evidence, {})


def test_how_well_questions_without_an_answer_are_recognised_is_kept() -> None:
    told = AbstentionReport(accuracy=0.85, answered=0.9, abstained=0.8, answerable=40, unanswerable=38)
    evidence = make_evidence(abstention=told)
    metrics = list_metrics(evidence, {})
    assert (metrics["no_answer/accuracy"], metrics["no_answer/abstained"]) == (0.85, 0.8)
    assert "no_answer/accuracy" not in list_metrics(make_evidence(), {})
    page = render_decision("cag-v000002", Decision(promote=True, reasons=[]), evidence)
    assert "Of 38 questions without an answer 80% are recognised, of 40 others 90% are answered." in page


def test_a_version_that_nothing_could_be_asked_of_has_numbers_but_no_pictures() -> None:
    nothing = make_evidence(
        results={}, live_results={}, soundness=make_soundness(dimension=1, probed=0, found_by_vector=0)
    )
    assert choose_headline(nothing) is None
    assert list_metrics(nothing, {})["found_by_vector"] == 0
    refused = Decision(promote=False, reasons=["No."])
    assert list(draw_version(nothing, {}, {}, {}, refused)) == []


def test_pictures_are_drawn_as_far_as_there_is_something_to_compare_with() -> None:
    evidence = make_evidence()
    metrics = list_metrics(evidence, {"wiki": 0.1})
    decision = Decision(promote=True, reasons=[])
    earlier = {
        "ndcg_at_10": [
            VersionPoint(index="cag-v000001", gate="promoted", queries=9, mean=0.5, low=0.4, high=0.6)
        ]
    }
    assert [name for name, _ in draw_version(evidence, {"wiki": 0.1}, earlier, metrics, decision)] == [
        "quality_by_version",
        "queries_won_and_lost",
        "search_latency",
        "embedding_drift",
    ]
    first = make_evidence(live_results={}, live_corpus=None)
    assert [name for name, _ in draw_version(first, {}, {}, metrics, decision)] == [
        "quality_by_version",
        "search_latency",
    ]


def test_the_page_tells_the_verdict_the_reasons_and_the_evidence() -> None:
    evidence = make_evidence(corpus=make_corpus("cag-v000002", **{"a|b": 30}))
    refused = Decision(promote=False, reasons=["It <leaks> *all*."])
    page = render_decision("cag-v000002", refused, evidence)
    assert "# cag-v000002 was refused\n" in page
    assert "measured against cag-v000001, which was live" in page
    assert "- It &lt;leaks&gt; \\*all\\*.\n" in page
    assert "| nDCG@10 | 0.900 (0.900 to 0.900) | 0.900 | +0.000 (+0.000 to +0.000) | 1.000 |" in page
    assert "| a\\|b | 30 | 0 |" in page
    assert "| all | 30 | 120 |" in page
    assert summarise("cag-v000002", refused) == "cag-v000002 was refused. It <leaks> *all*."
    promoted = render_decision(
        "cag-v000002", Decision(promote=True, reasons=[]), make_evidence(live_results={}, live_corpus=None)
    )
    assert "the first, nothing was live" in promoted
    assert "Nothing speaks against it" in promoted


def test_a_release_tries_three_times_for_half_a_minute_each_and_not_for_as_long_as_mlflow_would() -> None:
    assert (MLFLOW_HTTP_REQUEST_MAX_RETRIES.get(), MLFLOW_HTTP_REQUEST_TIMEOUT.get()) == (2, 30)
