"""Two versions side by side, out of what is kept of them."""

from typing import Any

import pytest

from evaluation.measures.ranking import MEASURES
from evaluation.report import compare
from evaluation.report.compare import Recorded, UnknownVersionError, read_recorded, render_comparison


def make_recorded(index: str, *values: float, **changes: Any) -> Recorded:
    rows: list[dict[str, Any]] = [
        {"query_id": f"q{number}", "query": f"What about {number}?", **dict.fromkeys(MEASURES, value)}
        for number, value in enumerate(values)
    ]
    recorded: Any = {
        "index": index,
        "tags": {"index": index, "gate": "promoted", "gate_reasons": "none against"},
        "parameters": {"chunk_tokens": "220", "dimension": "384"},
        "metrics": {"golden/ndcg_at_10": 0.75, "golden/ndcg_at_10/low": 0.7, "golden/ndcg_at_10/high": 0.8},
        "tables": {"golden": rows} if rows else {},
        **changes,
    }
    return Recorded(**recorded)


def test_what_differs_is_told_and_what_is_equal_is_not() -> None:
    first = make_recorded("cag-v000001", 0.5, 1.0, 1.0)
    second = make_recorded(
        "cag-v000002",
        1.0,
        0.2,
        1.0,
        parameters={"chunk_tokens": "100", "dimension": "384", "chunker": "new"},
        tags={"gate": "refused", "gate_reasons": "It leaks."},
    )
    told = render_comparison(first, second)
    assert "cag-v000001  promoted\ncag-v000002  refused: It leaks.\n" in told
    assert "chunk_tokens  220\n                100\n" in told
    assert "chunker       none\n                new\n" in told
    assert "dimension" not in told
    assert "0.750 (0.700–0.800)" in told
    assert "-0.100 (-0.800 to +0.500)" in told
    assert "3 queries" in told
    assert "Golden queries by nDCG@10: cag-v000002 won 1, lost 1, 1 as before" in told
    assert "won  +0.500  What about 0?\n  lost -0.800  What about 1?" in told


def test_versions_that_were_not_asked_the_same_are_not_compared_by_query() -> None:
    told = render_comparison(make_recorded("cag-v000001", 1.0), make_recorded("cag-v000002"))
    assert "no query in common" in told
    assert "No query set was asked of both." in told
    assert "Parameters that differ\n  none" in told


def test_an_unknown_version_is_an_error_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [
        {"info": {"run_id": "1"}, "data": {"tags": [{"key": "index", "value": name}]}}
        for name in ("cag-v000002", "cag-v000001")
    ]
    monkeypatch.setattr(compare.mlflow, "find_experiment", lambda _, name: name)
    monkeypatch.setattr(compare.mlflow, "search_runs", lambda *_: iter(runs))
    monkeypatch.setattr(compare.mlflow, "read_artifact", lambda *_: None)
    client: Any = None
    assert read_recorded(client, "cag-v000002")["tables"] == {}
    known = r"no version 'cag-v000009'. It knows: cag-v000001, cag-v000002"
    with pytest.raises(UnknownVersionError, match=known):
        read_recorded(client, "cag-v000009")
    monkeypatch.setattr(compare.mlflow, "find_experiment", lambda *_: None)
    with pytest.raises(UnknownVersionError, match="none of that pipeline"):
        read_recorded(client, "rag-v000001")
