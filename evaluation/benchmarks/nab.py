"""The scorer of the Numenta Anomaly Benchmark: early detections earn, late ones earn less, false ones cost.

Written from Lavin and Ahmad: "Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly
Benchmark", ICMLA 2015 (arXiv 1510.03336). Every anomaly has a window of rows around it. The first alarm in
a window earns what a sigmoid gives its place, from 1 at the window's first row to nearly 0 at its last;
more alarms in the same window earn nothing. An alarm outside costs, the more the further it is behind a
window, and a window without any alarm costs too. A profile says how much. The first 15 % of the rows, at
most 750, are there to learn from and are not scored. One threshold serves the whole corpus: the one that is
best for the profile. The sum is scaled so that a detector which never says anything has 0 and a perfect one
100.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Windows = Sequence[tuple[int, int]]
"""First and last row of each anomaly's window, in order."""

_PROBATION_SHARE: Final = 0.15
_PROBATION_ROWS: Final = 750
# Behind a window by three times its length, an alarm has nothing to do with it any more.
_FAR: Final = 3.0


class Profile(NamedTuple):
    """What a false alarm and a missed window cost, where a detection at once earns 1."""

    false_alarm: float
    miss: float


PROFILES: Final[Mapping[str, Profile]] = {
    "standard": Profile(0.11, 1.0),
    "reward low FP": Profile(0.22, 1.0),
    "reward low FN": Profile(0.11, 2.0),
}


class Series(TypedDict):
    """One labelled series of the corpus."""

    name: str
    values: Floats
    windows: list[tuple[int, int]]


class CorpusScore(TypedDict):
    """The score of a detector under a profile, at the threshold that is best for the corpus."""

    score: float
    threshold: float
    series: dict[str, float]


def read_corpus(folder: Path) -> list[Series]:
    """Return the labelled series of a folder with `data/` and `labels/windows.json`.

    Raises:
        FileNotFoundError: The folder holds no NAB data.
    """
    labels: dict[str, list[list[str]]] = json.loads((folder / "labels" / "windows.json").read_text("utf-8"))
    return [_read_series(folder, name, windows) for name, windows in sorted(labels.items())]


def _read_series(folder: Path, name: str, labels: list[list[str]]) -> Series:
    with (folder / "data" / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    times = [row["timestamp"] for row in rows]
    # Times of one format sort as texts; the labels' have a fraction of a second more.
    windows = [(times.index(begin[:19]), times.index(end[:19])) for begin, end in labels]
    return Series(name=name, values=np.array([float(row["value"]) for row in rows]), windows=windows)


def count_probation(rows: int) -> int:
    """Return how many rows at the beginning of a series are not scored.

    Example:
        >>> count_probation(1000), count_probation(20_000)
        (150, 750)
    """
    return min(int(_PROBATION_SHARE * rows), _PROBATION_ROWS)


def weigh_place(place: float) -> float:
    """Return what an alarm is worth at a place relative to a window: -1 its beginning, 0 its end.

    Example:
        >>> round(weigh_place(-1.0), 4), weigh_place(0.0), round(weigh_place(1.0), 4), weigh_place(3.5)
        (0.9866, 0.0, -0.9866, -1.0)
    """
    return -1.0 if place > _FAR else float(2 / (1 + np.exp(5 * place)) - 1)


def weigh_rows(rows: int, windows: Windows, profile: Profile) -> Floats:
    """Return what an alarm at each row earns (in a window) or costs (outside one).

    Args:
        rows: Length of the series.
        windows: Its anomalies.
        profile: What a false alarm costs.
    """
    weights = np.full(rows, -profile.false_alarm)
    for number, (first, last) in enumerate(windows):
        width = last - first + 1
        for row in range(first, last + 1):
            weights[row] = weigh_place(-(last - row + 1) / width) / weigh_place(-1.0)
        following = windows[number + 1][0] if number + 1 < len(windows) else rows
        for row in range(last + 1, following):
            weights[row] = weigh_place((row - last) / (width - 1)) * profile.false_alarm
    return weights


def _list_gains(scores: Floats, series: Series, profile: Profile) -> tuple[Floats, Floats]:
    """Return the scored rows by falling score, and what each adds when the threshold comes down to it."""
    rows = len(scores)
    weights = weigh_rows(rows, series["windows"], profile)
    window_of = np.full(rows, -1)
    for number, (first, last) in enumerate(series["windows"]):
        window_of[first : last + 1] = number
    begin = count_probation(rows)
    order = begin + np.argsort(-scores[begin:], kind="stable")
    gains = weights[order].copy()
    for number in range(len(series["windows"])):
        inside = np.flatnonzero(window_of[order] == number)
        best = np.maximum.accumulate(gains[inside])
        # Only the best alarm of a window counts, and the first one takes back the cost of the miss.
        gains[inside] = np.diff(best, prepend=-profile.miss)
    return scores[order], gains


def score_corpus(
    corpus: Sequence[Series], scores: Mapping[str, Floats], profile: Profile, threshold: float | None = None
) -> CorpusScore:
    """Score a detector on a corpus.

    Args:
        corpus: The labelled series.
        scores: For each series' name the anomaly score of every row; an alarm is a score of at least the
            threshold.
        profile: The costs.
        threshold: Where alarms begin; by default where the corpus scores best.
    """
    parts = {series["name"]: _list_gains(scores[series["name"]], series, profile) for series in corpus}
    values = np.concatenate([part[0] for part in parts.values()])
    gains = np.concatenate([part[1] for part in parts.values()])
    order = np.argsort(-values, kind="stable")
    if threshold is None:
        threshold = _find_threshold(values[order], np.cumsum(gains[order]))
    misses = {series["name"]: -profile.miss * len(series["windows"]) for series in corpus}
    raw = {name: misses[name] + float(part[1][part[0] >= threshold].sum()) for name, part in parts.items()}
    perfect = sum(len(series["windows"]) for series in corpus)
    null = sum(misses.values())
    return CorpusScore(
        score=100 * (sum(raw.values()) - null) / (perfect - null), threshold=threshold, series=raw
    )


def _find_threshold(values: Floats, totals: Floats) -> float:
    # Equal scores raise their alarms together, so only the last row of each group is a choice.
    ends = np.flatnonzero(np.diff(values, append=-np.inf))
    best = ends[np.argmax(totals[ends])]
    return float(values[best]) if totals[best] > 0 else float("inf")
