"""The states of jobs and cron jobs in words."""

import re
from datetime import datetime, timedelta
from typing import Final

from processors.knowledge.fields import Object, take, take_count, take_object, take_objects, take_text
from processors.knowledge.kubernetes.conditions import find_condition, say_reason
from processors.knowledge.kubernetes.facts import label_template
from processors.knowledge.kubernetes.specs import describe_template
from processors.knowledge.kubernetes.words import (
    StateDescription,
    Verdict,
    list_moments,
    read_moments,
    say_moment,
    say_names,
    say_times,
    say_when,
)

_EVERY_MINUTES: Final = re.compile(r"\*(?:/(\d{1,2}))?")
_HOURLY: Final = timedelta(hours=1)
_DAILY: Final = timedelta(days=1)
# What Kubernetes itself takes for late, where nothing else is set.
_LATE: Final = timedelta(seconds=100)


def describe_job(job: Object, now: datetime) -> StateDescription:
    """Return what is told of a job's state."""
    status = take_object(job, "status")
    active, failed = take_count(status, "active"), take_count(status, "failed")
    succeeded, wanted = take_count(status, "succeeded"), take_count(job, "spec", "completions", default=1)
    limit = take_count(job, "spec", "backoffLimit", default=6)
    pod_spec = take_object(job, "spec", "template", "spec")
    details = [
        f"Succeeded {succeeded} of {wanted}, failed {failed}, active {active}; "
        f"it gives up after {limit} retries.",
        *describe_template(pod_spec),
    ]
    labels = {
        "succeeded": str(succeeded),
        "failed": str(failed),
        "backoff_limit": str(limit),
        "outcome": _name_outcome(job),
        "suspended": _name_suspension(job),
        **label_template(take_object(job, "spec", "template", "metadata"), pod_spec),
    }
    times = list_moments(job, now, status.get("startTime"), status.get("completionTime"))
    return StateDescription(_judge_job(job, now), times, details, labels)


def _name_outcome(job: Object) -> str:
    """Return why a job failed, or that it completed."""
    failed = find_condition(job, "Failed", "True") or find_condition(job, "FailureTarget", "True")
    if failed:
        return say_reason(failed)
    return "Complete" if find_condition(job, "Complete", "True") else ""


def _name_suspension(of: Object) -> str:
    return "True" if take(of, "spec", "suspend") is True else ""


def _judge_job(job: Object, now: datetime) -> Verdict:
    status = take_object(job, "status")
    failed = take_count(status, "failed")
    gone_wrong = find_condition(job, "Failed", "True") or find_condition(job, "FailureTarget", "True")
    if gone_wrong:
        why = say_reason(gone_wrong)
        when = say_when(gone_wrong.get("lastTransitionTime"), now)
        after = f", after its pods had failed {say_times(failed)}" if failed else ""
        return Verdict(f"failed{when}{after}: {why}", f"failed: {why}", "error")
    if done := find_condition(job, "Complete", "True"):
        when = say_when(status.get("completionTime") or done.get("lastTransitionTime"), now)
        wanted = take_count(job, "spec", "completions", default=1)
        told = f"completed{when}: {take_count(status, 'succeeded')} of {wanted} succeeded"
        return Verdict(told, "completed", "info")
    if take(job, "spec", "suspend") is True:
        return Verdict("is suspended", "is suspended", "info")
    told = f"is running: {take_count(status, 'active')} active, {failed} failed so far"
    return Verdict(told, "is running", "warning" if failed else "info")


def describe_cron_job(cron: Object, now: datetime) -> StateDescription:
    """Return what is told of a cron job's state."""
    schedule, zone = take_text(cron, "spec", "schedule"), take_text(cron, "spec", "timeZone")
    active = say_names(take_text(job, "name") for job in take_objects(cron, "status", "active"))
    status = take_object(cron, "status")
    pod_spec = take_object(cron, "spec", "jobTemplate", "spec", "template", "spec")
    last = say_when(status.get("lastScheduleTime"), now)
    success = say_when(status.get("lastSuccessfulTime"), now)
    policy = take_text(cron, "spec", "concurrencyPolicy") or "Allow"
    details = [
        f"Its schedule is {schedule}{f' in {zone}' if zone else ''}; concurrency policy {policy}.",
        f"It was last scheduled{last}." if last else "It was never scheduled.",
        f"It last succeeded{success}." if success else "",
        f"Active: {active}." if active else "",
        *describe_template(pod_spec),
    ]
    times = list_moments(cron, now, status.get("lastScheduleTime"), status.get("lastSuccessfulTime"))
    template = take_object(cron, "spec", "jobTemplate", "spec", "template", "metadata")
    labels = {
        "schedule": schedule,
        "active": active,
        "suspended": _name_suspension(cron),
        **label_template(template, pod_spec),
    }
    return StateDescription(
        _judge_cron_job(cron, schedule, now), times, [line for line in details if line], labels
    )


def _judge_cron_job(cron: Object, schedule: str, now: datetime) -> Verdict:
    status = take_object(cron, "status")
    if take(cron, "spec", "suspend") is True:
        told = "is suspended: it starts no job until somebody resumes it"
        return Verdict(told, told, "warning")
    made = take_object(cron, "metadata").get("creationTimestamp")
    last = max(read_moments(now, status.get("lastScheduleTime")), default=None)
    since = last or max(read_moments(now, made), default=None)
    period = find_period(schedule)
    is_active = bool(take_objects(status, "active"))
    if last and is_active and period and now - last > period:
        told = "has a job that is active for longer than until its next turn"
        return Verdict(f"{told}: since {say_moment(last)}", told, "warning")
    start_within = timedelta(seconds=take_count(cron, "spec", "startingDeadlineSeconds"))
    if since and period and not is_active and now - since > period + max(start_within, _LATE):
        told = "has missed its schedule"
        return (
            Verdict(f"{told}: it was last scheduled at {say_moment(since)}", told, "warning")
            if last
            else (Verdict(f"{told}: it was never scheduled since {say_moment(since)}", told, "warning"))
        )
    success = max(read_moments(now, status.get("lastSuccessfulTime")), default=None)
    if last and not is_active and (success is None or success < last):
        told = "has a last job that did not succeed"
        good = f", its last success was at {say_moment(success)}" if success else ""
        return Verdict(f"{told}: it was of {say_moment(last)}{good}", told, "warning")
    if is_active:
        return Verdict(f"runs a job since {say_moment(last)}" if last else "runs a job", "runs a job", "info")
    told = "waits for its next turn"
    return Verdict(f"{told}: it last succeeded at {say_moment(success)}" if success else told, told, "info")


def find_period(schedule: str) -> timedelta | None:
    """Return the longest time between two turns of a schedule, if that is a day at most.

    Args:
        schedule: In the five fields of cron, or such as `@hourly`.

    Example:
        >>> [find_period(schedule) for schedule in ("*/5 * * * *", "30 2 * * *", "0 0 1 * *")]
        [datetime.timedelta(seconds=300), datetime.timedelta(days=1), None]
    """
    named = {"@hourly": _HOURLY, "@daily": _DAILY, "@midnight": _DAILY}
    fields = schedule.split()
    if len(fields) != 5 or any(field not in ("*", "?") for field in fields[2:]):
        return named.get(schedule.strip())
    minute, hour = fields[:2]
    if hour != "*":
        return _DAILY
    every = _EVERY_MINUTES.fullmatch(minute)
    return timedelta(minutes=int(every[1] or 1)) if every else _HOURLY
