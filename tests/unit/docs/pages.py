"""What the pages say, and the sources that they say it of."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo

from processors.settings import Settings

ROOT: Final = Path(__file__).parents[3]
ROOMS: Final = ("dags", "evaluation", "local", "processors", "serving", "spark_jobs")
PAGES: Final = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]

_FENCE = re.compile(r"^(`{3,}).*?^\1`*$", re.MULTILINE | re.DOTALL)


def read_page(page: str | Path) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def find_code(page: Path) -> str:
    """All code of a page, a span or a block a line."""
    text = read_page(page)
    blocks = [match.group() for match in _FENCE.finditer(text)]
    spans = re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))
    return "\n".join([*blocks, *spans])


def find_rows(page: str, heading: str = "") -> dict[str, str]:
    """Rows of the tables of a page, or of the part under a heading, by each name in their first cell."""
    text = read_page(page)
    if heading:
        text = text.partition(f"\n{heading}\n")[2]
        text = re.split(rf"\n#{{1,{heading.count('#')}}} ", text)[0]
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return {name: row for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def list_variables() -> dict[str, FieldInfo]:
    """The variables of the platform's settings, by the names that their groups read."""
    groups: list[Any] = [group.annotation for group in Settings.model_fields.values()]
    return {field.validation_alias: field for group in groups for field in group.model_fields.values()}


@cache
def read_sources() -> str:
    """The text of all programs and their configuration."""
    suffixes = (".py", ".yaml", ".yml", ".template", ".env", ".toml", ".conf", ".lua")
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in suffixes]
    paths += [ROOT / "Makefile", *ROOT.glob("compose*.yaml"), *(ROOT / "tests").rglob("*.py")]
    return "\n".join(read_page(path) for path in paths)
