"""What is built: arguments fit the Dockerfile, lock files fit the platform and all that is imported."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import pairwise

import grimp
import pytest

from local.containers.base import choose_base
from local.containers.build import TARGETS, make_arguments, name_image
from local.containers.engine import Engine
from local.settings import ROOT

# What an image of its own lock file begins with; the platform's image has the environment that tests run in.
LOCKED = {"service": "serving.__main__", "spark": "spark_jobs.rebuild_history"}
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
    assert {value.partition("=")[0] for value in _list_values(given, "--build-arg")} == taken
    assert "BASE_IMAGE=python:3.11" in given


def test_a_build_labels_the_image_with_what_it_was_made_of() -> None:
    given = make_arguments("service", "runlore/service:1", "python:3.11", "c0ffee")
    labels = dict(label.split("=") for label in _list_values(given, "--label"))
    assert {name.rpartition(".")[2] for name in labels} == {"version", "revision", "created"}
    assert labels["org.opencontainers.image.revision"] == "c0ffee"


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_is_a_stage(target: str) -> None:
    assert re.search(rf"^FROM runtime AS {target}$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(rf"runlore/{target}:\d+\.\d+\.\d+", name_image(target))


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_is_run_by_a_user_who_owns_nothing_and_says_what_it_is(target: str) -> None:
    stage = re.search(rf"^FROM runtime AS {target}$.*?(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert stage
    wanted = (
        "USER 10001:10001",
        "HEALTHCHECK ",
        'ENTRYPOINT ["/usr/bin/tini"',
        "image.title=",
    )
    assert [line for line in wanted if line not in stage[0]] == []
    assert "--require-hashes" in stage[0]
    assert "id=pip" in stage[0]


def test_the_base_that_is_named_is_taken_as_it_is() -> None:
    nobody = Engine("no-client", {}, is_own=False)
    assert choose_base(nobody, "registry.example/python:3.11") == "registry.example/python:3.11"


@pytest.mark.parametrize("group", LOCKED)
def test_an_image_has_the_versions_that_are_tested(group: str) -> None:
    locked = _read_lock(f"requirements/{group}.txt")
    # The model beside Spark's workers is the model server's.
    tested = _read_lock("requirements/model-server.txt") | _read_lock("requirements.txt")
    assert {name: versions for name, versions in locked.items() if tested.get(name) != versions} == {}


@pytest.mark.parametrize(("group", "start"), LOCKED.items())
def test_all_that_is_imported_is_in_the_image(group: str, start: str) -> None:
    ours = (start.partition(".")[0], "processors")
    graph = grimp.build_graph(*ours, include_external_packages=True, cache_dir=None)
    imported = {name.partition(".")[0] for name in graph.find_upstream_modules(start)}
    foreign = imported - {*ours} - sys.stdlib_module_names
    distributions = packages_distributions()
    locked = _read_lock(f"requirements/{group}.txt").keys()
    assert [name for name in sorted(foreign) if not {*_names(distributions[name])} & locked] == []
    assert "pydantic" in foreign


@pytest.mark.parametrize("group", LOCKED)
def test_no_package_is_named_that_is_not_locked(group: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {re.split(r"[\[<>=]", name)[0] for name in project["dependency-groups"][group]}
    assert named <= _read_lock(f"requirements/{group}.txt").keys()


def _list_values(arguments: list[str], option: str) -> list[str]:
    return [value for name, value in pairwise(arguments) if name == option]


def _names(distributions: list[str]) -> list[str]:
    return [re.sub(r"[-_.]+", "-", name).lower() for name in distributions]
