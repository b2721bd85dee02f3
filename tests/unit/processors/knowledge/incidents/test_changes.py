"""What changed just before an incident is told with it."""

from datetime import timedelta
from typing import Any

from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.helping import find_help
from processors.knowledge.incidents.observation import observe
from processors.knowledge.kubernetes.differences import note_differences
from tests.support.cluster import (
    NOON,
    ago,
    changed,
    diagnose,
    make_all_chunks,
    make_container,
    make_deployment,
    make_healthy,
    make_pod,
    make_replica_set,
    make_service,
    waiting,
)


def test_a_rollout_is_told_by_what_its_replica_sets_differ_in() -> None:
    old = make_deployment()
    new = make_deployment("checkout", make_container(image="shop/checkout:9.9.9"), ready=1)
    pod = make_pod(new, state=waiting("ImagePullBackOff", "manifest unknown"))
    sets = [make_replica_set(old, "aaaaabbbbb", 1), make_replica_set(new, revision=2, made=ago(7))]
    (incident,) = diagnose(new, *sets, pod)
    assert [change.says for change in incident.changes] == [
        "Deployment checkout in namespace shop was rolled out as revision 2: image app=shop/checkout:1.4.2 "
        "became app=shop/checkout:9.9.9"
    ]


def test_a_changed_selector_is_told_with_who_changed_it() -> None:
    rest = [one for one in make_healthy("checkout") if one["kind"] not in ("Service", "EndpointSlice")]
    before, after = make_service(), changed(make_service(selector={"app": "chekout"}), 12)
    held = {one["chunk_id"]: one["labels"] for one in make_all_chunks([before])}
    chunks = note_differences(make_all_chunks([*rest, after]), held)
    observations = [observe(chunk) for chunk in chunks]
    (incident,) = find_incidents(observations, NOON)
    (change,) = incident.changes
    assert change.says == (
        "Service checkout in namespace shop was changed by kubectl-edit: "
        "selector app=checkout became app=chekout"
    )

    def find_since(minutes: float) -> str:
        passage: Any = {
            "cluster": "prod", "namespace": "shop", "labels": {"object": "Service/checkout"},
            "began_at": (NOON - timedelta(minutes=minutes)).isoformat(),
        }  # fmt: skip
        return find_help(observations, passage, NOON)

    assert find_since(60) == change.says
    assert find_since(5) == ""


def test_what_changed_shortly_before_weighs_more() -> None:
    def score(minutes: float) -> float:
        deployment = changed(make_deployment(ready=0), minutes)
        (incident,) = diagnose(
            deployment, make_pod(deployment, state=waiting("ErrImagePull", "manifest unknown"))
        )
        return incident.causes[0].score

    assert score(6) > score(600) > 0.6
