"""The table: what stands in it, how it stands beside an earlier run, and that it can be read again."""

from pathlib import Path

import pytest

from evaluation.benchmarks.rows import Row
from evaluation.benchmarks.together.running import Outcome
from evaluation.benchmarks.together.tables import (
    Run,
    find_earlier,
    read_run,
    tell_change,
    write_json,
    write_table,
)

ANSWER = Row("answer", 20.0, "ms", p95=30.0, beside="bare", bare=10.0, bare_p95=15.0)
RATE = Row("answer", 400.0, "requests/s", "more", beside="bare", bare=1_000.0)


def make_run(*rows: Row, commit: str = "abc") -> Run:
    outcomes = [
        Outcome("cache", "done", "", 12.0, list(rows)),
        Outcome("swaps", "failed", "it ended with 1: a | b\nno", 3.0, []),
        Outcome("chat", "not run", "it takes minutes: make bench-chat", 0.0, []),
    ]
    return Run(
        "2026-11-30T06:00:00+00:00", {"cores": "2"}, {"commit": commit}, ("load 1", "load 2"), outcomes
    )


def test_a_row_stands_there_with_both_sides_and_the_ratio() -> None:
    page = write_table(make_run(ANSWER, RATE))
    assert "| answer | 20.0 | 30.0 | ms | bare | 10.0 | 15.0 | 2.00 | less |  |  |" in page
    assert "| answer | 400 |  | requests/s | bare | 1,000 |  | 0.400 | more |  |  |" in page
    assert "- cores: 2\n- load: load 1 before, load 2 after\n- commit: abc\n" in page


def test_a_part_that_failed_or_was_not_run_is_told_of_in_one_line() -> None:
    page = write_table(make_run(ANSWER))
    assert "| swaps | failed | it ended with 1: a \\| b no |" in page
    assert "| chat | not run | it takes minutes: make bench-chat |" in page


def test_beside_an_earlier_run_the_change_of_the_ratio_is_told_and_not_that_of_the_figure() -> None:
    earlier = make_run(ANSWER._replace(figure=5.0, bare=5.0), RATE._replace(figure=200.0), commit="old")
    page = write_table(make_run(ANSWER, RATE), earlier)
    assert "| 2.00 | less | 1.00 | 2.00 times worse |" in page
    assert "| 0.400 | more | 0.200 | 2.00 times better |" in page
    assert "commit old" in page


@pytest.mark.parametrize("before", [1.9, 2.0, 2.2])
def test_what_differs_by_chance_is_as_before(before: float) -> None:
    assert tell_change(ANSWER, before) == "as before"


def test_a_row_of_another_unit_or_baseline_is_not_compared() -> None:
    earlier = make_run(ANSWER._replace(unit="s"), RATE._replace(beside="another"))
    assert "times" not in write_table(make_run(ANSWER, RATE), earlier).partition("## Not measured")[0]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    run = make_run(ANSWER, RATE)
    (tmp_path / "run.json").write_text(write_json(run))
    assert read_run(tmp_path / "run.json") == run
    assert '"ratio": 2.0' in write_json(run)


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"at": "now"}')
    with pytest.raises(ValueError, match=r"other\.json is no table of make bench"):
        read_run(tmp_path / "other.json")


def test_the_earlier_run_is_the_newest(tmp_path: Path) -> None:
    assert find_earlier(tmp_path) is None
    for name in ("2026-11-30T05-00-00.json", "2026-11-30T06-00-00.json", "2026-11-30T07-00-00.md"):
        (tmp_path / name).touch()
    assert find_earlier(tmp_path) == tmp_path / "2026-11-30T06-00-00.json"
