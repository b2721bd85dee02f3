"""`make bench`: the benchmarks that fit into a quarter of an hour on the running stack, and their table.

The table lies in `bench` in the stack's folder, as Markdown and JSON, and in MLflow, experiment
`runlore-benchmarks`. It stands beside the run before, or beside the file that `--beside` names. A part that
fails is told of, and the others are run all the same.
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mlflow.exceptions import MlflowException

from evaluation.benchmarks.rows import tell_load
from evaluation.benchmarks.together.machine import describe_machine, list_versions
from evaluation.benchmarks.together.parts import Part, choose_parts
from evaluation.benchmarks.together.running import Outcome, Progress, run_parts
from evaluation.benchmarks.together.tables import (
    Run,
    count_states,
    find_earlier,
    list_ratios,
    read_run,
    write_json,
    write_table,
)
from evaluation.report.benchmarks import EXPERIMENT, Figure, log_benchmarks
from local.command_line import end_when_told
from local.settings import StackSettings
from local.settings import load_settings as load_stack_settings
from processors.settings import Settings, load_settings

_MINUTES: Final = 15.0
# Writes over the line of a terminal.
_BEGIN: Final = "\r\x1b[K"


def show_progress(parts: list[Part]) -> Progress:
    """Return what tells which part runs, for how long, and how long all take from now."""
    begun = set[str]()

    def tell(part: Part, taken: float) -> None:
        place = parts.index(part)
        left = sum(each.seconds for each in parts[place + 1 :]) + max(0.0, part.seconds - taken)
        line = f"[{place + 1}/{len(parts)}] {part.name}: {taken:.0f} s of some {part.seconds}; "
        line += f"some {left / 60:.0f} min left in all"
        if sys.stdout.isatty():
            sys.stdout.write(f"{_BEGIN}{line}")
        elif part.name not in begun:
            sys.stdout.write(f"{line}\n")
        begun.add(part.name)
        sys.stdout.flush()

    return tell


def measure(
    settings: Settings, stack: StackSettings, parts: list[Part], others: list[Part], minutes: float
) -> Run:
    """Run the parts, and return all that is told of them.

    Args:
        settings: Of the platform.
        stack: Names the environments.
        parts: That are run.
        others: That are not.
        minutes: For all of them.
    """
    at, before = datetime.now(UTC), tell_load()
    with tempfile.TemporaryDirectory(prefix="runlore-bench-") as folder:
        outcomes = []
        for one in run_parts(parts, stack.envs, Path(folder), minutes * 60, show_progress(parts)):
            outcomes.append(one)
            told = f"{one.part}: {one.state} after {one.seconds:.0f} s, {len(one.rows)} rows. {one.told}"
            sys.stdout.write(f"{_BEGIN if sys.stdout.isatty() else ''}{told.strip()}\n")
            sys.stdout.flush()
    for part in others:
        told = f"{part.apart or 'it was not asked for'}: make bench-{part.name}"
        outcomes.append(Outcome(part.name, "not run", told, 0.0, []))
    load = (before, tell_load())
    return Run(at.isoformat(timespec="seconds"), describe_machine(), list_versions(settings), load, outcomes)


def main() -> int:
    """Measure on the stack that the environment names.

    Returns:
        1 if a part failed.
    """
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help="these parts, with commas between them")
    parser.add_argument("--all", action="store_true", help="all parts that need no stack of their own")
    parser.add_argument(
        "--minutes", type=float, default=0, help=f"for all of it; {_MINUTES:.0f} unless --all"
    )
    parser.add_argument("--beside", type=Path, help="table of an earlier run, JSON; the last one by default")
    given = parser.parse_args()
    # The part that runs is in a group of its own, and must end, too.
    end_when_told()
    stack = load_stack_settings()
    folder = stack.home / "bench"
    try:
        parts, others = choose_parts([name for name in given.only.split(",") if name], everything=given.all)
        file = given.beside or find_earlier(folder)
        earlier = read_run(file) if file else None
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    settings = load_settings()
    minutes = given.minutes or (sum(part.seconds for part in parts) / 20 if given.all else _MINUTES)
    run = measure(settings, stack, parts, others, minutes)
    keep(run, earlier, folder, settings.mlflow.tracking_uri)
    return int(any(outcome.state == "failed" for outcome in run.outcomes))


def keep(run: Run, earlier: Run | None, folder: Path, tracking_uri: str) -> None:
    """Print the table, write it to files, and log it.

    Args:
        run: Is kept.
        earlier: Stands beside it.
        folder: Of the tables.
        tracking_uri: Of MLflow.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, told = write_table(run, earlier), write_json(run)
    stem = run.at[:19].replace(":", "-")
    for ending, text in (("md", page), ("json", told)):
        (folder / f"{stem}.{ending}").write_text(text, encoding="utf-8")
    sys.stdout.write(f"\n{page}\n{count_states(run.outcomes)}; {folder / stem}.md and .json\n")
    figures = [
        Figure(outcome.part, row.what, row.unit, row.beside, row.figure, row.ratio, row.better)
        for outcome in run.outcomes
        for row in outcome.rows
    ]
    before = list_ratios(earlier) if earlier else {}
    facts, files = {**run.machine, **run.versions}, {"bench.md": page, "bench.json": told}
    try:
        made = log_benchmarks(tracking_uri, figures, before, facts, files)
        sys.stdout.write(f"MLflow, experiment {EXPERIMENT}: run {made}\n")
    except MlflowException as error:
        sys.stdout.write(f"MLflow, experiment {EXPERIMENT}: not logged, {error}\n")


if __name__ == "__main__":
    sys.exit(main())
