"""Pictures of the dashboards: their queries, asked of a live Prometheus and drawn without Grafana."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from local.dashboards.definition import Dashboard, Panel
from processors.stores.prometheus import query_range

SPAN: Final = timedelta(hours=1)
_STEP_S: Final = 30
_COLUMNS: Final = 3
_LEGENDS_IN_A_COLUMN: Final = 9
_SMALL: Final = 7
_LONG_S: Final = 120


def draw(dashboard: Dashboard, prometheus_url: str, file: Path) -> list[str]:
    """Draw the last hour of a dashboard into a PNG file, and return the titles of panels without any point.

    Args:
        dashboard: What is drawn.
        prometheus_url: Is asked.
        file: Where to; its folder is there.

    Raises:
        httpx.HTTPError: Prometheus is unreachable, or refuses a query.
    """
    rows = -(-len(dashboard.panels) // _COLUMNS)
    with mpl.rc_context({"font.size": _SMALL, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(5 * _COLUMNS, 2.8 * rows), layout="constrained")
        figure.suptitle(dashboard.title, fontsize=12)
        empty = []
        for place, panel in enumerate(dashboard.panels, start=1):
            axes = figure.add_subplot(rows, _COLUMNS, place)
            axes.set_title(panel.title, fontsize=_SMALL + 2)
            series = list(ask(panel, prometheus_url))
            _draw_panel(axes, panel, series)
            if not series:
                empty.append(panel.title)
        figure.savefig(file, dpi=100)
    return empty


def ask(panel: Panel, prometheus_url: str) -> Iterator[tuple[str, list[float], list[float]]]:
    """Yield each series of a panel: its legend, its times in minutes from now, and its values.

    Args:
        panel: What is drawn.
        prometheus_url: Is asked.
    """
    end = datetime.now(UTC)
    for legend, query in panel.queries.items():
        answer = query_range(prometheus_url, query, end - SPAN, end, _STEP_S)
        for series in answer["data"]["result"]:
            minutes = [(at - end.timestamp()) / 60 for at, _ in series["values"]]
            values = [float(value) for _, value in series["values"]]
            yield fill_legend(legend, series["metric"]), minutes, values


def fill_legend(legend: str, labels: dict[str, str]) -> str:
    """Return a legend with the values of its labels.

    Example:
        >>> fill_legend("{{topic}}", {"topic": "runlore.logs"})
        'runlore.logs'
    """
    return re.sub(r"{{\s*(\w+)\s*}}", lambda match: labels.get(match[1], ""), legend)


def write_value(value: float, unit: str) -> str:
    """Return a value as people read it.

    Example:
        >>> [write_value(0.25, "percentunit"), write_value(3e9, "bytes"), write_value(90, "s")]
        ['25%', '2.8 GiB', '90 s']
        >>> [write_value(600, "s"), write_value(1234, "short")]
        ['10 min', '1,234']
    """
    if unit == "percentunit":
        return f"{100 * value:.3g}%"
    if unit == "bytes":
        return f"{value / 2**30:.2g} GiB" if value >= 2**30 else f"{value / 2**20:.3g} MiB"
    if unit == "s":
        return f"{value / 60:.3g} min" if value > _LONG_S else f"{value:.3g} s"
    return f"{value:,.4g}"


def _draw_panel(axes: Axes, panel: Panel, series: list[tuple[str, list[float], list[float]]]) -> None:
    if panel.kind == "stat" or not series:
        axes.axis("off")
        text = write_value(series[0][2][-1], panel.unit) if series else "no data"
        axes.text(0.5, 0.5, text, ha="center", va="center", fontsize=28 if series else 12)
        return
    for legend, minutes, values in series:
        axes.plot(minutes, values, label=legend[:40], linewidth=1)
    axes.set_xlim(-SPAN.total_seconds() / 60, 0)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} min"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write_value(value, panel.unit)))
    top = 1.1 * max(max(values) for _, _, values in series) or 1
    # A line at 0 is seen above the axis.
    axes.set_ylim(-top / 50, top)
    axes.legend(frameon=False, loc="upper left", ncols=1 + len(series) // _LEGENDS_IN_A_COLUMN)
