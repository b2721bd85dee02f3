"""What the controllers of jobs and cron jobs do, played: pods that are tried again, and jobs by the clock."""

from typing import Final

from evaluation.benchmarks.diagnosis.admission import refuse_pod
from evaluation.benchmarks.diagnosis.cluster import (
    Cluster,
    Object,
    find,
    own,
    put,
    set_condition,
    tell,
    walk,
    walk_owned,
    write_time,
)
from evaluation.benchmarks.diagnosis.controllers import make_pod

_GIVEN_UP: Final = "Job has reached the specified backoff limit"
_DONE: Final = ("Complete", "Failed")


def run_jobs(cluster: Cluster) -> None:
    """Start the jobs whose time has come, and go on with those that aren't done."""
    for cron in walk(cluster, "CronJob"):
        _start_by_clock(cluster, cron)
    for job in walk(cluster, "Job"):
        conditions = job["status"].get("conditions", ())
        if not any(one["type"] in _DONE for one in conditions):
            _go_on(cluster, job)


def _start_by_clock(cluster: Cluster, cron: Object) -> None:
    step = int(cron["spec"]["schedule"].split()[0].removeprefix("*/"))
    meta = cron["metadata"]
    name = f"{meta['name']}-{int(cluster.now.timestamp()) // 60}"
    if cluster.now.minute % step or find(cluster, "Job", meta["namespace"], name):
        return
    cron["status"] = {"lastScheduleTime": write_time(cluster.now)}
    spec = cron["spec"]["jobTemplate"]["spec"]
    put(
        cluster, "Job", name, meta["namespace"], metadata={"ownerReferences": own(cron)}, spec=spec, status={}
    )


def _go_on(cluster: Cluster, job: Object) -> None:
    pods = list(walk_owned(cluster, "Pod", job))
    phases = [pod["status"]["phase"] for pod in pods]
    failed, succeeded = phases.count("Failed"), phases.count("Succeeded")
    status = job["status"]
    status.setdefault("startTime", write_time(cluster.now))
    status |= {"active": len(pods) - failed - succeeded, "failed": failed, "succeeded": succeeded}
    if succeeded:
        status["completionTime"] = write_time(cluster.now)
        set_condition(job, "Complete", "True", cluster.now, "CompletionsReached")
        tell(cluster, job, "Completed", "Job completed", calm=True)
    elif failed > job["spec"].get("backoffLimit", 6):
        set_condition(job, "Failed", "True", cluster.now, "BackoffLimitExceeded", _GIVEN_UP)
        tell(cluster, job, "BackoffLimitExceeded", _GIVEN_UP)
    elif not status["active"]:
        pod = make_pod(cluster, job)
        refused = refuse_pod(cluster, pod)
        if refused:
            said = f'Error creating: pods "{pod["metadata"]["name"]}" is forbidden: {refused}'
            tell(cluster, job, "FailedCreate", said)
            return
        cluster.objects["Pod", pod["metadata"]["namespace"], pod["metadata"]["name"]] = pod
