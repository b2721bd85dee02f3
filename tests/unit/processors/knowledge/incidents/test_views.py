"""Nobody is told what follows from what they may not see."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.incident import Incident
from processors.knowledge.incidents.observation import Observation, observe
from processors.knowledge.incidents.views import find_for_each_group
from tests.support import cluster as k8s
from tests.support.incidents import make_incident, make_observation

POD, SECRET, OTHER = (
    make_observation("pod"),
    make_observation("secret", "sre"),
    make_observation("claim", "dba", "sre"),
)


def find(observations: Sequence[Observation]) -> list[Incident]:
    """Find one incident, with all that is seen as its evidence."""
    seen = tuple(sorted(one["chunk_id"] for one in observations))
    return [replace(make_incident(), evidence=seen)] if seen else []


def list_evidence(*observations: Observation) -> dict[str, tuple[str, ...]]:
    return {told.group: told.incident.evidence for told in find_for_each_group(observations, find)}


def test_each_group_is_told_what_follows_from_what_it_may_see() -> None:
    assert list_evidence(POD, SECRET, OTHER) == {
        "public": ("pod",),
        "dba": ("claim", "pod"),
        "sre": ("claim", "pod", "secret"),
    }


def test_what_only_two_groups_together_may_see_is_one_incident_for_neither() -> None:
    secret, claim = make_observation("secret", "sre"), make_observation("claim", "dba")
    assert list_evidence(secret, claim) == {"dba": ("claim",), "sre": ("secret",)}


def test_what_everybody_is_told_is_not_told_again() -> None:
    told = find_for_each_group([POD, SECRET], lambda _: [make_incident()])
    assert [one.group for one in told] == ["public"]


def test_no_word_of_what_is_another_groups_is_in_an_incident() -> None:
    deployment = k8s.make_deployment("checkout", ready=0)
    pod = k8s.make_pod(deployment, state=k8s.waiting("ImagePullBackOff", "Back-off pulling image"))
    event = k8s.make_event(pod, "Failed", 'Failed to pull image "hidden.example/a:1": manifest unknown')
    chunks = k8s.make_all_chunks([deployment, k8s.make_replica_set(deployment), pod, event])
    seen = [
        observe({**chunk, "acl": ["sre"] if chunk["kind"] == "k8s_event" else ["public"]}) for chunk in chunks
    ]
    told = find_for_each_group(seen, partial(find_incidents, now=k8s.NOON))
    words = {group: str([one.incident for one in told if one.group == group]) for group in ("public", "sre")}
    assert "hidden.example" not in words["public"]
    assert "Deployment checkout" in words["public"]
    assert "hidden.example" in words["sre"]


def test_a_group_is_told_again_of_what_it_knows_more_of() -> None:
    by_title = [
        told.group
        for told in find_for_each_group(
            [POD, SECRET], lambda seen: [replace(make_incident(), title=f"{len(seen)} pieces")]
        )
    ]
    assert by_title == ["public", "sre"]
