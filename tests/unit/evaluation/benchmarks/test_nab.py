"""The scorer of NAB against a case worked out by hand."""

import numpy as np
import pytest

from evaluation.benchmarks.nab import PROFILES, Series, score_corpus, weigh_rows

# 20 rows, of which the first 3 (15 %) are not scored, and one anomaly in the 4 rows 10 to 13.
SERIES = Series(name="s", values=np.zeros(20), windows=[(10, 13)])


def score_alarms(profile: str, *rows: int) -> float:
    scores = np.zeros(20)
    scores[list(rows)] = 1.0
    return score_corpus([SERIES], {"s": scores}, PROFILES[profile], threshold=0.5)["score"]


@pytest.mark.parametrize(
    ("profile", "score"),
    # Row 1 is not scored. Row 5 is before any window: it costs the whole 0.11.
    # Row 12 is at -(13-12+1)/4 = -0.5 of its window: (2/(1+e^-2.5)-1) / (2/(1+e^-5)-1) = 0.848284/0.986614
    # = 0.859792. Row 13 is in the same window and earns nothing more.
    # Row 16 is at (16-13)/(4-1) = 1 window behind it: 0.11 * (2/(1+e^5)-1) = -0.108528.
    # Together 0.641265. Missing the window would have been -1, detecting it at once 1.
    [
        ("standard", 100 * (0.641265 + 1) / 2),
        # False alarms cost twice: 0.859792 - 0.22 - 0.217055 = 0.422737.
        ("reward low FP", 100 * (0.422737 + 1) / 2),
        # A miss costs 2, so nothing detected is -2 and the best is still 1.
        ("reward low FN", 100 * (0.641265 + 2) / 3),
    ],
)
def test_a_case_worked_out_by_hand(profile: str, score: float) -> None:
    assert score_alarms(profile, 1, 5, 12, 13, 16) == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize("profile", PROFILES)
def test_saying_nothing_is_0_and_detecting_at_once_is_100(profile: str) -> None:
    assert score_alarms(profile) == pytest.approx(0.0)
    assert score_alarms(profile, 10) == pytest.approx(100.0)


def test_a_missed_window_and_a_false_alarm_are_worse_than_silence() -> None:
    # -1 for the miss and -0.11 for row 5, on a scale from -1 to 1.
    assert score_alarms("standard", 5) == pytest.approx(100 * (-1.11 + 1) / 2)


def test_the_threshold_is_the_best_one_for_the_whole_corpus() -> None:
    scores = np.zeros(20)
    scores[[5, 10, 17]] = 0.9, 0.8, 0.1
    result = score_corpus([SERIES], {"s": scores}, PROFILES["standard"])
    # Down to 0.8: row 5 costs 0.11, row 10 earns 1. Row 17 would only cost.
    assert result["threshold"] == 0.8
    assert result["series"]["s"] == pytest.approx(0.89)


def test_equal_scores_raise_their_alarms_together() -> None:
    result = score_corpus([SERIES], {"s": np.full(20, 0.5)}, PROFILES["standard"])
    # Rows 3 to 9 cost 0.11 each, rows 14 to 19 a little less each: worth it for the window.
    expected = (
        1.0 + weigh_rows(20, SERIES["windows"], PROFILES["standard"])[[*range(3, 10), *range(14, 20)]].sum()
    )
    assert result["series"]["s"] == pytest.approx(expected)


def test_where_no_alarm_pays_the_threshold_is_out_of_reach() -> None:
    # Twenty false alarms at 0.22 cost more than a window earns.
    scores = np.zeros(40)
    scores[10:31] = 1.0
    corpus = [Series(name="s", values=np.zeros(40), windows=[(30, 33)])]
    result = score_corpus(corpus, {"s": scores}, PROFILES["reward low FP"])
    assert result["threshold"] == float("inf")
    assert result["score"] == pytest.approx(0.0)
