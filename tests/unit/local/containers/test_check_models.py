"""What is looked at of the model server's container, and what counts as wrong."""

import pytest

from local.containers.check_models import ModelFindings, list_model_faults
from local.containers.running import KILLED, Stop

GOOD = ModelFindings(healthy_after_s=9.0, numbers=384, memory="1GiB / 3GiB", stop=Stop(0.9, 0))


def test_a_model_server_that_embeds_and_ends_has_no_fault() -> None:
    assert list_model_faults(GOOD) == []


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        (GOOD._replace(numbers=0), "a vector of 0"),
        (GOOD._replace(stop=Stop(10.2, KILLED)), "was killed"),
    ],
)
def test_each_finding_can_be_a_fault(other: ModelFindings, fault: str) -> None:
    (told,) = list_model_faults(other)
    assert fault in told
