"""Jobs that failed and cron jobs that don't run say so first."""

from typing import Any

import pytest

from processors.knowledge.kubernetes.jobs import find_period
from tests.support.kubernetes import build, make_object, say


def make_cron(schedule: str = "*/5 * * * *", suspend: bool = False, **status: Any) -> dict[str, Any]:
    return make_object("CronJob", spec={"schedule": schedule, "suspend": suspend}, status=status)


@pytest.mark.parametrize(
    ("cron", "severity", "said"),
    [
        (make_cron(suspend=True), "warning", "is suspended: it starts no job until somebody resumes it."),
        (make_cron(lastScheduleTime="2026-11-21T11:55:00Z", lastSuccessfulTime="2026-11-21T11:55:30Z"),
         "info", "waits for its next turn: it last succeeded at 11:55:30 UTC on 2026-11-21."),
        (make_cron(lastScheduleTime="2026-11-21T11:57:00Z", lastSuccessfulTime="2026-11-21T11:50:30Z"),
         "warning", "has a last job that did not succeed: it was of 11:57:00 UTC on 2026-11-21, its last "
                    "success was at 11:50:30 UTC on 2026-11-21."),
        (make_cron(lastScheduleTime="2026-11-21T11:00:00Z", lastSuccessfulTime="2026-11-21T11:00:30Z"),
         "warning", "has missed its schedule: it was last scheduled at 11:00:00 UTC on 2026-11-21."),
        (make_cron(), "warning",
         "has missed its schedule: it was never scheduled since 09:00:00 UTC on 2026-11-20."),
        (make_cron(lastScheduleTime="2026-11-21T11:00:00Z", active=[{"name": "checkout-1"}]),
         "warning", "has a job that is active for longer than until its next turn: since 11:00:00 UTC on "
                    "2026-11-21."),
        (make_cron(lastScheduleTime="2026-11-21T11:58:00Z", active=[{"name": "checkout-1"}]),
         "info", "runs a job since 11:58:00 UTC on 2026-11-21."),
        (make_cron("0 3 1 * *"), "info", "waits for its next turn."),
    ],
)  # fmt: skip
def test_a_cron_job_says_how_it_goes(cron: dict[str, Any], severity: str, said: str) -> None:
    assert say(cron) == (severity, said)
    assert f"Its schedule is {cron['spec']['schedule']}" in build(cron)["text"]


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [("* * * * *", 60), ("*/15 * * * *", 900), ("7 * * * *", 3600), ("@hourly", 3600), ("0 */6 * * *", 86400),
     ("@daily", 86400)],
)  # fmt: skip
def test_the_time_between_two_turns_is_read_of_a_schedule(schedule: str, seconds: int) -> None:
    period = find_period(schedule)
    assert period is not None
    assert period.total_seconds() == seconds


@pytest.mark.parametrize("schedule", ["0 0 * * 1", "", "@weekly", "whenever", "*/5 * * * * *"])
def test_where_a_schedule_is_rarer_than_a_day_nothing_is_missed(schedule: str) -> None:
    assert find_period(schedule) is None


def make_job(**status: Any) -> dict[str, Any]:
    return make_object("Job", spec={"backoffLimit": 2}, status=status)


@pytest.mark.parametrize(
    ("job", "severity", "said"),
    [
        (make_job(failed=3, conditions=[{"type": "Failed", "status": "True",
                                         "reason": "BackoffLimitExceeded"}]),
         "error", "failed, after its pods had failed 3 times: BackoffLimitExceeded."),
        (make_job(conditions=[{"type": "Failed", "status": "True", "reason": "DeadlineExceeded",
                               "message": "Job was active longer than specified deadline"}]),
         "error", "failed: DeadlineExceeded: Job was active longer than specified deadline."),
        (make_job(failed=1, conditions=[{"type": "FailureTarget", "status": "True",
                                         "reason": "PodFailurePolicy"}]),
         "error", "failed, after its pods had failed once: PodFailurePolicy."),
        (make_job(active=1, failed=2), "warning", "is running: 1 active, 2 failed so far."),
        (make_job(active=1), "info", "is running: 1 active, 0 failed so far."),
        (make_job(succeeded=1, completionTime="2026-11-21T11:00:00Z",
                  conditions=[{"type": "Complete", "status": "True"}]),
         "info", "completed at 11:00:00 UTC on 2026-11-21: 1 of 1 succeeded."),
    ],
)  # fmt: skip
def test_a_job_says_how_it_goes(job: dict[str, Any], severity: str, said: str) -> None:
    assert say(job) == (severity, said)
