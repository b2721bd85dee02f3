"""Who is told that the gate refused a version, and that it is over."""

from datetime import UTC, datetime, timedelta
from typing import Final

from processors.knowledge.chunk import Pipeline
from processors.settings import Settings
from processors.stores.alertmanager import send_alert

ALERT: Final = "RunloreVersionRefused"
RUNBOOK: Final = "docs/runbooks/gate-refused-version.md"
# Nobody is asked to do anything about a refusal of long ago: the next build has spoken by then.
_HOLDS: Final = timedelta(days=7)


def notify_refusal(
    settings: Settings, pipeline: Pipeline, index: str, live: str | None, reasons: list[str]
) -> bool:
    """Tell Alertmanager that a version was refused, and return whether it took it.

    Args:
        settings: Name Alertmanager.
        pipeline: Whose version it is.
        index: What was refused.
        live: What people are answered from, if anything is live.
        reasons: The gate's, a sentence each.
    """
    now = datetime.now(UTC)
    answering = f"People are still answered from {live}." if live else "No version is live."
    told = {
        "summary": f"The gate refused {index}. {answering}",
        "description": "\n".join(reasons),
        "runbook": RUNBOOK,
    }
    return send_alert(settings.versions.alertmanager_url, _label(pipeline, index), told, now, now + _HOLDS)


def notify_release(settings: Settings, pipeline: Pipeline, refused: list[str]) -> None:
    """Tell Alertmanager that refusals are over, because a version of the pipeline went live.

    Args:
        settings: Name Alertmanager.
        pipeline: Whose version went live.
        refused: Versions whose refusals are over.
    """
    now = datetime.now(UTC)
    for index in refused:
        send_alert(settings.versions.alertmanager_url, _label(pipeline, index), {}, now, now)


def _label(pipeline: Pipeline, index: str) -> dict[str, str]:
    return {"alertname": ALERT, "severity": "warning", "pipeline": pipeline, "index": index}
