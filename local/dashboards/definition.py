"""Reads what the dashboards show."""

from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import yaml

FILE: Final = Path(__file__).parent / "dashboards.yaml"


class Panel(NamedTuple):
    """One picture or figure; `queries` is PromQL by legend."""

    title: str
    unit: str
    queries: dict[str, str]
    kind: Literal["timeseries", "stat"] = "timeseries"


class Dashboard(NamedTuple):
    """A page of panels."""

    name: str
    title: str
    panels: list[Panel]


def load_dashboards() -> list[Dashboard]:
    """Return the dashboards in the order of the file."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        Dashboard(name, each["title"], [Panel(**panel) for panel in each["panels"]])
        for name, each in content.items()
    ]
