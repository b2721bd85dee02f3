"""What a person reads before approving: what differs, and nothing of the server's own."""

from typing import Any

from processors.pipelines.actions.cluster.differences import compare_objects


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
