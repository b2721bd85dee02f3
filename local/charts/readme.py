"""The table of values in the chart's README, made of their schema and their defaults."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from local.charts.helm import CHART

README = CHART / "README.md"
_BEGIN, _END = "<!-- values -->\n", "<!-- end of values -->\n"


def write_table() -> None:
    """Write the table into the README."""
    README.write_text(replace_table(README.read_text()))


def replace_table(page: str) -> str:
    """Return the page with the table as the schema and the defaults say."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    rows = "".join(f"| `{name}` | {default} | {text} |\n" for name, default, text in _rows(schema, defaults))
    table = f"\n| value | default | meaning |\n|---|---|---|\n{rows}\n"
    return re.sub(f"{_BEGIN}.*{_END}", lambda _: f"{_BEGIN}{table}{_END}", page, flags=re.DOTALL)


def _rows(schema: dict[str, Any], defaults: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    for name, part in schema["properties"].items():
        here, default = f"{path}{name}", defaults[name]
        if "properties" in part and "requests" not in part["properties"]:
            yield f"{here}", "", f"**{part['description']}**"
            yield from _rows(part, default, f"{here}.")
        else:
            yield here, f"`{json.dumps(default)}`", _describe(part)


def _describe(part: dict[str, Any]) -> str:
    choices = part.get("enum", ())
    return f"{part['description']} {' or '.join(f'`{choice}`' for choice in choices)}".strip()
