"""Metrics are looked at, alerts are silenced."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from processors.knowledge.actions.binding import Target
from processors.knowledge.actions.findings import make_finding
from processors.knowledge.actions.refusal import ActionRefusedError
from processors.knowledge.actions.results import Undo
from processors.knowledge.actions.values import read_amount
from processors.pipelines.actions.operation import Deed, Look, Operation, Seen
from processors.stores import alertmanager, prometheus

_MOST_SERIES: Final = 100
_MOST_POINTS: Final = 1_000
_WAIT_S: Final = 25


@contextmanager
def asking(system: str) -> Iterator[None]:
    """Tell what a system refuses as its refusal; one that is away is an error, and trying again may help.

    Args:
        system: Its name.

    Raises:
        ActionRefusedError: It understood, and refuses.
    """
    try:
        yield
    except httpx.HTTPStatusError as error:
        if error.response.is_server_error:
            raise
        raise ActionRefusedError("system_refused", system=system, what=error.response.text[:500]) from error


def allow_all(deed: Deed) -> str:
    """Tell by whose decision it runs where the system itself knows no persons: the policy's alone."""
    return f"{deed.request.proposer.user}, as the policy of actions allows it"


def _query(deed: Deed, _look: Look | None) -> str:
    with asking("Prometheus"):
        answer = prometheus.query_instant(deed.settings.prometheus.url, deed.get("query"), _WAIT_S)
    found = answer["data"]
    if found["resultType"] in ("scalar", "string"):
        return str(found["result"][1])
    if found["resultType"] == "matrix":
        return _write_series(found["result"])
    rows = [f"{_name(one['metric'])} {one['value'][1]}" for one in found["result"]]
    return _cut(rows) or "The expression has no value: no series matches it now."


def _query_range(deed: Deed, _look: Look | None) -> str:
    end = datetime.now(UTC)
    span, step = read_amount(deed.get("last")), read_amount(deed.get("step"))
    if span / step > _MOST_POINTS:
        raise ActionRefusedError(
            "system_refused", system="Prometheus", what=f"more than {_MOST_POINTS} points; take a longer step"
        )
    url, begin = deed.settings.prometheus.url, end - timedelta(seconds=span)
    with asking("Prometheus"):
        answer = prometheus.query_range(url, deed.get("query"), begin, end, step)
    return _write_series(answer["data"]["result"]) or "No series matches the expression in this time."


def _write_series(series: list[dict[str, Any]]) -> str:
    """Return each series with its course: first, least, most, last, and when."""
    rows = []
    for one in series:
        values = [(float(value), float(at)) for at, value in one["values"]]
        least, most = min(values), max(values)
        rows.append(
            f"{_name(one['metric'])} first {values[0][0]:g}, least {least[0]:g} at {_time(least[1])}, "
            f"most {most[0]:g} at {_time(most[1])}, last {values[-1][0]:g} at {_time(values[-1][1])}, "
            f"{len(values)} points"
        )
    return _cut(rows)


def _cut(rows: list[str]) -> str:
    left = [f"… {len(rows) - _MOST_SERIES} more series"] if len(rows) > _MOST_SERIES else []
    return "\n".join([*rows[:_MOST_SERIES], *left])


def _name(labels: Mapping[str, str]) -> str:
    told = ", ".join(f'{name}="{value}"' for name, value in labels.items() if name != "__name__")
    return f"{labels.get('__name__', '')}{{{told}}}"


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S}"


def _alertmanager(deed: Deed) -> str:
    url = deed.settings.actions.alertmanager_url
    if not url:
        raise ActionRefusedError("not_configured", setting="RUNLORE_ACTIONS_ALERTMANAGER_URL")
    return url


def _may_silence(deed: Deed) -> str:
    _alertmanager(deed)
    return allow_all(deed)


def _matchers(deed: Deed) -> dict[str, str]:
    return {name: deed.get(name) for name in ("alertname", "namespace") if deed.get(name)}


def _look_at_alerts(deed: Deed) -> Look:
    matchers = _matchers(deed)
    with asking("Alertmanager"):
        alerts = alertmanager.list_alerts(_alertmanager(deed), matchers)
    told = sorted(_name(alert["labels"]) for alert in alerts)
    what = _cut(told) or "No alert has these labels now; those that come would be silent."
    target = Target(kind="Alert", namespace=deed.get("namespace"), name=deed.get("alertname"))
    return Look(target, f"Silent for {deed.get('duration')}:\n{what}")


def _silence(deed: Deed, _look: Look | None) -> str:
    begin = datetime.now(UTC)
    span = (begin, begin + timedelta(seconds=read_amount(deed.get("duration"))))
    comment = f"{deed.get('comment') or 'proposed in chat'} ({deed.request.key})"
    with asking("Alertmanager"):
        made = alertmanager.add_silence(
            _alertmanager(deed), _matchers(deed), span, deed.request.proposer.user, comment
        )
    return f"Silence {made} until {span[1]:%Y-%m-%d %H:%M} UTC."


def _find_silence(deed: Deed) -> dict[str, Any] | None:
    with asking("Alertmanager"):
        silences = alertmanager.list_silences(_alertmanager(deed))
    return next((one for one in silences if f"({deed.request.key})" in one["comment"]), None)


def _verify_silence(deed: Deed, _target: Target) -> Seen:
    found = _find_silence(deed)
    if found is None or found["status"]["state"] != "active":
        return Seen(False, make_finding("no_silence"))
    undo = Undo(action=deed.action.rollback, parameters={"silence": found["id"]})
    return Seen(True, make_finding("silence_active", silence=found["id"]), undo)


def _get_silence(deed: Deed) -> dict[str, Any]:
    with asking("Alertmanager"):
        silences = alertmanager.list_silences(_alertmanager(deed))
    found = next((one for one in silences if one["id"] == deed.get("silence")), None)
    if found is None:
        raise ActionRefusedError("not_found", what=f"the silence {deed.get('silence')}")
    return found


def _look_at_silence(deed: Deed) -> Look:
    found = _get_silence(deed)
    told = ", ".join(f'{one["name"]}="{one["value"]}"' for one in found["matchers"])
    version = f"{found['updatedAt']} {found['status']['state']}"
    target = Target(kind="Silence", name=found["id"], resource_version=version)
    return Look(target, f"Ends the silence of {told}, by {found['createdBy']}: {found['comment']}")


def _unsilence(deed: Deed, _look: Look | None) -> str:
    with asking("Alertmanager"):
        alertmanager.end_silence(_alertmanager(deed), deed.get("silence"))
    return f"The silence {deed.get('silence')} has ended."


def _has_ended(deed: Deed, _target: Target) -> bool:
    return bool(_get_silence(deed)["status"]["state"] == "expired")


def _verify_end(deed: Deed, target: Target) -> Seen:
    ended = _has_ended(deed, target)
    return Seen(ended, make_finding("silence_ended" if ended else "silence_left"))


MONITORING: Final[Mapping[str, Operation]] = {
    "query": Operation(allow_all, _query),
    "query_range": Operation(allow_all, _query_range),
    "silence": Operation(
        _may_silence,
        _silence,
        _look_at_alerts,
        lambda deed, _target: _find_silence(deed) is not None,
        _verify_silence,
    ),
    "unsilence": Operation(_may_silence, _unsilence, _look_at_silence, _has_ended, _verify_end),
}
