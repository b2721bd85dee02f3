"""Pictures of a version for people: quality beside earlier ones, what it won and lost, its pace, its drift.

Each has a title in words, names its units and says what its marks mean, so that it needs no page beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
from matplotlib.figure import Figure

from evaluation.gate.wording import SET_NAMES, tell_measure
from evaluation.measures.ranking import QueryResult

_GOOD: Final = "#2b7a3d"
_BAD: Final = "#b3261e"
_CANDIDATE: Final = "#1f5fa8"
_LIVE: Final = "#8a8a8a"
_OVERRIDDEN: Final = "#c77700"
# What the gate said of a version, to the colour and mark of its point and their meaning.
_MARKS: Final[dict[str, tuple[str, str, str]]] = {
    "promoted": (_GOOD, "o", "promoted"),
    "refused": (_BAD, "X", "refused"),
    "overridden": (_OVERRIDDEN, "D", "refused, made live by a person"),
}
_SHOWN_QUERIES: Final = 12
_LONGEST_LABEL: Final = 62
_SMALLEST_DIFFERENCE: Final = 1e-9


class VersionPoint(TypedDict):
    """What a version reached by one measure, and where its mean may lie by chance.

    `gate` is `promoted`, `refused` or `overridden`; `queries` are those that could be asked: one whose
    pages a version lacks is left out.
    """

    index: str
    gate: str
    queries: int
    mean: float
    low: float
    high: float


def draw_quality(query_set: str, points: Mapping[str, Sequence[VersionPoint]]) -> Figure:
    """Return the means of the last versions with their intervals, a panel for each measure.

    Args:
        query_set: Which queries were asked.
        points: Measure to the versions, oldest first; the last one is the version that the picture is for.
    """
    figure = Figure(figsize=(9, 3.2 * len(points)), layout="constrained")
    panels = figure.subplots(len(points), squeeze=False)[:, 0]
    for axes, (measure, versions) in zip(panels, points.items(), strict=True):
        for gate, (colour, mark, told) in _MARKS.items():
            chosen = [(place, point) for place, point in enumerate(versions) if point["gate"] == gate]
            if chosen:
                means = [point["mean"] for _, point in chosen]
                reach = [
                    [max(0.0, point["mean"] - point["low"]) for _, point in chosen],
                    [max(0.0, point["high"] - point["mean"]) for _, point in chosen],
                ]
                axes.errorbar(
                    [place for place, _ in chosen], means, reach,
                    fmt=mark, color=colour, capsize=5, markersize=8, label=told,
                )  # fmt: skip
        for place, point in enumerate(versions):
            axes.annotate(
                f"{point['mean']:.3f}\n{point['queries']} queries",
                (place, point["mean"]),
                (9, 0),
                textcoords="offset points",
                va="center",
            )
        axes.set_xticks(range(len(versions)), [point["index"] for point in versions], rotation=20, ha="right")
        axes.set_xlim(-0.6, len(versions) - 0.2)
        axes.set_ylim(0, 1.05)
        axes.set_ylabel(f"mean {tell_measure(measure)}, 0 to 1")
        axes.grid(axis="y", alpha=0.3)
        axes.legend(loc="lower left", title="bars: 95 % interval of the mean")
    figure.suptitle(f"Quality of the last versions on the {SET_NAMES[query_set]} (higher is better)")
    return figure


def draw_won_and_lost(
    query_set: str,
    measure: str,
    names: tuple[str, str],
    candidate: Sequence[QueryResult],
    live: Sequence[QueryResult],
) -> Figure:
    """Return the queries that changed most against another version, the worst losses below.

    Args:
        query_set: Which queries were asked.
        measure: By which they are compared.
        names: The version and the other one.
        candidate: What the version found.
        live: What the other one found.
    """
    before = {result["query_id"]: result["measures"][measure] for result in live}
    changes = sorted(
        (result["measures"][measure] - before[result["query_id"]], result["query"])
        for result in candidate
        if result["query_id"] in before
    )
    lost = [change for change in changes if change[0] < -_SMALLEST_DIFFERENCE]
    won = [change for change in changes if change[0] > _SMALLEST_DIFFERENCE]
    shown = [*lost[:_SHOWN_QUERIES], *won[-_SHOWN_QUERIES:]]
    figure = Figure(figsize=(11, 2.2 + 0.28 * max(1, len(shown))), layout="constrained")
    axes = figure.subplots()
    axes.barh(
        range(len(shown)),
        [change for change, _ in shown],
        color=[_GOOD if change > 0 else _BAD for change, _ in shown],
    )
    axes.set_yticks(range(len(shown)), [shorten(query) for _, query in shown])
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlim(-1.05, 1.05)
    axes.set_xlabel(f"change of {tell_measure(measure)} of a query: right is better than {names[1]}")
    if not shown:
        axes.text(0, 0, "No query changed.", ha="center")
    figure.suptitle(
        f"{names[0]} against {names[1]} on the {SET_NAMES[query_set]}:\n"
        f"{len(won)} won, {len(lost)} lost, {len(changes) - len(won) - len(lost)} as before"
        + (f"; the {len(shown)} largest changes" if len(shown) < len(won) + len(lost) else "")
    )
    return figure


def draw_latency(latencies: Mapping[str, Sequence[float]]) -> Figure:
    """Return how long searches took, a histogram for each version.

    Args:
        latencies: Version to the milliseconds of its searches, the newer version first.
    """
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    everything = [value for values in latencies.values() for value in values]
    bins = np.linspace(0, max(everything, default=1.0), 31)
    for (index, values), colour in zip(latencies.items(), (_CANDIDATE, _LIVE), strict=False):
        middle, late = np.percentile(values, [50, 95])
        told = f"{index}: half within {middle:.0f} ms, 95 % within {late:.0f} ms"
        axes.hist(values, bins.tolist(), color=colour, alpha=0.55, label=told)
        axes.axvline(float(late), color=colour, linestyle="--")
    axes.set_xlabel("time of one search without the embedding, milliseconds; dashed: 95 % are faster")
    axes.set_ylabel("queries")
    axes.legend()
    figure.suptitle("How long searches took while the version was measured")
    return figure


def draw_drift(names: tuple[str, str], drifts: Mapping[str, float]) -> Figure:
    """Return how far the vectors of each source moved between two versions.

    Args:
        names: The version and the other one.
        drifts: Source to the cosine distance of the means of its vectors.
    """
    figure = Figure(figsize=(10, 1.9 + 0.35 * max(1, len(drifts))), layout="constrained")
    axes = figure.subplots()
    sources = list(drifts)[::-1]
    bars = axes.barh(range(len(sources)), [drifts[source] for source in sources], color=_CANDIDATE)
    axes.bar_label(bars, fmt="%.4f", padding=3)
    axes.set_yticks(range(len(sources)), [shorten(source) for source in sources])
    axes.set_xlim(0, max(0.05, 1.2 * max(drifts.values(), default=0.0)))
    axes.set_xlabel("cosine distance of the mean vectors: 0 as before, 1 nothing in common")
    figure.suptitle(f"How far each source's content moved from {names[1]} to {names[0]} (embedding drift)")
    return figure


def shorten(text: str) -> str:
    """Return a text that fits beside an axis, in one line and without what matplotlib takes for a formula.

    Example:
        >>> shorten("Why is   $x red?")
        'Why is \\\\$x red?'
    """
    line = " ".join(text.split())
    cut = line if len(line) <= _LONGEST_LABEL else f"{line[: _LONGEST_LABEL - 1]}…"
    return cut.replace("$", r"\$")
