"""What came of the on-call questions stands in MLflow: shares by kind, and whether it is enough."""

import mlflow
import pytest

from evaluation.report.oncall import EXPERIMENT, Row, log_oncall
from processors.settings import Settings

ROWS: list[Row] = [
    {"kind": kind, "language": language, "split": split, "right": right, "seconds": 0.1, "query": "why?"}
    for kind, language, split, right in (
        ("why", "en", "held_out", 1.0),
        ("why", "en", "open", 0.0),
        ("count", "ru", "held_out", 1.0),
    )
]


@pytest.mark.parametrize(
    ("shortfalls", "release"), [([], "passed"), (["2 answers are dead ends."], "refused")]
)
def test_a_run_tells_shares_and_whether_the_release_passed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, shortfalls: list[str], release: str
) -> None:
    monkeypatch.setenv("RUNLORE_MLFLOW_TRACKING_URI", settings.mlflow.tracking_uri)
    log_oncall(ROWS, "| a | table |", 1, shortfalls, is_stack=False)
    (run,) = mlflow.search_runs(experiment_names=[EXPERIMENT], max_results=1, output_format="list")
    assert run.data.metrics["right_why_en"] == 0.5
    assert run.data.metrics["right_en_held_out"] == 1.0
    assert run.data.metrics["right_count_ru"] == 1.0
    assert run.data.params["questions"] == "3"
    assert run.data.tags["release"] == release
    assert run.data.tags.get("reasons", "") == " ".join(shortfalls)
