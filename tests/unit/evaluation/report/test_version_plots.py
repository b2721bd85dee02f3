"""What of the evidence is drawn."""

from evaluation.gate.decision import Decision
from evaluation.report.plots import VersionPoint
from evaluation.report.version_metrics import choose_headline, list_metrics
from evaluation.report.version_plots import draw_version
from tests.unit.evaluation.gate.evidence import make_evidence, make_soundness


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
