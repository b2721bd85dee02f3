"""Limits of production: what the files ask for beside what a container has."""

import json
from pathlib import Path

import pytest

from local.containers.compose_calls import Project
from local.containers.engine import Engine
from local.containers.limits import Limits, list_limit_faults, parse_limits, read_asked

SERVICE = Limits(512 << 20, 100, 1.0)


@pytest.mark.parametrize(
    ("said", "limits"),
    [
        ("536870912\n100\n100000 100000\n", SERVICE),
        ("536870912\n100\n100000\n100000\n", SERVICE),
        ("max\nmax\nmax 100000\n", Limits(0, 0, 0.0)),
        ("9223372036854771712\nmax\n-1\n100000\n", Limits(9223372036854771712, 0, 0.0)),
    ],
)
def test_both_versions_of_control_groups_are_read(said: str, limits: Limits) -> None:
    assert parse_limits(said) == limits


@pytest.mark.parametrize(
    "other", [SERVICE._replace(memory=0), SERVICE._replace(processes=0), SERVICE._replace(processors=2.0)]
)
def test_each_limit_that_doesnt_hold_is_a_fault(other: Limits) -> None:
    assert list_limit_faults({"service": SERVICE}, {"service": SERVICE}) == []
    assert list_limit_faults({"service": SERVICE}, {"service": other}) == [
        f"service has {other}, not {SERVICE}"
    ]
    assert list_limit_faults({"service": SERVICE}, {}) == [f"service has None, not {SERVICE}"]


def test_what_lasts_is_asked_for_what_it_may_take(tmp_path: Path) -> None:
    config = {
        "services": {
            "prepare": {"image": "p"},
            "service": {"restart": "always", "mem_limit": "536870912", "pids_limit": 100, "cpus": 1},
        }
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    project = Project(
        Engine("no-client", {}, is_own=False),
        ["sh", "-c", f"cat {tmp_path}/config.json"],
        tmp_path,
        {},
    )
    assert read_asked(project) == {"service": SERVICE}
