"""Pictures say in words what they show."""

import pytest
from matplotlib.figure import Figure

from evaluation.report.plots import VersionPoint, draw_drift, draw_latency, draw_quality, draw_won_and_lost
from tests.unit.evaluation.gate.evidence import make_results


def read_texts(figure: Figure) -> str:
    figure.canvas.draw()
    found = [figure.get_suptitle()]
    for axes in figure.axes:
        found += [axes.get_xlabel(), axes.get_ylabel()]
        found += [
            label.get_text() for label in (*axes.get_xticklabels(), *axes.get_yticklabels(), *axes.texts)
        ]
        legend = axes.get_legend()
        found += [text.get_text() for text in (*legend.get_texts(), legend.get_title())] if legend else []
    return "\n".join(found)


def test_versions_stand_side_by_side_with_their_intervals_and_refusals() -> None:
    points = [
        VersionPoint(
            index=f"cag-v00000{number}", gate=gate, queries=9, mean=mean, low=mean - 0.1, high=mean + 0.1
        )
        for number, (mean, gate) in enumerate(
            ((0.8, "promoted"), (0.3, "refused"), (0.4, "overridden"), (0.85, "promoted")), start=1
        )
    ]
    told = read_texts(draw_quality("golden", {"ndcg_at_10": points, "recall_at_10": points}))
    for words in (
        "golden queries",
        "mean nDCG@10",
        "mean recall@10",
        "refused",
        "promoted",
        "made live by a person",
        "95 % interval",
        "0.850",
    ):
        assert words in told
    only = draw_quality("golden", {"ndcg_at_10": [{**points[0], "low": 0.9}]})
    assert "refused" not in read_texts(only)


def test_queries_that_changed_are_named_and_all_are_counted() -> None:
    live = make_results(*[0.5] * 40)
    candidate = make_results(*[1.0] * 15, *[0.1] * 14, *[0.5] * 11)
    told = read_texts(
        draw_won_and_lost("golden", "ndcg_at_10", ("cag-v000002", "cag-v000001"), candidate, live)
    )
    assert "15 won, 14 lost, 11 as before; the 24 largest changes" in told
    assert told.count("What about") == 24
    same = draw_won_and_lost("golden", "ndcg_at_10", ("cag-v000002", "cag-v000001"), live, live)
    assert "No query changed." in read_texts(same)


@pytest.mark.parametrize("values", [[5.0], [1.0, 2.0, 3.0, 100.0]])
def test_latency_and_drift_name_their_units(values: list[float]) -> None:
    told = read_texts(draw_latency({"cag-v000002": values, "cag-v000001": values}))
    assert "milliseconds" in told
    assert "cag-v000001: half within" in told
    drift = read_texts(draw_drift(("cag-v000002", "cag-v000001"), {"wiki": 0.25, "a_$ource": 0.0}))
    assert "cosine distance" in drift
    assert "0.2500" in drift
