"""`make alert-drill`: break the running stack in four ways, and see each alert arrive, be known, and end."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Final, NamedTuple, TypeVar

from local.airflow_api import open_airflow, trigger_dag
from local.ask import ask_question
from local.command_line import tell_errors
from local.errors import StackError
from local.faults import events_waiting, full_disk, may_mount, send_unreadable, stopped
from local.settings import ROOT, StackSettings, load_settings
from local.webhook import State, Webhook, listening, telling
from processors.settings import load_settings as load_platform_settings
from processors.stores.prometheus import list_alerts

Found = TypeVar("Found")

QUESTION: Final = "Is anything broken?"
_FIRES_S: Final = 600
_ENDS_S: Final = 900
_KNOWN_S: Final = 300
_POLL_S: Final = 1.0


class Expected(NamedTuple):
    """An alert that a fault sets off."""

    alert: str
    labels: dict[str, str]


MODEL: Final = Expected("NotAnswering", {"job": "model-server"})
FRESHNESS: Final = Expected("FreshnessLost", {"topic": "runlore.logs"})
LETTERS: Final = Expected("DeadLetters", {})
DISK: Final = Expected("DiskAlmostFull", {})


def main() -> int:
    """Run the drill; an alert that doesn't come, isn't known or doesn't end is an error."""
    return tell_errors(_drill)


def _drill() -> None:
    settings = load_settings()
    with listening() as webhook, telling(settings, webhook.url):
        drill(settings, webhook)
    print("The drill is over: each alert came with its runbook, was known to the chat, and ended.")


def drill(settings: StackSettings, webhook: Webhook) -> None:
    """Make the faults, wait for their alerts, ask the chat, undo the faults, wait for the end.

    Args:
        settings: Of the stack.
        webhook: Alertmanager tells it.
    """
    platform = load_platform_settings()
    require_calm(platform.prometheus.url)
    broker = platform.kafka
    on_disk = [DISK] if may_mount() else []
    if not on_disk:
        print("Left out: the full disk. Only root may mount the small file system for it.", flush=True)
    with ExitStack() as disk:
        if on_disk:
            disk.enter_context(full_disk(settings))
        filled = time.monotonic()
        send_unreadable(broker)
        # A paused pipeline, or one without its model, would make no dead letter.
        _await(webhook, [LETTERS], "firing", filled, _FIRES_S)
        with stopped(settings, "model-server"), events_waiting(settings, broker):
            began = time.monotonic()
            _await(webhook, [MODEL, FRESHNESS], "firing", began, _FIRES_S)
        _await(webhook, on_disk, "firing", filled, _FIRES_S)
        ask_what_is_broken(settings, DISK if on_disk else LETTERS)
    _await(webhook, [LETTERS, MODEL, FRESHNESS, *on_disk], "resolved", time.monotonic(), _ENDS_S)


def require_calm(prometheus_url: str) -> None:
    """Refuse to begin while an alert of the drill fires already: nobody would see the drill's own.

    Raises:
        StackError: One does.
    """
    expected = {each.alert for each in (MODEL, FRESHNESS, LETTERS, DISK)}
    alerts = [alert for alert in list_alerts(prometheus_url) if alert["state"] == "firing"]
    if firing := expected & {alert["labels"]["alertname"] for alert in alerts}:
        raise StackError(
            f"Firing already: {', '.join(sorted(firing))}. Put that right, then begin the drill."
        )


def ask_what_is_broken(settings: StackSettings, expected: Expected) -> None:
    """Collect what fires, and ask the chat until it names the alert.

    Args:
        settings: Of the stack.
        expected: The alert that the answer has to name.

    Raises:
        StackError: It doesn't in time.
    """
    with open_airflow(settings) as client:
        # Other sources of the same run may be down; whether the alerts came is seen in the answer.
        trigger_dag(client, "collect")

    def find_answer() -> str | None:
        answer = ask_question(settings, QUESTION)
        return answer if expected.alert in answer else None

    answer = _wait(find_answer, _KNOWN_S, f"The chat doesn't tell of {expected.alert}")
    told, _, _sources = answer.partition("\n\n  [1]")
    print(f"\n{QUESTION}\n{told}\n", flush=True)


def _await(webhook: Webhook, expected: list[Expected], state: State, began: float, patience_s: float) -> None:
    """Wait until each alert is in this state, with a runbook that is there; print how long each took.

    Args:
        webhook: Alertmanager tells it.
        expected: The alerts.
        state: The one that is waited for.
        began: When the fault was made or undone.
        patience_s: How long each may take.

    Raises:
        StackError: One didn't come, or without a runbook.
    """
    for alert, labels in expected:
        otherwise = f"{alert} {labels or ''} didn't reach the webhook as {state}"
        notice = _wait(partial(webhook.find, alert, state, labels), patience_s, otherwise)
        if not (ROOT / notice.runbook).is_file():
            raise StackError(f"{alert} names no runbook that is there: {notice.runbook!r}")
        # Some end while others are still waited for, before the last fault is undone.
        when = f"{max(0, notice.at - began):.0f} s after the {'fault' if state == 'firing' else 'repair'}"
        print(f"{alert}: {state} {when}, {notice.runbook}", flush=True)


def _wait(find_it: Callable[[], Found | None], patience_s: float, otherwise: str) -> Found:
    """Return what is found as soon as it is something."""
    deadline = time.monotonic() + patience_s
    while not (found := find_it()):
        if time.monotonic() > deadline:
            raise StackError(f"{otherwise} within {patience_s:.0f} s.")
        time.sleep(_POLL_S)
    return found


if __name__ == "__main__":
    sys.exit(main())
