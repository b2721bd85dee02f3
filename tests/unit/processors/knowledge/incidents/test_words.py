"""The passage of an incident: its parts each on a line, names by which it is found, and who may see it."""

from datetime import timedelta
from functools import partial

from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.observation import observe
from processors.knowledge.incidents.views import find_for_each_group
from processors.knowledge.incidents.words import PageLink, PastIncident, describe_incident
from tests.support.cluster import NOON, diagnose, make_all_chunks
from tests.support.faults import dependency_crashes, list_noise


def test_a_passage_says_what_is_wrong_why_and_who_suffers() -> None:
    fault = dependency_crashes()
    (incident,) = diagnose(*list_noise(), *fault.objects, logs=fault.logs)
    page = PageLink("Memory of containers", "https://docs.example/memory")
    begin = NOON - timedelta(days=2)
    past = PastIncident(
        "Deployment checkout ran out of memory", begin, begin + timedelta(hours=1), "limit 64Mi became 1Gi"
    )
    told = describe_incident(incident, pages=[page], past=[past])
    lines = told.text.splitlines()
    assert lines[0].startswith(f"{incident.title}; broken by it: ")
    assert lines[1].startswith("Likely cause: Deployment checkout in namespace shop: container app is killed")
    assert any(line.startswith("Affected: ") and "Deployment payment" in line for line in lines)
    assert any(line.startswith("Seen: Pod checkout-7d9f8c6b5-x2vqn") for line in lines)
    assert lines[-2].endswith("ended at 13:00:00 UTC on 2026-11-19: limit 64Mi became 1Gi.")
    assert lines[-1] == "Runbook: Memory of containers (https://docs.example/memory)."
    assert told.labels["object"] == "Deployment/checkout"
    assert told.labels["evidence"].split(",") == list(incident.evidence)
    assert "checkout-7d9f8c6b5-x2vqn" in (told.values or [])
    assert str(told.cite["command"]).startswith("kubectl -n shop get pod checkout-")


def test_evidence_that_others_may_not_see_is_left_out() -> None:
    fault = dependency_crashes()
    observations = [observe(chunk) for chunk in make_all_chunks(fault.objects, fault.logs)]
    for one in observations:
        one["acl"] = ["data"] if one["kind"] == "log_pattern" else ["sre"]
    told = find_for_each_group(observations, partial(find_incidents, now=NOON))
    first = next(one.incident for one in told if one.group == "sre")
    logs = {one["chunk_id"] for one in observations if one["kind"] == "log_pattern"}
    assert first.evidence
    assert not logs & set(first.evidence)
