"""The pages tell of what is there: settings with defaults, dependencies with versions, files and links."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo
from pydantic_core import to_json

from processors.settings import Settings

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def find_row(page: str, name: str) -> str:
    rows = (ROOT / page).read_text(encoding="utf-8").splitlines()
    return next((row for row in rows if row.startswith("|") and name in row.split("|")[1]), "")


@pytest.mark.parametrize(("name", "field"), Settings.model_fields.items())
def test_a_setting_has_a_row_with_its_default(name: str, field: FieldInfo) -> None:
    row = find_row("docs/reference/settings.md", f"`RUNLORE_{name.upper()}`")
    assert row
    default = None if field.is_required() else to_json(field.default).decode().strip('"*')
    if default not in (None, "", "null"):
        assert f"`{default}`" in row


def test_a_dependency_has_a_row_with_its_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==([^\s;]+)", lock, re.MULTILINE))
    for dependency in project["dependencies"]:
        name = re.match(r"[a-z0-9-]+", dependency)[0]  # type: ignore[index]
        assert f"| {name} | {pinned[name]} |" in find_row("docs/dependencies.md", name), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_links_of_a_page_are_there(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    named = re.findall(
        r"`((?:dags|processors|serving|evaluation|spark_jobs|local|tests|docs)/[\w./-]+\.\w+)", text
    )
    missing += [name for name in named if not (ROOT / name).exists()]
    assert not missing
