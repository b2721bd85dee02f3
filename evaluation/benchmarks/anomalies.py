"""`make bench-anomalies`: the anomaly detector on series of the Numenta Anomaly Benchmark.

The detector's settings were chosen on every second series, in the order of their names; the other half was
left for the proof. The threshold of each row of the first table is the best one for that detector and
profile, as the benchmark wants it. The proof takes the threshold of the chosen half as it is.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.nab import PROFILES, CorpusScore, Series, read_corpus, score_corpus
from evaluation.benchmarks.rows import Row, emit, leave_out, open_table
from processors.knowledge.metrics.anomalies import THRESHOLD, score_points, silence_repeats

Scores = Mapping[str, NDArray[np.float64]]

REST: Final = 600
"""An alarm silences weaker ones for so many rows."""

_GAUSSIAN_ROWS: Final = 6_400
_STANDARD: Final = PROFILES["standard"]

# The scoreboard of numenta/NAB over all 58 series, and what the per-series scores in its `results/` give over
# the 18 series here, scaled as ours. "Stored run": the file is of an older run than the scoreboard.
_PUBLISHED: Final = (
    ("ARTime", 74.9, 65.2),
    ("Numenta HTM", 70.5, None),
    ("Numenta HTM, stored run", 65.3, 66.5),
    ("CAD OSE", 69.9, 50.6),
    ("earthgecko Skyline", 58.2, 34.7),
    ("KNN CAD", 58.0, 43.7),
    ("Relative Entropy", 54.6, 50.0),
    ("Random Cut Forest", 51.7, 36.5),
    ("Twitter ADVec", 47.1, 33.4),
    ("Windowed Gaussian", 39.6, None),
    ("Windowed Gaussian, stored run", 30.7, 6.6),
    ("Bayesian Changepoint", 17.7, None),
    ("EXPoSE", 16.4, None),
    ("Random", 11.0, None),
    ("Null", 0.0, 0.0),
)


def score_by_gauss(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each value's distance in standard deviations from the mean of the values before it.

    The simple baseline: one normal distribution over a sliding window.
    """
    lengths = np.arange(len(values))
    begins = np.maximum(lengths - _GAUSSIAN_ROWS, 0)
    centred = values - values[0]
    sums, squares = (np.concatenate(([0.0], np.cumsum(centred**power))) for power in (1, 2))
    counts = np.maximum(lengths - begins, 1)
    means = (sums[lengths] - sums[begins]) / counts
    variances = (squares[lengths] - squares[begins]) / counts - means**2
    return np.asarray(np.abs(centred - means) / np.sqrt(np.maximum(variances, 1e-12)))


def score_all(corpus: list[Series]) -> dict[str, Scores]:
    """Return the scores of every compared detector, by its name."""
    random = np.random.default_rng(0)
    return {
        "Runlore": {s["name"]: silence_repeats(score_points(s["values"]), REST) for s in corpus},
        "windowed Gaussian": {s["name"]: score_by_gauss(s["values"]) for s in corpus},
        "random": {s["name"]: random.random(len(s["values"])) for s in corpus},
        "null": {s["name"]: np.zeros(len(s["values"])) for s in corpus},
    }


def report_scores(corpus: list[Series], detectors: Mapping[str, Scores]) -> None:
    """Print each detector's score per profile, and the scores of each series under the standard profile."""
    sys.stdout.write(f"{'best threshold over these series':34}{''.join(f'{p:>15}' for p in PROFILES)}\n")
    standard: dict[str, CorpusScore] = {}
    for name, scores in detectors.items():
        results = [score_corpus(corpus, scores, profile) for profile in PROFILES.values()]
        standard[name] = results[0]
        figures = "".join(f"{result['score']:15.1f}" for result in results)
        sys.stdout.write(f"{name:34}{figures}\n")
    sys.stdout.write(f"\n{'standard, per series':58}windows {''.join(f'{name:>18}' for name in standard)}\n")
    for series in corpus:
        points = "".join(f"{result['series'][series['name']]:18.2f}" for result in standard.values())
        sys.stdout.write(f"{series['name']:58}{len(series['windows']):7} {points}\n")


def report_halves(corpus: list[Series], scores: Scores) -> None:
    """Print the score of the half that the settings were chosen on and of the one that was left out."""
    chosen, left_out = corpus[::2], corpus[1::2]
    best = score_corpus(chosen, scores, _STANDARD)
    held = score_corpus(left_out, scores, _STANDARD, best["threshold"])
    served = score_corpus(corpus, scores, _STANDARD, THRESHOLD)
    sys.stdout.write(
        f"\nstandard, settings and threshold {best['threshold']:.3f} chosen on half the series: "
        f"{best['score']:.1f}; with them on the other half: {held['score']:.1f}\n"
        f"standard, at the threshold {THRESHOLD} of the product: {served['score']:.1f}\n"
    )


def report_published() -> None:
    """Print what others have."""
    sys.stdout.write("\npublished, standard profile       all 58 series    these 18, threshold of the 58\n")
    for name, whole, here in _PUBLISHED:
        sys.stdout.write(f"{name:34}{whole:13.1f}{'' if here is None else f'{here:33.1f}'}\n")


def main() -> None:
    """Score every detector on the corpus in `$RUNLORE_TEST_DATA/nab`."""
    folder = Path(os.environ.get("RUNLORE_TEST_DATA", "")) / "nab"
    if not (folder / "labels" / "windows.json").is_file():
        leave_out(
            f"no labels/windows.json in {folder}: RUNLORE_TEST_DATA must name the folder that holds nab/"
        )
    corpus = read_corpus(folder)
    rows = sum(len(series["values"]) for series in corpus)
    begin = time.perf_counter()
    detectors = score_all(corpus)
    taken = time.perf_counter() - begin
    sys.stdout.write(f"{len(corpus)} series, {rows} rows, scored in {taken:.0f} s\n\n")
    report_scores(corpus, detectors)
    report_halves(corpus, detectors["Runlore"])
    report_published()
    open_table("the best threshold of each detector over all series, standard profile")
    ours, gauss = (
        score_corpus(corpus, detectors[name], _STANDARD)["score"] for name in ("Runlore", "windowed Gaussian")
    )
    emit(Row("score by NAB", ours, "points", "more", None, "windowed Gaussian", gauss))


if __name__ == "__main__":
    main()
