"""The files of clouds say what the service needs, and what a cloud doesn't know is found."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.charts.clouds import CLOUD_RUN, CLOUDS, ECS, GROUP, list_run_faults
from local.charts.container_group import list_lost
from local.containers.build import name_image
from local.settings import ROOT

NEEDED = {
    "RUNLORE_URL",
    "RUNLORE_OPENSEARCH_URL",
    "RUNLORE_REDIS_URL",
    "RUNLORE_KSERVE_URL",
    "RUNLORE_KAFKA_BOOTSTRAP",
    "RUNLORE_MLFLOW_TRACKING_URI",
    "RUNLORE_PROMETHEUS_URL",
    "RUNLORE_STAGING_URL",
    "RUNLORE_DOCS",
    "RUNLORE_API_KEY_FILE",
    "RUNLORE_MASK_KEY_FILE",
}
MINIMUM = "autoscaling.knative.dev/minScale"
ANNOTATIONS = f"* `run.googleapis.com/ingress`: Service, Instance. * `{MINIMUM}`: Revision."
# As a discovery document writes it, in short.
SCHEMAS: dict[str, Any] = {
    "Service": {
        "id": "Service",
        "type": "object",
        "properties": {"metadata": {"$ref": "ObjectMeta"}, "spec": {"$ref": "Spec"}},
    },
    "Spec": {"id": "Spec", "type": "object", "properties": {"template": {"$ref": "Template"}}},
    "Template": {"id": "Template", "type": "object", "properties": {"metadata": {"$ref": "ObjectMeta"}}},
    "ObjectMeta": {
        "id": "ObjectMeta",
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "annotations": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": ANNOTATIONS,
            },
        },
    },
}


@pytest.mark.parametrize("file", [ECS, CLOUD_RUN, GROUP], ids=lambda file: file.stem)
def test_the_service_gets_what_has_no_default(file: Path) -> None:
    assert set(re.findall(r"\b[Nn]ame: (RUNLORE_\w+)", file.read_text())) == NEEDED


def test_that_is_what_an_env_file_for_docker_holds() -> None:
    page = (ROOT / "docs/how-to/run-the-service-in-a-container.md").read_text()
    assert set(re.findall(r"^(RUNLORE_\w+)=", page, re.MULTILINE)) == NEEDED


def test_every_file_of_a_cloud_is_looked_at() -> None:
    assert set(CLOUDS.iterdir()) == {ECS, CLOUD_RUN, GROUP}


def test_the_image_is_the_one_that_is_built() -> None:
    for file in (CLOUD_RUN, GROUP):
        assert re.findall(r"image: \S+/(runlore/service:\S+)", file.read_text()) == [name_image("service")]


def test_no_secret_stands_in_a_file() -> None:
    group = yaml.safe_load(GROUP.read_text())
    (volume,) = group["properties"]["volumes"]
    assert all(re.fullmatch(r"\$\{\w+\}", value) for value in volume["secret"].values())


def annotate(name: str) -> dict[str, Any]:
    return {"metadata": {"annotations": {name: "1"}}}


@pytest.mark.parametrize(
    ("service", "fault"),
    [
        ({"metadata": {"name": 1}}, "1 is not of type 'string'"),
        ({"metadata": {"nmae": "a"}}, "nmae"),
        ({"spec": {"template": annotate("a.dev/b")}}, "a Revision has no annotation a.dev/b"),
        (annotate(MINIMUM), "a Service has no annotation"),
    ],
)
def test_what_cloud_run_doesnt_know_is_found(service: dict[str, Any], fault: str) -> None:
    (told,) = list_run_faults(service, SCHEMAS)
    assert fault in told


def test_what_it_knows_is_good() -> None:
    meta = {"name": "runlore", "annotations": {"run.googleapis.com/ingress": "all"}}
    service = {"metadata": meta, "spec": {"template": annotate(MINIMUM)}}
    assert list_run_faults(service, SCHEMAS) == []


def test_what_a_model_drops_or_changes_is_named() -> None:
    told = {"name": "a", "list": [{"x": 1, "y": 2}], "lost": [1, 2]}
    assert list_lost(told, {"name": "a", "list": [{"x": 1, "y": 3}], "lost": [1]}) == ["/list/0/y", "/lost"]
    assert list_lost(told, told) == []
