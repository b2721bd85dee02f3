"""The task behind the one that does it: whether it had its effect, and how it is taken back."""

import time

from processors.knowledge.actions.refusal import ActionRefusedError, tell_refusal
from processors.knowledge.actions.results import Done, Effect, Verified
from processors.pipelines.actions.asked import Run, open_deed
from processors.pipelines.actions.effects import measure_effect
from processors.pipelines.actions.operations import OPERATIONS
from processors.settings import Settings
from processors.stores.actions.starts import find_start
from processors.stores.search import open_search


def verify(settings: Settings, run: Run, done: Done) -> Verified:
    """Look at the target until the action had its effect, or its time is over.

    Args:
        settings: Of the platform.
        run: Of the DAG.
        done: What the task before returned.

    Raises:
        httpx.TransportError: The system is unreachable, and trying again may help.
    """
    deed = open_deed(settings, run)
    if done.state != "executed" or not deed.action.changing:
        return Verified(verified=None)
    start = find_start(open_search(settings.opensearch.url), deed.request.key)
    if start is None or start.target is None:
        return Verified(verified=None)
    until = time.monotonic() + deed.action.limit_s
    try:
        seen = OPERATIONS[deed.action.operation].verify(deed, start.target)
    except ActionRefusedError as error:
        # The target is gone since, or the proposer has lost the right to see it.
        return Verified(verified=False, told=tell_refusal(error, deed.request.language), rollback=start.undo)
    effect = measure_effect(settings, start.target, start.alerts, until)
    told = "; ".join(filter(None, (seen.told, _tell_effect(effect))))
    undo = seen.rollback or start.undo
    return Verified(verified=seen.verified, told=told, rollback=undo, effect=effect)


def _tell_effect(effect: Effect) -> str:
    gone = [alert for alert in effect.before if alert not in effect.after]
    parts = (("no longer firing", gone), ("still firing", effect.after))
    return "; ".join(f"{state}: {', '.join(alerts)}" for state, alerts in parts if alerts)
