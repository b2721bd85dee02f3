"""What is played of controllers beside pods: nodes, jobs, autoscalers, and whom a scheduler preempts."""

from evaluation.benchmarks.diagnosis.cluster import NOON, find, is_true, list_containers, minutes, walk
from evaluation.benchmarks.diagnosis.faults_calls import cron_job_failing, job_out_of_tries
from evaluation.benchmarks.diagnosis.faults_places import (
    autoscaler_at_maximum,
    disk_pressure,
    node_not_ready,
    nodes_cordoned,
)
from evaluation.benchmarks.diagnosis.faults_pods import failed_rollout, priority_preemption
from evaluation.benchmarks.diagnosis.noise import add_old_noise
from evaluation.benchmarks.diagnosis.play import play, settle
from evaluation.benchmarks.diagnosis.town import Town, build_town


def make_town() -> Town:
    town = build_town(3)
    town.cluster.now = NOON - minutes(12)
    return town


def list_reasons(town: Town, kind: str, name: str) -> set[str]:
    about = [
        one
        for one in town.cluster.events.values()
        if (one["involvedObject"]["kind"], one["involvedObject"]["name"]) == (kind, name)
    ]
    return {one["reason"] for one in about}


def test_a_job_is_tried_as_often_as_it_may_and_not_more() -> None:
    town = make_town()
    job_out_of_tries(town)
    play(town.cluster, 12)
    job = find(town.cluster, "Job", town.namespace, "import-prices")
    assert job is not None
    assert is_true(job, "Failed")
    assert job["status"]["failed"] == job["spec"]["backoffLimit"] + 1
    assert [line["message"] for line in town.cluster.lines if "prices.csv" in line["message"]]


def test_a_job_that_ends_well_is_complete() -> None:
    town = build_town(3)
    add_old_noise(town)
    settle(town.cluster)
    job = find(town.cluster, "Job", town.namespace, "seed-data")
    assert job is not None
    assert is_true(job, "Complete")


def test_a_cron_job_starts_jobs_by_the_clock() -> None:
    town = make_town()
    cron_job_failing(town)
    play(town.cluster, 12)
    jobs = [one["metadata"]["name"] for one in walk(town.cluster, "Job", town.namespace)]
    assert jobs == [f"nightly-report-{int((NOON - minutes(ago)).timestamp()) // 60}" for ago in (10, 5, 0)]


def test_pods_of_a_node_that_is_not_heard_of_are_given_up_after_five_minutes() -> None:
    town = make_town()
    ((_, _, name),) = node_not_ready(town).objects
    play(town.cluster, 3)
    pods = [pod for pod in walk(town.cluster, "Pod") if pod["spec"].get("nodeName") == name]
    assert pods
    assert not any(is_true(pod, "Ready") or "deletionTimestamp" in pod["metadata"] for pod in pods)
    play(town.cluster, 4)
    assert all("deletionTimestamp" in pod["metadata"] for pod in pods)


def test_a_full_disk_evicts_pods_and_takes_no_new_ones() -> None:
    town = make_town()
    ((_, _, name),) = disk_pressure(town).objects
    play(town.cluster, 2)
    on_it = [pod for pod in walk(town.cluster, "Pod") if pod["spec"].get("nodeName") == name]
    assert {pod["status"]["phase"] for pod in on_it} == {"Failed"}
    assert {"EvictionThresholdMet", "NodeHasDiskPressure"} <= list_reasons(town, "Node", name)


def test_cordoned_nodes_are_tainted_and_said_to_be() -> None:
    town = make_town()
    nodes_cordoned(town)
    play(town.cluster, 2)
    for node in walk(town.cluster, "Node"):
        assert [one["key"] for one in node["spec"]["taints"]] == ["node.kubernetes.io/unschedulable"]
        assert "NodeNotSchedulable" in list_reasons(town, "Node", node["metadata"]["name"])


def test_an_autoscaler_adds_as_many_as_it_may() -> None:
    town = make_town()
    autoscaler_at_maximum(town)
    play(town.cluster, 3)
    deployment = find(town.cluster, "Deployment", town.namespace, town.front)
    scaler = find(town.cluster, "HorizontalPodAutoscaler", town.namespace, town.front)
    assert deployment is not None
    assert scaler is not None
    assert deployment["spec"]["replicas"] == scaler["spec"]["maxReplicas"]
    assert is_true(scaler, "ScalingLimited")


def test_whoever_has_the_higher_priority_takes_the_place_of_the_fewest() -> None:
    town = make_town()
    priority_preemption(town)
    play(town.cluster, 3)
    crunch = [
        pod
        for pod in walk(town.cluster, "Pod", town.namespace)
        if pod["metadata"]["labels"]["app"] == "crunch"
    ]
    preempted = [
        one["involvedObject"]["name"] for one in town.cluster.events.values() if one["reason"] == "Preempted"
    ]
    assert [is_true(pod, "Ready") for pod in crunch] == [True]
    assert [name.rsplit("-", 2)[0] for name in preempted] == [town.middle]


def test_pods_that_ran_before_a_rollout_run_on() -> None:
    town = make_town()
    before = {pod["metadata"]["uid"] for pod in walk(town.cluster, "Pod", town.namespace)}
    failed_rollout(town)
    play(town.cluster, 5)
    for pod in walk(town.cluster, "Pod", town.namespace):
        image = str(pod["spec"]["containers"][0]["image"])
        if pod["metadata"]["labels"]["app"] == town.back:
            assert (
                is_true(pod, "Ready") == (pod["metadata"]["uid"] in before) == (not image.endswith(":2.0.0"))
            )


def test_a_quota_refuses_what_does_not_say_what_it_asks_for() -> None:
    town = make_town()
    deployment = town.cluster.objects["Deployment", town.namespace, town.spare]
    del list_containers(deployment)[0]["resources"]["requests"]["cpu"]
    play(town.cluster, 1)
    said = [one["message"] for one in town.cluster.events.values() if one["reason"] == "FailedCreate"]
    assert any("failed quota: team: must specify requests.cpu for: " in one for one in said)
