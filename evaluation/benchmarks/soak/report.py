"""What a soak says: a table, pictures, and sentences about what is wrong; MLflow keeps all of it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import matplotlib as mpl

mpl.use("Agg")

import mlflow
from matplotlib.figure import Figure

from evaluation.benchmarks.rows import percentile
from evaluation.benchmarks.soak.readings import Readings
from evaluation.benchmarks.soak.use import Use
from evaluation.benchmarks.soak.verdict import WARM_UP, Growth

EXPERIMENT: Final = "runlore-soak"


class Soak(NamedTuple):
    """All that was seen.

    Attributes:
        seconds: How long.
        events: Events sent.
        delays: Seconds until each could be retrieved.
        unseen: What is said of those that could not.
        use: Questions, changes, swaps.
        growth: Of each program.
        readings: Of each program.
    """

    seconds: float
    events: int
    delays: list[float]
    unseen: str
    use: Use
    growth: Sequence[Growth]
    readings: Readings


def list_faults(soak: Soak) -> list[str]:
    """Return what is wrong, a sentence each; none: it stood."""
    refused = soak.use.refused
    return [
        *([soak.unseen] if soak.unseen else []),
        *(f"{len(refused)} questions got no answer, the first at {first}" for first in refused[:1]),
        *soak.use.lost,
        *(fault for growth in soak.growth for fault in growth.faults),
    ]


def write_table(soak: Soak) -> str:
    """Return the figures as text for people, Markdown."""
    use, answers = soak.use, [taken for _, taken in soak.use.answers]
    found, made = _say(soak.delays), _say([taken for _, taken in use.swaps])
    lines = [
        f"- {soak.seconds / 60:.0f} minutes; {soak.events} events, {found} until each is found",
        f"- {len(answers)} answers, {_say(answers)}; {len(use.refused)} without one",
        f"- {use.changes} changes of a page, {len(use.swaps)} new versions, {made} each",
        "",
        "| program | MiB | added | handles | added | started again |",
        "|---|---|---|---|---|---|",
        *(
            f"| {one.program} | {one.memory:.0f} | {one.memory_added:+.1f} | {one.handles:.0f} "
            f"| {one.handles_added:+.1f} | {one.starts} |"
            for one in soak.growth
        ),
        *([] if soak.growth else ["", "Too short to say whether a program grows."]),
    ]
    return "\n".join(lines)


def _say(times: list[float]) -> str:
    if not times:
        return "none timed"
    return f"p50 {percentile(times, 0.5):.2f} s, p95 {percentile(times, 0.95):.2f} s"


def draw_readings(readings: Readings, field: str, unit: str, seconds: float) -> Figure:
    """Return how a quantity of each program went, a panel each.

    Args:
        readings: Of all programs.
        field: Of a reading, `memory` or `handles`.
        unit: In which it is told.
        seconds: How long the soak was.
    """
    names = sorted(readings)
    columns = 4
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(14, 2.2 * rows), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes, name in zip(panels, names, strict=False):
        minutes = [reading.at / 60 for reading in readings[name]]
        values = [getattr(reading, field) for reading in readings[name]]
        axes.plot(minutes, values, linewidth=1)
        axes.axvspan(0, WARM_UP * seconds / 60, color="#dddddd")
        axes.set_ylim(0, max(values) * 1.25 or 1)
        axes.set_title(name, fontsize=9)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    figure.suptitle(f"{field.capitalize()} of each program in {unit}, over minutes; the warm-up is grey")
    return figure


def draw_times(soak: Soak) -> Figure:
    """Return how long answers took over the time of the soak, with the swaps marked."""
    figure = Figure(figsize=(12, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot([at / 60 for at, _ in soak.use.answers], [s for _, s in soak.use.answers], ".", markersize=2)
    for at, _ in soak.use.swaps:
        axes.axvline(at / 60, color="#c77700", linewidth=0.8)
    axes.set_xlabel("minutes; a line is a new version")
    axes.set_ylabel("seconds until the whole answer")
    axes.set_yscale("log")
    return figure


def log_soak(soak: Soak, tracking_uri: str, commit: str) -> str:
    """Log all of it to MLflow.

    Args:
        soak: What was seen.
        tracking_uri: Of MLflow.
        commit: Of the code that runs.

    Returns:
        The run's id.
    """
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_experiment(EXPERIMENT)
    faults, answers = list_faults(soak), [taken for _, taken in soak.use.answers]
    with mlflow.start_run() as run:
        mlflow.log_params({"seconds": round(soak.seconds), "code_commit": commit})
        mlflow.set_tag("verdict", "unsteady" if faults else "steady")
        timed = {"freshness": list(soak.delays), "answer": answers}
        for name, times in timed.items():
            if times:
                mlflow.log_metric(f"{name}_p95_seconds", percentile(times, 0.95))
        mlflow.log_metrics({f"memory_added_mib/{one.program}": one.memory_added for one in soak.growth})
        mlflow.log_text("\n".join([write_table(soak), "", *faults]), "soak.md")
        for field, unit in (("memory", "MiB"), ("handles", "number")):
            figure = draw_readings(soak.readings, field, unit, soak.seconds)
            mlflow.log_figure(figure, f"{field}.png")
        mlflow.log_figure(draw_times(soak), "answers.png")
        return str(run.info.run_id)
