"""The table of a run of all benchmarks, as Markdown and JSON, beside an earlier one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from evaluation.benchmarks.rows import Row, show_figure
from evaluation.benchmarks.together.running import Outcome

# Twice the same on one machine differs by about as much.
_NOISE: Final = 1.15
_HEAD: Final = (
    "| what | median | 95 % | unit | beside | median | 95 % | ratio | better | ratio before | change |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)

Key = tuple[str, str, str, str]
"""Part, what, unit and baseline: what is the same in each run."""


class Run(NamedTuple):
    """All that is told of a run.

    Attributes:
        at: When it began, ISO 8601.
        machine: The machine.
        versions: Of all that took part.
        load: Before it and after it.
        outcomes: Of each part.
    """

    at: str
    machine: dict[str, str]
    versions: dict[str, str]
    load: tuple[str, str]
    outcomes: list[Outcome]


def list_ratios(run: Run) -> dict[Key, float]:
    """Return the ratio of each row that has a baseline."""
    return {
        name_row(outcome.part, row): row.ratio
        for outcome in run.outcomes
        for row in outcome.rows
        if row.ratio is not None
    }


def name_row(part: str, row: Row) -> Key:
    """Return what is the same of a row in each run."""
    return part, row.what, row.unit, row.beside


def tell_change(row: Row, before: float | None) -> str:
    """Return how the ratio of a row has changed, in words; nothing where there is nothing to compare.

    Args:
        row: Of this run.
        before: Its ratio in the earlier run.

    Example:
        >>> row = Row("answer", 20.0, "ms", beside="bare", bare=10.0)
        >>> tell_change(row, 4.0), tell_change(row, 2.1), tell_change(row, None)
        ('2.00 times better', 'as before', '')
    """
    if row.ratio is None or not before or not row.ratio:
        return ""
    gain = before / row.ratio if row.better == "less" else row.ratio / before
    if 1 / _NOISE < gain < _NOISE:
        return "as before"
    return f"{gain:.2f} times better" if gain > 1 else f"{1 / gain:.2f} times worse"


def write_table(run: Run, earlier: Run | None = None) -> str:
    """Return the page of a run, Markdown.

    Args:
        run: Is told of.
        earlier: Stands beside it.
    """
    lines = [
        f"# Benchmarks, {run.at}",
        "",
        *_list_facts(run.machine),
        f"- load: {run.load[0]} before, {run.load[1]} after",
        *_list_facts(run.versions),
        *([f"- beside the run of {earlier.at}, commit {earlier.versions['commit']}"] if earlier else []),
    ]
    before = list_ratios(earlier) if earlier else {}
    for outcome in run.outcomes:
        if outcome.rows:
            rows = (_write_row(row, before.get(name_row(outcome.part, row))) for row in outcome.rows)
            lines += ["", f"## {outcome.part}, {outcome.seconds:.0f} s", "", _HEAD, *rows]
    apart = [outcome for outcome in run.outcomes if outcome.state != "done"]
    if apart:
        lines += ["", "## Not measured, or not whole", "", "| part | | why |", "|---|---|---|"]
        lines += [f"| {one.part} | {one.state} | {_escape(one.told)} |" for one in apart]
    return "\n".join(lines) + "\n"


def _list_facts(facts: Mapping[str, str]) -> list[str]:
    return [f"- {name}: {value}" for name, value in facts.items()]


def _write_row(row: Row, before: float | None) -> str:
    own, theirs = map(show_figure, (row.figure, row.p95)), map(show_figure, (row.bare, row.bare_p95))
    cells = [_escape(row.what), *own, row.unit, _escape(row.beside), *theirs, show_figure(row.ratio)]
    return f"| {' | '.join([*cells, row.better, show_figure(before), tell_change(row, before)])} |"


def _escape(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write_json(run: Run) -> str:
    """Return all of a run as JSON, from which `read_run` reads it."""
    told = run._asdict() | {
        "outcomes": [
            one._asdict() | {"rows": [row._asdict() | {"ratio": row.ratio} for row in one.rows]}
            for one in run.outcomes
        ]
    }
    return json.dumps(told, indent=1)


def read_run(file: Path) -> Run:
    """Return a run that was written to a file.

    Raises:
        ValueError: The file is none of ours.
    """
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        outcomes = [
            Outcome(**{**one, "rows": [_read_row(row) for row in one["rows"]]}) for one in told["outcomes"]
        ]
        return Run(told["at"], told["machine"], told["versions"], tuple(told["load"]), outcomes)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} is no table of make bench: {error}") from error


def _read_row(told: Mapping[str, object]) -> Row:
    return Row(**{name: value for name, value in told.items() if name != "ratio"})  # type: ignore[arg-type]


def find_earlier(folder: Path) -> Path | None:
    """Return the table of the newest run in a folder; None if there is none."""
    return max(folder.glob("*.json"), default=None)


def count_states(outcomes: Sequence[Outcome]) -> str:
    """Return how many parts came to what end.

    Example:
        >>> count_states([Outcome("logs", "done", "", 1.0, []), Outcome("chat", "not run", "", 0.0, [])])
        '1 done, 1 not run'
    """
    states = [outcome.state for outcome in outcomes]
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
