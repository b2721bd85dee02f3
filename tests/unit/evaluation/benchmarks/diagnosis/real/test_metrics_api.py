"""What autoscalers are answered when they ask how many processors pods take."""

from evaluation.benchmarks.diagnosis.real.metrics_api import answer_question
from evaluation.benchmarks.diagnosis.town import build_town


def test_pods_take_what_a_script_says() -> None:
    town = build_town(2)
    url = f"/apis/metrics.k8s.io/v1beta1/namespaces/{town.namespace}/pods?labelSelector=app%3D{town.front}"
    status, usual = answer_question(town.cluster, url)
    assert status == 200
    assert {one["containers"][0]["usage"]["cpu"] for one in usual["items"]} == {"66m"}
    town.cluster.loads[town.namespace, town.front] = 188
    _, loaded = answer_question(town.cluster, url)
    assert {one["containers"][0]["usage"]["cpu"] for one in loaded["items"]} == {"188m"}
    assert (
        len(loaded["items"])
        == town.cluster.objects["Deployment", town.namespace, town.front]["spec"]["replicas"]
    )


def test_of_what_is_not_measured_nothing_is_found() -> None:
    town = build_town(2)
    town.cluster.unmeasured.add((town.namespace, town.front))
    url = f"/apis/metrics.k8s.io/v1beta1/namespaces/{town.namespace}/pods?labelSelector=app%3D{town.front}"
    status, answer = answer_question(town.cluster, url)
    assert (status, answer["reason"]) == (404, "NotFound")


def test_whoever_asks_what_there_is_hears_of_pods() -> None:
    _, answer = answer_question(build_town(2).cluster, "/apis/metrics.k8s.io/v1beta1")
    assert [one["name"] for one in answer["resources"]] == ["pods"]
