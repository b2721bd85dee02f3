"""What the controller of autoscalers does, played: replicas by the processors that pods take."""

import math
from typing import Final

from evaluation.benchmarks.diagnosis.cluster import (
    Cluster,
    Object,
    find,
    get_age,
    has_labels,
    is_true,
    set_condition,
    tell,
    walk,
    write_time,
)

USUAL_LOAD: Final = 66
"""Processors that pods take, in percent of what they ask for, where nothing else is said."""

_TOLERANCE: Final = 0.1
_FIRST_S: Final = 60
_FAILED: Final = "failed to get cpu utilization: unable to get metrics for resource cpu: "
_NO_API: Final = (
    f"{_FAILED}unable to fetch metrics from resource metrics API: the server could not find the requested "
    "resource (get pods.metrics.k8s.io)"
)
_NONE_READY: Final = f"{_FAILED}no metrics returned from resource metrics API"


def scale(cluster: Cluster) -> None:
    """Set the replicas of whatever has an autoscaler, and write into that how it fares."""
    for scaler in walk(cluster, "HorizontalPodAutoscaler"):
        namespace = scaler["metadata"]["namespace"]
        deployment = find(cluster, "Deployment", namespace, scaler["spec"]["scaleTargetRef"]["name"])
        if deployment and deployment["spec"]["replicas"]:
            if (namespace, deployment["metadata"]["name"]) in cluster.unmeasured:
                _fail(cluster, scaler, _NO_API)
            elif not _is_measured(cluster, deployment):
                _fail(cluster, scaler, _NONE_READY)
            else:
                _scale(cluster, scaler, deployment)


def _is_measured(cluster: Cluster, deployment: Object) -> bool:
    wanted, namespace = deployment["spec"]["selector"]["matchLabels"], deployment["metadata"]["namespace"]
    pods = walk(cluster, "Pod", namespace)
    is_young = get_age(cluster, deployment) < _FIRST_S
    return is_young or any(has_labels(pod, wanted) and is_true(pod, "Ready") for pod in pods)


def _fail(cluster: Cluster, scaler: Object, why: str) -> None:
    whole = f"the HPA was unable to compute the replica count: {why}"
    set_condition(scaler, "ScalingActive", "False", cluster.now, "FailedGetResourceMetric", whole)
    scaler["status"].pop("currentMetrics", None)
    tell(cluster, scaler, "FailedGetResourceMetric", why, times=2)
    said = (
        "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: "
        f"{why}"
    )
    tell(cluster, scaler, "FailedComputeMetricsReplicas", said, times=2)


def _scale(cluster: Cluster, scaler: Object, deployment: Object) -> None:
    spec, meta = scaler["spec"], deployment["metadata"]
    load = cluster.loads.get((meta["namespace"], meta["name"]), USUAL_LOAD)
    ratio = load / spec["metrics"][0]["resource"]["target"]["averageUtilization"]
    current = int(deployment["spec"]["replicas"])
    wanted = current if abs(ratio - 1) <= _TOLERANCE else math.ceil(current * ratio)
    # It never takes away here: that waits for five minutes of less load.
    desired = max(current, min(wanted, spec["maxReplicas"]))
    measured = {"averageUtilization": load, "averageValue": f"{load}m"}
    status = scaler["status"]
    status |= {
        "currentReplicas": current,
        "desiredReplicas": desired,
        "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": measured}}],
    }
    if desired > current:
        deployment["spec"]["replicas"] = desired
        status["lastScaleTime"] = write_time(cluster.now)
        said = f"New size: {desired}; reason: cpu resource utilization (percentage of request) above target"
        tell(cluster, scaler, "SuccessfulRescale", said, calm=True)
    set_condition(scaler, "AbleToScale", "True", cluster.now, "ReadyForNewScale")
    set_condition(scaler, "ScalingActive", "True", cluster.now, "ValidMetricFound")
    if wanted > spec["maxReplicas"]:
        said = "the desired replica count is more than the maximum replica count"
        set_condition(scaler, "ScalingLimited", "True", cluster.now, "TooManyReplicas", said)
    else:
        set_condition(scaler, "ScalingLimited", "False", cluster.now, "DesiredWithinRange")
