"""compose.yaml and what is put on top of it: rights, names, and files that are there."""

import re
from typing import Any

import pytest
import yaml

from local.containers.build import TARGETS, name_image
from local.containers.compose_secrets import write_compose_secrets
from local.containers.stand_ins import SOURCES, make_image_variables
from local.settings import ROOT


class _Loader(yaml.SafeLoader):
    """Reads Compose's own mark for what takes something away."""


_Loader.add_constructor("!reset", lambda _loader, _node: "taken away")


def _read(name: str) -> dict[str, Any]:
    # The loader is a safe one with a mark more.
    found: dict[str, Any] = yaml.load((ROOT / name).read_text(), _Loader)  # noqa: S506
    return found


DEVELOPMENT, PRODUCTION = _read("compose.yaml"), _read("compose.prod.yaml")
SERVICES = DEVELOPMENT["services"]
TEXT = (ROOT / "compose.yaml").read_text() + (ROOT / "compose.prod.yaml").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_has_rights(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "spark"])
def test_our_images_are_those_that_are_built_on_a_read_only_root(target: str) -> None:
    default = f"${{RUNLORE_IMAGE_{target.upper().replace('-', '_')}:-{name_image(target)}}}"
    ours = [service for service in SERVICES.values() if service["image"] == default]
    assert ours
    assert all(service["read_only"] for service in ours)


def test_each_image_of_others_has_a_stand_in() -> None:
    used = set(re.findall(r"\$\{(RUNLORE_IMAGE_\w+)", TEXT))
    ours = {f"RUNLORE_IMAGE_{target.upper().replace('-', '_')}" for target in TARGETS}
    assert used - ours == make_image_variables().keys()
    stages = set(re.findall(r" AS (\w+)$", (SOURCES / "Dockerfile").read_text(), re.MULTILINE))
    assert {name.rpartition("-")[2] for name in make_image_variables().values()} <= stages


def test_each_file_that_is_shown_to_a_container_is_there() -> None:
    shown = re.findall(r"(\./(?:local|docs)/[\w./-]+):", TEXT)
    assert len(shown) > 5
    assert [path for path in shown if not (ROOT / path).exists()] == []


def test_only_the_door_is_open_in_production() -> None:
    open_in_development = {name for name, service in SERVICES.items() if "ports" in service}
    closed = {
        name for name, service in PRODUCTION["services"].items() if service.get("ports") == "taken away"
    }
    assert closed == open_in_development
    assert [
        name
        for name, service in PRODUCTION["services"].items()
        if service.get("ports", "taken away") != "taken away"
    ] == ["nginx"]


def test_all_that_runs_in_production_is_limited_and_started_again() -> None:
    lasting = {name for name in SERVICES if name != "prepare"}
    assert lasting <= PRODUCTION["services"].keys()
    for name in lasting:
        merged = {**SERVICES[name], **PRODUCTION["services"][name]}
        assert merged["restart"] == "unless-stopped"
        assert {"mem_limit", "cpus", "pids_limit"} <= merged.keys()


def test_each_secret_that_is_named_is_made(tmp_path: Any) -> None:
    write_compose_secrets(tmp_path / "secrets")
    write_compose_secrets(tmp_path / "secrets")
    made = {file.name for file in (tmp_path / "secrets").iterdir()}
    named = {secret["file"].rpartition("/")[2] for secret in DEVELOPMENT["secrets"].values()}
    assert named <= made
    assert (tmp_path / "secrets/mlflow-database-url").read_text().endswith("@postgres:5432/mlflow")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
