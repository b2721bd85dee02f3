"""Grafana's JSON of a dashboard, schema version 39 (Grafana 10.4 and newer)."""

import json
from pathlib import Path
from typing import Any, Final

from local.dashboards.definition import Dashboard, Panel

FOLDER: Final = Path(__file__).parent / "grafana"
_COLUMNS: Final = 3
_WIDTH: Final = 8
"""Of a panel, in Grafana's grid of 24."""
_HEIGHT: Final = 8
_SOURCE: Final = {"type": "prometheus", "uid": "${source}"}


def render(dashboard: Dashboard) -> str:
    """Return the file of a dashboard; its data source is chosen on the page."""
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    page: dict[str, Any] = {
        "uid": f"runlore-{dashboard.name}",
        "title": dashboard.title,
        "tags": ["runlore"],
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [source]},
        "panels": [_make_panel(number, panel) for number, panel in enumerate(dashboard.panels)],
    }
    return json.dumps(page, indent=1, ensure_ascii=False) + "\n"


def write_all(dashboards: list[Dashboard]) -> None:
    """Write the file of each dashboard into the folder that charts and Grafana read."""
    FOLDER.mkdir(exist_ok=True)
    for dashboard in dashboards:
        (FOLDER / f"{dashboard.name}.json").write_text(render(dashboard), encoding="utf-8")


def _make_panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, _COLUMNS)
    targets = [
        {"refId": chr(ord("A") + place), "expr": query, "legendFormat": legend, "datasource": _SOURCE}
        for place, (legend, query) in enumerate(panel.queries.items())
    ]
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": targets,
    }
