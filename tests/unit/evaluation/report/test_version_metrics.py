"""What of the evidence is kept as numbers."""

from evaluation.gate.decision import Decision
from evaluation.measures.abstention import AbstentionReport
from evaluation.report.gate_report import render_decision
from evaluation.report.version_metrics import list_metrics
from tests.unit.evaluation.gate.evidence import make_evidence, make_results


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
