"""What came of the on-call questions, in MLflow: a row for each question, shares, and a picture by kind."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import matplotlib as mpl

mpl.use("Agg")

import mlflow
from matplotlib.figure import Figure

from processors.settings import load_settings

EXPERIMENT: Final = "runlore-oncall"
_ADDRESS: Final = "RUNLORE_MLFLOW_TRACKING_URI"

Row = Mapping[str, str | float]


def log_oncall(
    rows: Sequence[Row], table: str, seed: int, shortfalls: Sequence[str], *, is_stack: bool
) -> None:
    """Log a run of the on-call questions, if an MLflow is set up.

    Args:
        rows: A question each: kind, language, split, right, seconds, answer, faults.
        table: The shares as they are printed.
        seed: Of the afternoon.
        shortfalls: What isn't reached of what a release must reach.
        is_stack: Whether a stack was asked, and not one process.
    """
    if _ADDRESS not in os.environ:
        return
    mlflow.set_tracking_uri(os.environ[_ADDRESS])
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run():
        mlflow.log_params(
            {
                "seed": seed,
                "asked": "stack" if is_stack else "process",
                "questions": len(rows),
                "code_commit": load_settings().versions.code_commit,
            }
        )
        mlflow.set_tag("release", "refused" if shortfalls else "passed")
        if shortfalls:
            mlflow.set_tag("reasons", " ".join(shortfalls))
        for names in (("language", "split"), ("kind", "language")):
            for name, shares in _group(rows, *names).items():
                mlflow.log_metric(f"right_{name}", sum(shares) / len(shares))
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        mlflow.log_table(columns, "questions.json")
        mlflow.log_text(table, "shares.md")
        mlflow.log_figure(draw_kinds(rows), "right_by_kind.png")


def draw_kinds(rows: Sequence[Row]) -> Figure:
    """Return the share of right answers of each kind, a bar for each language.

    Args:
        rows: At least one.
    """
    shares = _group(rows, "kind", "language")
    kinds = sorted({str(row["kind"]) for row in rows})
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    for place, language in enumerate(("en", "ru")):
        held = [shares.get(f"{kind}_{language}", [0.0]) for kind in kinds]
        heights = [sum(each) / len(each) for each in held]
        axes.bar([at + 0.4 * place for at in range(len(kinds))], heights, width=0.38, label=language)
    axes.set_xticks([at + 0.2 for at in range(len(kinds))], kinds, rotation=30)
    axes.set(ylim=(0, 1), ylabel="share of right answers", title="On-call questions answered right, by kind")
    axes.legend()
    return figure


def _group(rows: Sequence[Row], *names: str) -> dict[str, list[float]]:
    grouped: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        grouped["_".join(str(row[name]) for name in names)].append(float(row["right"]))
    return grouped
