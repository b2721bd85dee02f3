"""The chart's values: each file of them is as the schema wants, each typical mistake is not."""

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from local.charts.helm import CHART, TYPOS, list_values
from local.charts.readme import README, replace_table
from local.settings import ROOT

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
INSTALLATIONS = ("aks", "dev", "eks", "external-secrets", "gke", "prod")
DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text())


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Put values over others, as Helm does."""
    merged = copy.deepcopy(below)
    for name, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = merge(merged[name], value) if both else value
    return merged


def list_faults(file: Path) -> list[str]:
    values = merge(DEFAULTS, yaml.safe_load(file.read_text()))
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(values)]


@pytest.mark.parametrize("file", list_values(), ids=lambda file: file.stem)
def test_each_file_of_values_is_as_the_schema_wants(file: Path) -> None:
    assert list_faults(file) == []


@pytest.mark.parametrize("file", sorted(TYPOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_each_typical_mistake_is_refused_for_itself_alone(file: Path) -> None:
    assert len(list_faults(file)) == 1


def test_ten_mistakes_and_each_installation_are_tried() -> None:
    assert len(list(TYPOS.glob("*.yaml"))) >= 10
    assert [file.stem for file in list_values()] == [f"values-{name}" for name in INSTALLATIONS]


def test_each_object_of_the_schema_says_which_names_it_takes() -> None:
    def list_open(schema: Any, path: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        inner = [name for key, part in schema.items() for name in list_open(part, f"{path}/{key}")]
        is_open = "properties" in schema and schema.get("additionalProperties") is not False
        return [path, *inner] if is_open and path.rpartition("/")[2] != "properties" else inner

    assert list_open(SCHEMA, "") == []


def test_the_readme_describes_the_values_as_they_are() -> None:
    page = README.read_text()
    assert replace_table(page) == page, "python -m local.charts readme"
    assert "| `service.replicas` | `2` |" in page


def test_the_chart_is_released_with_the_project() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert chart["version"] == chart["appVersion"] == project["version"]
