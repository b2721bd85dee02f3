"""Incidents of whole clusters: what is wrong is told once, and the same however it is told."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.knowledge.incidents.diagnosis import find_incidents
from processors.knowledge.incidents.observation import observe
from tests.support.cluster import (
    NOON,
    ago,
    diagnose,
    make_all_chunks,
    make_deployment,
    make_event,
    make_healthy,
    make_log,
    make_node,
    make_pod,
    make_replica_set,
    waiting,
)

PULL = 'Back-off pulling image "shop/checkout:1.4.3": ErrImagePull: manifest unknown'


def make_broken() -> list[dict[str, object]]:
    deployment = make_deployment(ready=0)
    pods = [
        make_pod(deployment, suffix, state=waiting("ImagePullBackOff", PULL)) for suffix in ("x2vqn", "b7kls")
    ]
    event = make_event(pods[0], "Failed", f"Failed to pull image: {PULL}")
    former = make_deployment(made=ago(60 * 72), metadata={"uid": "former"})
    return [former, deployment, make_replica_set(deployment), *pods, event, *make_healthy(), make_node()]


def test_a_cluster_in_which_nothing_is_wrong_has_no_incident() -> None:
    assert diagnose(*make_healthy(), *make_healthy("cart"), make_node()) == []


def test_the_faulty_object_comes_first_and_once() -> None:
    (incident,) = diagnose(*make_broken())
    assert incident.title == (
        "Deployment checkout in namespace shop: image shop/checkout:1.4.3 can't be pulled: it doesn't exist "
        "in its registry (wrong name or tag)"
    )
    assert incident.key == "prod/shop/Deployment/checkout/image"
    assert (incident.severity, incident.service) == ("error", "checkout")


def test_an_incident_goes_on_when_it_becomes_known_that_there_is_one_cluster() -> None:
    lines = [make_log("mailer", f"connection to smtp {n} lost", minutes=n) for n in range(1, 5)]
    (before,) = diagnose(logs=lines)
    (after,) = diagnose(*make_healthy(), logs=lines)
    assert (before.key, before.cluster) == (after.key, after.cluster) == ("/shop/service/mailer/errors", "")


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_what_is_observed_changes_nothing(random: Random) -> None:
    observations = [observe(chunk) for chunk in make_all_chunks(make_broken())]
    expected = find_incidents(observations, NOON)
    assert "has no replica" in next(seen.says for seen in expected[0].seen if seen.says.startswith("Deploy"))
    random.shuffle(observations)
    assert find_incidents(observations, NOON) == expected
