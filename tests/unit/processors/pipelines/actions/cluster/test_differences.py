"""What a person reads before approving: what differs, and nothing of the server's own."""

from typing import Any

import pytest

from processors.pipelines.actions.cluster.differences import compare_objects, version_of


def make_deployment(replicas: int, **annotations: str) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api", "annotations": {"a": "b", **annotations}, "resourceVersion": "7"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "api"}}, "strategy": {}},
        "status": {"readyReplicas": replicas},
    }


def test_the_copy_that_kubectl_keeps_is_not_shown() -> None:
    copied = {"kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"replicas":1}}'}
    told = compare_objects(make_deployment(1, **copied), make_deployment(2, **copied))
    assert "-  replicas: 1\n+  replicas: 2" in told
    assert "last-applied" not in told


def test_places_that_are_apart_are_shown_apart() -> None:
    before, after = make_deployment(1), make_deployment(2, mark="x")
    before["spec"]["minReadySeconds"] = after["spec"]["minReadySeconds"] = 0
    before["metadata"]["labels"] = after["metadata"]["labels"] = {str(one): "" for one in range(9)}
    assert "\n…\n" in compare_objects(before, after)


def test_what_changes_nothing_says_so() -> None:
    assert compare_objects(make_deployment(1), make_deployment(1)) == "Nothing would change."


@pytest.mark.parametrize(
    "changed",
    [
        {"spec": {"replicas": 2}},
        {"metadata": {"name": "api", "generation": 2}},
        {"metadata": {"name": "api", "labels": {"a": "b"}}},
        {"metadata": {"name": "api", "annotations": {"a": "b"}}},
        {"metadata": {"name": "api", "uid": "another"}},
        {"metadata": {"name": "api", "deletionTimestamp": "2026-11-29T15:00:00Z"}},
        {"data": {"most": "5"}},
    ],
)
def test_whatever_somebody_changes_is_another_version(changed: dict[str, Any]) -> None:
    whole = {"kind": "Deployment", "metadata": {"name": "api", "generation": 1}, "spec": {"replicas": 1}}
    assert version_of({**whole, **changed}) != version_of(whole)


def test_a_write_of_the_status_is_none() -> None:
    before, after = make_deployment(2), make_deployment(2)
    after["status"] = {"readyReplicas": 1}
    after["metadata"] |= {"resourceVersion": "8", "managedFields": [{"manager": "kube-controller-manager"}]}
    assert version_of(before) == version_of(after)
