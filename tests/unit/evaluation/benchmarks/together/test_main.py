"""What is kept of a run, and that it is kept where MLflow is away."""

import json
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from evaluation.benchmarks.rows import Row
from evaluation.benchmarks.together import __main__ as together
from evaluation.benchmarks.together.parts import Part
from evaluation.benchmarks.together.running import Outcome
from evaluation.benchmarks.together.tables import Run, find_earlier, read_run

ROW = Row("answer", 20.0, "ms", beside="bare", bare=10.0)
RUN = Run(
    "2026-11-30T06:00:00+00:00",
    {"cores": "2"},
    {"commit": "abc"},
    ("load 1", "load 2"),
    [Outcome("cache", "done", "", 12.0, [ROW])],
)


def test_a_run_is_kept_as_page_and_as_json_where_mlflow_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> str:
        raise MlflowException("no connection")

    monkeypatch.setattr(together, "log_benchmarks", refuse)
    together.keep(RUN, None, tmp_path / "bench", "http://127.0.0.1:1")
    assert sorted(file.name for file in (tmp_path / "bench").iterdir()) == [
        "2026-11-30T06-00-00.json",
        "2026-11-30T06-00-00.md",
    ]
    assert read_run(find_earlier(tmp_path / "bench") or tmp_path) == RUN
    printed = capsys.readouterr().out
    assert "| answer | 20.0 |" in printed
    assert "not logged, no connection" in printed


def test_mlflow_is_told_of_each_row_and_of_the_ratios_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(together, "log_benchmarks", lambda *given: told.append(given) or "run")
    together.keep(RUN, RUN, tmp_path, "http://127.0.0.1:1")
    ((_, figures, before, facts, files),) = told
    assert [(one.part, one.what, one.ratio) for one in figures] == [("cache", "answer", 2.0)]  # type: ignore[attr-defined]
    assert before == {("cache", "answer", "ms", "bare"): 2.0}
    assert facts == {"cores": "2", "commit": "abc"}
    assert json.loads(files["bench.json"])["at"] == RUN.at  # type: ignore[index]


def test_each_part_is_announced_once_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [Part("one", "none", 60), Part("other", "none", 120)]
    tell = together.show_progress(parts)
    for part, taken in ((parts[0], 1.0), (parts[0], 2.0), (parts[1], 1.0)):
        tell(part, taken)
    assert capsys.readouterr().out.splitlines() == [
        "[1/2] one: 1 s of some 60; some 3 min left in all",
        "[2/2] other: 1 s of some 120; some 2 min left in all",
    ]
