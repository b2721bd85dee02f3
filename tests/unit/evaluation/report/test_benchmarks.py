"""Benchmarks in MLflow: names that hold from release to release, and the picture of ratios."""

import re

from evaluation.report.benchmarks import Figure, draw_ratios, name_metrics

ANSWER = Figure("cache", "answer, exact, 32 clients", "ms", "bare route", 20.0, 4.0, "less")
SHARE = Figure("cache", "hit ratio", "share", "", 0.9, None, "more")


def test_names_are_those_that_mlflow_takes() -> None:
    for figure in (ANSWER, SHARE, ANSWER._replace(what="/v1/retrieve, 95 % «of» it")):
        assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in name_metrics(figure))


def test_a_figure_without_a_baseline_has_no_ratio() -> None:
    assert name_metrics(SHARE) == {"cache_hit_ratio_share": 0.9}


def test_the_picture_shows_ratios_beside_those_before() -> None:
    before = {("cache", ANSWER.what, "ms", "bare route"): 2.0, ("cache", "gone", "ms", "bare route"): 9.0}
    (axes,) = draw_ratios([ANSWER, SHARE], before).axes
    held, now = axes.lines[:2]
    assert (list(held.get_xdata()), list(now.get_xdata())) == ([2.0], [4.0])
    (label,) = [label.get_text() for label in axes.get_yticklabels()]
    assert "less is better" in label


def test_a_run_without_ratios_has_a_picture_too() -> None:
    assert draw_ratios([SHARE], {}).axes
