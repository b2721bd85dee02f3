"""What is looked at of a container that runs, and what counts as wrong."""

import pytest

from local.containers.check import EXPECTED, Findings, list_faults
from local.containers.running import KILLED, Stop, make_variables
from processors.settings import read_settings

GOOD = Findings(
    stop_at_once=Stop(0.5, 143),
    healthy_after_s=5.0,
    live={"status": "live"},
    inside=dict(EXPECTED),
    memory="107MiB / 512MiB",
    stop=Stop(0.5, 0),
)


def test_a_container_that_is_as_it_has_to_be_has_no_fault() -> None:
    assert list_faults(GOOD) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user", "0"),
        ("capabilities", "00000000a80425fb"),
        ("no new privileges", "0"),
        ("writing to /app", ""),
        ("installers", ["pip"]),
        ("secrets", ["api-key", "ca.crt", "mask-key"]),
    ],
)
def test_each_finding_can_be_a_fault(name: str, value: object) -> None:
    (fault,) = list_faults(GOOD._replace(inside={**EXPECTED, name: value}))
    assert fault.startswith(f"{name} is {value!r}")


def test_a_container_that_had_to_be_killed_is_a_fault() -> None:
    assert "just started" in list_faults(GOOD._replace(stop_at_once=Stop(10.2, KILLED)))[0]
    assert "healthy" in list_faults(GOOD._replace(stop=Stop(10.2, KILLED)))[0]


def test_an_answer_that_is_none_is_a_fault() -> None:
    assert list_faults(GOOD._replace(live={})) == ["/health/live said {}"]


def test_the_service_needs_no_more_variables() -> None:
    of_the_image = {"RUNLORE_WORK_DIR": "/tmp"}  # noqa: S108 -- as the Dockerfile sets it
    settings = read_settings({**of_the_image, **make_variables("/etc/runlore", 30_000)})
    assert str(settings.embedding.tokenizer_file) == "/etc/runlore/tokenizer.json"
