"""Lets time pass in a cluster: minute by minute what its parts make of what was changed."""

from evaluation.benchmarks.diagnosis.autoscaling import scale
from evaluation.benchmarks.diagnosis.cluster import Cluster, minutes
from evaluation.benchmarks.diagnosis.controllers import control, publish
from evaluation.benchmarks.diagnosis.job_controllers import run_jobs
from evaluation.benchmarks.diagnosis.kubelet import run_pods
from evaluation.benchmarks.diagnosis.kubelet_nodes import run_nodes
from evaluation.benchmarks.diagnosis.node_controller import watch_nodes
from evaluation.benchmarks.diagnosis.scheduler import schedule
from evaluation.benchmarks.diagnosis.traffic import call_all

_STEPS = 4


def settle(cluster: Cluster) -> None:
    """Let the parts of a cluster answer each other until they are done, at one moment."""
    for _ in range(_STEPS):
        watch_nodes(cluster)
        scale(cluster)
        control(cluster)
        run_jobs(cluster)
        schedule(cluster)
        run_nodes(cluster)
        run_pods(cluster)
        publish(cluster)


def play(cluster: Cluster, count: int) -> None:
    """Let minutes pass.

    Args:
        cluster: Changed in place.
        count: Of minutes.
    """
    for _ in range(count):
        settle(cluster)
        call_all(cluster)
        cluster.now += minutes(1)
    settle(cluster)
