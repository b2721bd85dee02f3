"""A run of all benchmarks in MLflow: a metric for each figure and ratio, the table, a picture of ratios."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import matplotlib as mpl

mpl.use("Agg")

import mlflow
from matplotlib.figure import Figure as Picture
from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT, MLFLOW_RUN_NOTE

from evaluation.report.plots import shorten

EXPERIMENT: Final = "runlore-benchmarks"
_NOW: Final = "#1f5fa8"
_BEFORE: Final = "#8a8a8a"
_LONGEST_NOTE: Final = 8_000


class Figure(NamedTuple):
    """A figure of a benchmark, as it is logged.

    Attributes:
        part: Names the benchmark.
        what: Names what was measured.
        unit: Of the value.
        beside: Names the baseline; empty if there is none.
        value: The figure.
        ratio: How many times the baseline's it is; None without one.
        better: `less` or `more`.
    """

    part: str
    what: str
    unit: str
    beside: str
    value: float
    ratio: float | None
    better: str


Ratios = Mapping[tuple[str, str, str, str], float]
"""Ratios of an earlier run, by part, what, unit and baseline."""


def name_metrics(figure: Figure) -> dict[str, float]:
    """Return the metrics of a figure: itself, and its ratio by the baseline's name.

    Example:
        >>> name_metrics(Figure("cache", "answer, exact", "ms", "bare route", 2.0, 4.0, "less"))
        {'cache_answer_exact_ms': 2.0, 'cache_answer_exact_ms_of_bare_route': 4.0}
    """
    name = _flatten(f"{figure.part} {figure.what} {figure.unit}")
    ratio = {} if figure.ratio is None else {f"{name}_of_{_flatten(figure.beside)}": figure.ratio}
    return {name: figure.value, **ratio}


def _flatten(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def draw_ratios(figures: Sequence[Figure], before: Ratios) -> Picture:
    """Return the ratio of each figure to its baseline, that of the run before beside it.

    Args:
        figures: Of this run.
        before: Of the run before.
    """
    shown = [figure for figure in figures if figure.ratio]
    picture = Picture(figsize=(13, 1.8 + 0.3 * max(1, len(shown))), layout="constrained")
    axes = picture.subplots()
    places = range(len(shown))
    earlier = [before.get((one.part, one.what, one.unit, one.beside)) for one in shown]
    held = [(place, ratio) for place, ratio in zip(places, earlier, strict=True) if ratio]
    axes.plot(
        [ratio for _, ratio in held], [place for place, _ in held], "D", color=_BEFORE, label="run before"
    )
    axes.plot([one.ratio for one in shown if one.ratio], list(places), "o", color=_NOW, label="this run")
    axes.set_yticks(
        places, [shorten(f"{one.part}: {one.what}, {one.unit} ({one.better} is better)") for one in shown]
    )
    axes.set_ylim(max(1, len(shown)) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.grid(axis="x", alpha=0.3)
    axes.set_xlabel("times the baseline's figure; the line at 1 is the baseline itself")
    axes.legend()
    picture.suptitle("Benchmarks beside their baselines")
    return picture


def log_benchmarks(
    tracking_uri: str,
    figures: Sequence[Figure],
    before: Ratios,
    facts: Mapping[str, str],
    files: Mapping[str, str],
) -> str:
    """Log a run of all benchmarks, and return its id.

    Args:
        tracking_uri: Of MLflow.
        figures: All that was measured.
        before: Ratios of the run that stands beside it.
        facts: About the machine and the versions.
        files: Text by the file's name; the first is the run's description.
    """
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run() as run:
        mlflow.log_params({_flatten(name): fact for name, fact in facts.items()})
        note = next(iter(files.values()))[:_LONGEST_NOTE]
        mlflow.set_tags({MLFLOW_GIT_COMMIT: facts.get("commit", "unknown"), MLFLOW_RUN_NOTE: note})
        for figure in figures:
            mlflow.log_metrics(name_metrics(figure))
        for name, text in files.items():
            mlflow.log_text(text, name)
        mlflow.log_figure(draw_ratios(figures, before), "ratios.png")
        return str(run.info.run_id)
