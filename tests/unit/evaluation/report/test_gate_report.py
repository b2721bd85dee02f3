"""A decision is a page for people."""

from evaluation.gate.decision import Decision
from evaluation.report.gate_report import render_decision, summarise
from tests.unit.evaluation.gate.evidence import make_corpus, make_evidence


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
