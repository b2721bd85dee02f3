"""What is built: the arguments fit the Dockerfile, and the lock file fits the service and the platform."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import grimp
import pytest

from local.containers.base import choose_base
from local.containers.build import TARGETS, make_arguments, name_image
from local.containers.engine import Engine
from local.settings import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def _read_lock(name: str) -> dict[str, set[str]]:
    """Read a lock file: name of a package to its versions, of which there may be one for each Python."""
    versions: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE):
        versions.setdefault(package, set()).add(version)
    return versions


def test_a_build_gives_each_argument_that_the_dockerfile_takes() -> None:
    taken = set(re.findall(r"^ARG (\w+)", DOCKERFILE, re.MULTILINE))
    given = make_arguments("service", "runlore/service:1", "python:3.11", "c0ffee")
    assert {pair.partition("=")[0] for pair in given if "=" in pair} == taken
    assert "BASE_IMAGE=python:3.11" in given


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_is_a_stage(target: str) -> None:
    assert re.search(rf"^FROM \$\{{BASE_IMAGE\}} AS {target}$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(rf"runlore/{target}:\d+\.\d+\.\d+", name_image(target))


def test_the_base_that_is_named_is_taken_as_it_is() -> None:
    nobody = Engine("no-client", {}, is_own=False)
    assert choose_base(nobody, "registry.example/python:3.11") == "registry.example/python:3.11"


def test_the_service_runs_with_the_versions_that_are_tested() -> None:
    service, platform = _read_lock("requirements/service.txt"), _read_lock("requirements.txt")
    assert {name: versions for name, versions in service.items() if platform.get(name) != versions} == {}


def test_all_that_the_service_imports_is_in_its_container() -> None:
    ours = ("serving", "processors")
    graph = grimp.build_graph(*ours, include_external_packages=True, cache_dir=None)
    imported = {name.partition(".")[0] for name in graph.find_upstream_modules("serving.__main__")}
    foreign = imported - {*ours} - sys.stdlib_module_names
    distributions = packages_distributions()
    locked = _read_lock("requirements/service.txt").keys()
    assert [name for name in sorted(foreign) if not {*_names(distributions[name])} & locked] == []
    assert "litestar" in foreign


def test_no_package_is_named_that_is_not_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {name.partition("[")[0] for name in project["dependency-groups"]["service"]}
    assert named <= _read_lock("requirements/service.txt").keys()


def _names(distributions: list[str]) -> list[str]:
    return [re.sub(r"[-_.]+", "-", name).lower() for name in distributions]
