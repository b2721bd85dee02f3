"""The reference has a row for each thing that is there, with what it says of itself, and no other row."""

import importlib
import re
import tomllib
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram
from pydantic.fields import FieldInfo
from pydantic_core import to_json

from local.services import SERVICES
from local.settings import PORT_OFFSETS, StackSettings
from processors.knowledge import topics
from processors.knowledge.chunk import Chunk
from processors.monitoring import metrics as of_pipelines
from processors.retrieval.conditions import DYNAMIC_KINDS, KEYWORD_FILTERS
from serving.context import metrics as of_service
from serving.model_server import metrics as of_models
from serving.model_server.language import metrics as of_language
from serving.model_server.language.settings import LanguageSettings
from serving.model_server.settings import ModelServerSettings
from tests.unit.docs.pages import PAGES, ROOT, find_rows, list_variables, read_page

SETTINGS = "docs/reference/settings.md"
STACK_DEFAULTS = dict(re.findall(r"^(RUNLORE_\w+)=(.*)$", read_page("local/settings.env"), re.MULTILINE))
IGNORED = (ROOT / "dags/.airflowignore").read_text(encoding="utf-8").split()
DAGS = sorted(path.stem for path in (ROOT / "dags").glob("[a-z]*.py") if path.name not in IGNORED)
# Set in the shell, by other programs' names or for programs without a settings object.
OTHER_SETTINGS = {"RUNLORE_SERVICE_PORT", "OTEL_EXPORTER_OTLP_ENDPOINT"}


def name_settings(fields: dict[str, FieldInfo]) -> dict[str, FieldInfo]:
    return {f"RUNLORE_{name.upper()}": field for name, field in fields.items()}


PLATFORM = list_variables()
MODEL_SERVER = name_settings(ModelServerSettings.model_fields)
LANGUAGE = name_settings(LanguageSettings.model_fields)
STACK = name_settings(StackSettings.model_fields)


@pytest.mark.parametrize(
    ("heading", "name", "field"),
    [("## Platform", *item) for item in PLATFORM.items()]
    + [("## Model server", *item) for item in MODEL_SERVER.items()]
    + [("## Language model", *item) for item in LANGUAGE.items()],
)
def test_a_setting_has_a_row_with_its_default(heading: str, name: str, field: FieldInfo) -> None:
    row = find_rows(SETTINGS, heading)[name]
    default = None if field.is_required() else to_json(field.default).decode().strip('"*')
    if default not in (None, "", "null"):
        assert f"`{default}`" in row
    if heading == "## Platform" and not field.is_required():
        bounds = [getattr(each, "ge", getattr(each, "gt", None)) for each in field.metadata]
        least = next((str(bound) for bound in bounds if bound is not None), "")
        assert row.split("|")[3].strip() == least


@pytest.mark.parametrize("name", STACK)
def test_a_setting_of_the_local_stack_has_a_row_with_its_default(name: str) -> None:
    cell = find_rows(SETTINGS, "## Local stack")[name].split("|")[2].strip()
    assert cell == (
        f"`{STACK_DEFAULTS.get(name, '.runlore/envs')}`" if STACK_DEFAULTS.get(name, "-") else "empty"
    )


@pytest.mark.parametrize(
    ("heading", "there"),
    [
        ("## Local stack", STACK),
        ("## Platform", PLATFORM),
        ("## Model server", MODEL_SERVER),
        ("## Language model", LANGUAGE),
    ],
)
def test_a_row_is_of_a_setting_that_is_there(heading: str, there: dict[str, FieldInfo]) -> None:
    rows = {name for name in find_rows(SETTINGS, heading) if name.isupper()}
    assert rows <= there.keys() | OTHER_SETTINGS


def find_metrics() -> dict[str, Any]:
    values = [
        value
        for module in (of_service, of_models, of_language, of_pipelines)
        for value in vars(module).values()
    ]
    return {value._name: value for value in values if isinstance(value, Counter | Gauge | Histogram)}


def test_each_metric_has_a_row_with_its_type_and_labels_and_no_other_has() -> None:
    metrics = find_metrics()
    rows = {
        name.removesuffix("_total"): row
        for name, row in find_rows("docs/reference/metrics.md").items()
        if name.startswith("runlore_")
    }
    assert rows.keys() == metrics.keys()
    for name, metric in metrics.items():
        _, shown, kind, labels, *_ = rows[name].split("|")
        assert shown.strip().strip("`") == (f"{name}_total" if isinstance(metric, Counter) else name)
        assert kind.strip() == type(metric).__name__.lower()
        assert re.findall(r"`(\w+)`", labels) == list(metric._labelnames)


def test_each_stage_is_named_and_no_other_is() -> None:
    serving = "\n".join(read_page(path) for path in (ROOT / "serving").rglob("*.py"))
    row = find_rows("docs/reference/metrics.md")["runlore_stage_seconds"].split("|")[4]
    assert set(re.findall(r"`(\w+)`", row)) == set(re.findall(r"(?:time|note)_stage\(\"(\w+)\"", serving))


