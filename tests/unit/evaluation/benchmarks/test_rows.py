"""Rows: what is printed, what is handed on, and how a program says that it has nothing to measure."""

from pathlib import Path

import pytest

from evaluation.benchmarks.rows import (
    FILE_VARIABLE,
    LEFT_OUT,
    Row,
    compare_times,
    emit,
    leave_out,
    percentile,
    read_rows,
)

TIMES = [float(number) for number in range(1, 101)]


def test_a_row_of_times_has_medians_and_95th_percentiles_of_both_sides() -> None:
    row = compare_times("answer", TIMES, "bare", [time / 2 for time in TIMES])
    assert (row.figure, row.p95, row.bare, row.bare_p95, row.ratio) == (50.0, 95.0, 25.0, 47.5, 2.0)
    assert row.better == "less"


def test_a_row_without_a_baseline_has_no_ratio() -> None:
    assert compare_times("answer", TIMES).ratio is None
    assert Row("missed", 0.0, "secrets", beside="other", bare=0.0).ratio is None


def test_a_share_is_within_the_values() -> None:
    assert [percentile([3.0, 1.0], share) for share in (0.0, 0.5, 1.0)] == [1.0, 1.0, 3.0]


def test_a_row_is_printed_and_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [Row("one", 2.0, "ms", beside="bare", bare=1.0), Row("other", 0.5, "share", "more")]
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "rows"))
    for row in rows:
        emit(row)
    assert read_rows(tmp_path / "rows") == rows
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["one", "2.00", "ms", "bare", "1.00", "2.00"],
        ["other", "0.500", "share"],
    ]


def test_nothing_is_handed_on_where_nobody_collects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    emit(Row("one", 2.0, "ms"))
    assert not list(tmp_path.iterdir())
    assert read_rows(tmp_path / "rows") == []


def test_what_cannot_be_measured_here_has_a_status_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        leave_out("no data")
    assert ended.value.code == LEFT_OUT
    assert capsys.readouterr().err == "no data\n"
