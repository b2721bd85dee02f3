"""The task behind the one that does it: whether it had its effect, and how it is taken back."""

import time
from collections.abc import Iterable

from processors.knowledge.actions.findings import Finding, make_finding
from processors.knowledge.actions.refusal import ActionRefusedError, Language, tell_refusal
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
    start = find_start(open_search(settings.opensearch), deed.request.key)
    if start is None or start.target is None:
        return Verified(verified=None)
    until = time.monotonic() + deed.action.limit_s
    try:
        seen = OPERATIONS[deed.action.operation].verify(deed, start.target)
    except ActionRefusedError as error:
        # The target is gone since, or the proposer has lost the right to see it.
        told = tell_refusal(error, deed.request.language)
        return Verified(verified=False, told=told, noted=str(error), rollback=start.undo)
    effect = measure_effect(settings, start.target, start.alerts, until)
    findings = [*([seen.finding] if seen.finding else []), *_find_alerts(effect)]
    return Verified(
        verified=seen.verified,
        told=_tell(findings, deed.request.language),
        noted=_tell(findings, "en"),
        rollback=seen.undo or start.undo,
        effect=effect,
    )


def _tell(findings: Iterable[Finding], language: Language) -> str:
    return "; ".join(finding.tell(language) for finding in findings)


def _find_alerts(effect: Effect) -> list[Finding]:
    gone = [alert for alert in effect.before if alert not in effect.after]
    parts = (("alerts_gone", gone), ("alerts_left", effect.after))
    return [make_finding(what, alerts=", ".join(alerts)) for what, alerts in parts if alerts]
