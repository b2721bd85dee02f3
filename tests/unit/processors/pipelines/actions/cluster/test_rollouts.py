"""A rollout is done when all replicas are new and available, and not a moment before."""

from typing import Any

import pytest

from processors.pipelines.actions.cluster.rollouts import describe_rollout


def make(kind: str = "Deployment", wanted: int = 3, generation: int = 2, **status: Any) -> dict[str, Any]:
    meta = {"name": "api", "generation": generation}
    return {"kind": kind, "metadata": meta, "spec": {"replicas": wanted}, "status": status}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({"observedGeneration": 1, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}, "seen"),
        ({"observedGeneration": 2, "updatedReplicas": 1, "replicas": 4}, "1 of 3 replicas updated"),
        ({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 4, "availableReplicas": 3}, "1 old"),
        ({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 2}, "2 of 3"),
    ],
)
def test_it_is_not_done_yet(status: dict[str, Any], told: str) -> None:
    rollout = describe_rollout(make(**status))
    assert not rollout.is_done
    assert told in rollout.finding.tell("en")


def test_it_is_done() -> None:
    status = {"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}
    assert describe_rollout(make(**status)).is_done
    assert describe_rollout(make(wanted=0, observedGeneration=2)).is_done


def test_it_is_stuck_when_its_controller_says_so() -> None:
    condition = {"reason": "ProgressDeadlineExceeded", "message": "no progress"}
    rollout = describe_rollout(make(observedGeneration=2, conditions=[condition]))
    assert rollout.is_stuck
    assert not rollout.is_done


def test_sets_count_what_is_ready() -> None:
    assert describe_rollout(
        make("StatefulSet", observedGeneration=2, updatedReplicas=3, readyReplicas=3)
    ).is_done
    daemons = {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1}
    assert (
        describe_rollout(make("DaemonSet", observedGeneration=2, **daemons))
        .finding.tell("en")
        .endswith("1 of 2 replicas available")
    )