def test_each_code_of_an_error_has_a_row_and_no_other_has() -> None:
    serving = "\n".join(
        read_page(path) for path in (ROOT / "serving").rglob("*.py") if "model_server" not in path.parts
    )
    section = read_page("docs/reference/http-api.md").partition("\n## Errors\n")[2].partition("\n## ")[0]
    cells = [row.split("|")[2] for row in section.splitlines() if row.startswith("| ")]
    told = {code for cell in cells for code in cell.split("`")[1::2]}
    assert told == {
        code for pair in re.findall(r"\bcode=\"(\w+)\"|\b4\d\d: \"(\w+)\"", serving) for code in pair if code
    }


def test_each_alert_has_its_name_on_the_page_and_no_other_has() -> None:
    told = read_page("docs/reference/metrics.md").partition("\n## Alerts\n")[2]
    there = re.findall(r"- alert: (\w+)", read_page("local/config/rules.yml"))
    assert set(re.findall(r"^\| `(\w+)`", told, re.MULTILINE)) == set(there)


@pytest.mark.parametrize("name", DAGS)
def test_a_dag_has_a_row_with_its_tasks_and_one_for_each_parameter(name: str) -> None:
    dag = getattr(importlib.import_module(f"dags.{name}"), name)()
    page = "docs/reference/dags.md"
    assert set(re.findall(r"`(\w+_task)`", find_rows(page, "## Tasks")[name])) == set(dag.task_ids)
    rows = [row.split("|")[1:4] for row in read_page(page).splitlines() if row.startswith(f"| `{name}` | `")]
    told = {parameter.strip().strip("`"): title.strip() for _, parameter, title in rows}
    assert told == {key: dag.params.get_param(key).schema["title"] for key in dag.params}


def test_no_dag_is_told_of_that_is_not_there() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", read_page("docs/reference/dags.md"), re.MULTILINE)) == set(DAGS)
    for page in PAGES:
        named = re.findall(r"\bDAGs? `(\w+)`|dags trigger (\w+)", read_page(page))
        assert {name for pair in named for name in pair if name} <= set(DAGS), page


def test_each_topic_has_a_row_and_no_other_has() -> None:
    table = read_page("docs/reference/kafka.md").partition("\n## ")[0]
    assert set(re.findall(r"^\| `(runlore\.[\w.-]+)`", table, re.MULTILINE)) == set(topics.ALL)


def test_each_service_has_a_row_with_its_port_and_no_other_has() -> None:
    table = read_page("docs/reference/services.md").partition("\n## ")[0]
    rows = {row.split("`")[1]: row.split("|") for row in table.splitlines() if row.startswith("| `")}
    assert rows.keys() == {service.name for service in SERVICES}
    for service in SERVICES:
        offset = PORT_OFFSETS[service.port] if service.port else None
        told = [cell.strip() for cell in rows[service.name][2:4]]
        assert told == (["", ""] if offset is None else [str(23000 + offset), str(offset)])


def test_each_field_of_a_chunk_has_a_row_and_no_other_has() -> None:
    table = read_page("docs/reference/chunk.md").partition("\n## ")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = {name for cell in rows for name in re.findall(r"`(\w+)`", cell)}
    assert named | {"write_version"} == set(Chunk.__annotations__)


def test_each_kind_of_chunk_has_a_row_and_no_other_has() -> None:
    assert find_rows("docs/reference/chunk.md", "## Kinds").keys() == DYNAMIC_KINDS | {"runbook", "doc"}


def test_each_filter_of_a_retrieval_is_told() -> None:
    row = find_rows("docs/reference/http-api.md", "## Retrieve")["filters"]
    told = row.split("|")[3].split(" with a value")[0]
    assert re.findall(r"`(\w+)`", told) == list(KEYWORD_FILTERS)


def test_each_rule_of_the_gate_is_told() -> None:
    page = read_page("docs/reference/versions-and-gate.md").partition("\n## The gate\n")[2]
    policy = yaml.safe_load(read_page("evaluation/gate/gate.yaml"))
    rules = {rule for rules in policy.values() for rule in rules} | set(policy["cag"]["query_sets"])
    assert rules - {"query_sets"} <= set(re.findall(r"`(\w+)`", page))


def test_each_route_of_the_service_has_a_row_and_no_other_has() -> None:
    routes = "\n".join(path.read_text() for path in sorted((ROOT / "serving").glob("[am]*/*.py")))
    there = re.findall(r"@(?:get|post|websocket|asgi)\(\s*\"/([^\"]*)", routes)
    table = read_page("docs/reference/http-api.md").partition("\n## ")[0]
    told = {name.removeprefix("v1/") for name in re.findall(r"`(?:GET|POST|WebSocket) /([^`]+)`", table)}
    assert told - {"schema"} == {re.sub(r":\w+}", "}", route) for route in there}


def test_a_dependency_has_a_row_with_its_version() -> None:
    project = tomllib.loads(read_page("pyproject.toml"))["project"]
    lock = read_page("requirements.txt")
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==([^\s;]+)", lock, re.MULTILINE))
    for dependency in project["dependencies"]:
        name = re.match(r"[a-z0-9-]+", dependency)[0]  # type: ignore[index]
        assert f"\n| {name} | {pinned[name]} |" in read_page("docs/dependencies.md"), name
