"""What the sizes cost, as a table and pictures; MLflow keeps both."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import matplotlib as mpl

mpl.use("Agg")

import mlflow
from matplotlib.figure import Figure

from evaluation.benchmarks.scale.fitting import Law, fit_law, miss
from evaluation.benchmarks.scale.measuring import Cost

EXPERIMENT: Final = "runlore-scale"
COSTS: Final = {
    "write_ms": "ms to write a thousand chunks more",
    "search_ms": "ms of a search, one client",
    "search_p95_ms": "ms of a search, 95th percentile",
    "store_mib": "MiB on disk",
    "read_ms": "ms to read an entry of the cache",
    "fold_ms": "ms to fold a thousand log lines",
    "rebuild_s": "s of a rebuild's fold by Spark",
}
"""What follows a law, with its unit."""


class Curve(NamedTuple):
    """How a cost grows.

    Attributes:
        law: Fitted to some sizes.
        seen: Size to cost, all sizes.
        misses: Of the sizes that the law wasn't fitted to, how far its prediction is off, as a share.
    """

    law: Law
    seen: dict[int, float]
    misses: dict[int, float]


def draw_curve(seen: Mapping[int, float], checks: Sequence[int]) -> Curve:
    """Return the law of all sizes but those that check it.

    Args:
        seen: Size to cost.
        checks: Sizes that the law must predict.

    Example:
        >>> curve = draw_curve({10: 10.0, 100: 100.0, 1000: 1000.0, 50: 40.0}, [50])
        >>> {size: round(share, 2) for size, share in curve.misses.items()}
        {50: 0.25}
    """
    law = fit_law({size: cost for size, cost in seen.items() if size not in checks})
    misses = {size: miss(law, size, cost) for size, cost in seen.items() if size in checks}
    return Curve(law, dict(seen), misses)


def list_curves(costs: Sequence[Cost], checks: Sequence[int]) -> dict[str, Curve]:
    """Return a curve for each cost of the index.

    Args:
        costs: Of all sizes.
        checks: Sizes that a law must predict.
    """
    names = [name for name in COSTS if name in Cost._fields]
    return {name: draw_curve({cost.chunks: getattr(cost, name) for cost in costs}, checks) for name in names}


def write_table(costs: Sequence[Cost], curves: Mapping[str, Curve]) -> str:
    """Return the figures for people, as Markdown.

    Args:
        costs: Of all sizes of the index.
        curves: Of these and of other costs.
    """
    lines = [
        "| chunks | written, ms a thousand | search p50 ms | p95 ms | searches/s, 8 clients | recall@10 "
        "| heap MiB | on disk MiB | segments |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {cost.chunks:,} | {cost.write_ms:.0f} | {cost.search_ms:.1f} | {cost.search_p95_ms:.1f} "
            f"| {cost.searches_per_s:.0f} | {cost.recall:.3f} | {cost.heap_mib:.0f} | {cost.store_mib:.0f} "
            f"| {cost.segments:.0f} |"
            for cost in costs
        ),
        "",
        "| cost | grows with size to the power of | predicted, not fitted |",
        "|---|---|---|",
        *(
            f"| {COSTS[name]} | {curve.law.slope:.2f} | {_tell_misses(curve)} |"
            for name, curve in curves.items()
        ),
    ]
    return "\n".join(lines)


def _tell_misses(curve: Curve) -> str:
    told = (
        f"{curve.law.predict(size):.3g} at {size:,}, measured {curve.seen[size]:.3g} ({share:+.0%})"
        for size, share in curve.misses.items()
    )
    return "; ".join(told) or "no size left"


def draw_costs(curves: Mapping[str, Curve]) -> Figure:
    """Return a panel for each cost: sizes that a law was fitted to, those that it predicts, and the law."""
    columns = 3
    rows = -(-len(curves) // columns)
    figure = Figure(figsize=(13, 3.6 * rows), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes, (name, curve) in zip(panels, curves.items(), strict=False):
        fitted = {size: cost for size, cost in curve.seen.items() if size not in curve.misses}
        checked = {size: curve.seen[size] for size in curve.misses}
        sizes = sorted(curve.seen)
        axes.plot(sizes, [curve.law.predict(size) for size in sizes], "--", color="#8a8a8a", label="law")
        axes.plot(list(fitted), list(fitted.values()), "o", color="#1f5fa8", label="fitted")
        axes.plot(list(checked), list(checked.values()), "D", color="#c77700", label="predicted")
        axes.set(
            xscale="log", yscale="log", xlabel="size", title=f"{COSTS[name]}\nslope {curve.law.slope:.2f}"
        )
        axes.set_ylim(min(curve.seen.values()) / 3, max(curve.seen.values()) * 3)
    panels[0].legend()
    for axes in panels[len(curves) :]:
        axes.set_visible(False)
    return figure


def log_scale(
    costs: Sequence[Cost], curves: Mapping[str, Curve], params: Mapping[str, Any], tracking_uri: str
) -> str:
    """Log all of it to MLflow, and return the run's id.

    Args:
        costs: Of all sizes of the index.
        curves: Of these and of other costs.
        params: What it was measured on.
        tracking_uri: Of MLflow.
    """
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run() as run:
        mlflow.log_params(dict(params))
        for cost in costs:
            told = cost._asdict()
            mlflow.log_metrics({name: float(value) for name, value in told.items()}, step=cost.chunks)
        mlflow.log_metrics({f"slope/{name}": curve.law.slope for name, curve in curves.items()})
        mlflow.log_text(write_table(costs, curves), "scale.md")
        told_curves = {name: curve._asdict() for name, curve in curves.items()}
        mlflow.log_dict({"costs": [cost._asdict() for cost in costs], "curves": told_curves}, "scale.json")
        mlflow.log_figure(draw_costs(curves), "scale.png")
        return str(run.info.run_id)
