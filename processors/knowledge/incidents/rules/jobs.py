"""What is wrong with jobs and with what starts them by the clock."""

from collections.abc import Iterator

from processors.knowledge.incidents.finding import SEEN, Finding, Link
from processors.knowledge.incidents.observation import say_predicate, seen_at
from processors.knowledge.incidents.standing import LONG, is_news
from processors.knowledge.incidents.world import World, walk_states

_WHY = {
    "BackoffLimitExceeded": "its pods failed more often than it retries (BackoffLimitExceeded)",
    "DeadlineExceeded": "it ran longer than its deadline allows (DeadlineExceeded)",
}


def find_job_faults(world: World) -> Iterator[Finding | Link]:
    """Yield jobs that failed lately, and cron jobs that start none."""
    for ref, state in walk_states(world, "Job"):
        outcome = state["labels"].get("outcome", "")
        if outcome in ("", "Complete") or world.now - seen_at(state) > LONG:
            continue
        maker = world.find_maker(ref)
        reason = outcome.partition(":")[0]
        which = "" if maker == ref else f"Job {ref.name} of it failed: "
        says = f"{which}{_WHY.get(reason, f'it failed: {outcome}')}"
        yield Finding(maker, "job-failed", says, 0.6, (state["chunk_id"],), seen_at(state))
    for ref, state in walk_states(world, "CronJob"):
        evidence = (state["chunk_id"],)
        if state["labels"].get("suspended") == "True":
            says = "it is suspended: it starts no job until somebody resumes it"
            news = is_news(world, ref)
            yield Finding(ref, "suspended", says, SEEN, evidence, seen_at(state), "warning", alone=news)
        elif state["severity"] != "info":
            says = f"it {say_predicate(state)}"
            yield Finding(ref, "cron-job", says, 0.5, evidence, seen_at(state), "warning")
