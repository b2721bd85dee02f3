"""What counts as wrong of the door of production."""

import pytest

from local.containers.door import HEADERS, Door, list_door_faults

GOOD = Door(("TLSv1_2", "TLSv1_3"), {**HEADERS, "server": "nginx"}, plain=400, metrics=404, unsigned=401)


def test_a_door_that_is_as_it_has_to_be_has_no_fault() -> None:
    assert list_door_faults(GOOD) == []


@pytest.mark.parametrize("name", HEADERS)
def test_each_header_can_be_missing(name: str) -> None:
    (fault,) = list_door_faults(GOOD._replace(headers={**GOOD.headers, name: ""}))
    assert fault.startswith(f"header {name}")


@pytest.mark.parametrize(
    "found",
    [
        {"versions": ("TLSv1_1", "TLSv1_2", "TLSv1_3")},
        {"versions": ("TLSv1_3",)},
        {"plain": 200},
        {"metrics": 200},
        {"unsigned": 200},
        {"headers": {**HEADERS, "server": "nginx/1.28.0"}},
    ],
)
def test_each_finding_can_be_a_fault(found: dict[str, object]) -> None:
    assert len(list_door_faults(GOOD._replace(**found))) == 1  # type: ignore[arg-type]
