"""Each fault is found amid what is no trouble: the right object first, with its cause in words."""

from collections.abc import Callable

import pytest

from tests.support.cluster import diagnose, make_log, make_node
from tests.support.faults import FAULTS, Fault, list_noise

INFO = make_log("payment", "paid order 7", level="info")


@pytest.mark.parametrize("make_fault", FAULTS, ids=lambda make: make.__name__)
def test_a_fault_is_found_amid_noise(make_fault: Callable[[], Fault]) -> None:
    fault = make_fault()
    has_node = any(one["kind"] == "Node" and one["metadata"]["name"] == "node-1" for one in fault.objects)
    nodes = [] if has_node else [make_node()]
    incidents = diagnose(*list_noise(), *nodes, *fault.objects, logs=[INFO, *fault.logs], others=fault.others)
    told = [incident.title for incident in incidents]
    first = incidents[0].causes[0]
    assert (first.object, first.rule) == (fault.blamed, fault.rule), told
    assert [word for word in fault.words if word not in incidents[0].title] == [], told
    assert len(incidents) == 1, told
    assert first.evidence
    # Of what Kubernetes knows the cluster is known, though a line of a log shows it first.
    is_object = first.object.partition("/")[0] not in ("Run", "DAG", "Alert")
    assert incidents[0].cluster == ("prod" if is_object else "")


def test_noise_alone_is_no_incident() -> None:
    assert diagnose(*list_noise(), make_node(), logs=[INFO]) == []
