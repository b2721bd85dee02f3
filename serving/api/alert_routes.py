"""Alerts come in from Alertmanager, what is known about them goes out to a channel."""

import asyncio
import time
from typing import Any, Final, Literal, NamedTuple, TypedDict

import structlog
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import Scope

from processors.settings import Settings
from serving.access.accounting import settle_request
from serving.api.openapi import list_errors
from serving.clients.channel import ChannelClient, post_message
from serving.clients.lifespan import Clients
from serving.context.caller import Caller
from serving.context.metrics import INVESTIGATIONS
from serving.context.request_context import begin_context
from serving.faults import ChannelDownError, InvestigationsOffError, RequestLateError
from serving.investigations.claims import claim_alert, find_unposted, keep_unposted, remember_posted
from serving.investigations.investigating import DOWN, Remedies, investigate
from serving.investigations.message import Alert, AlertMessage, identify
from serving.investigations.posting import build_post

# A claim outlives the request that made it: another one would do it once more at the same time.
_GRACE_S: Final = 10.0

Outcome = Literal["posted", "posted before", "under way", "resolved", "failed"]

log = structlog.get_logger(__name__)


class Investigated(TypedDict):
    """What became of one alert of a message."""

    fingerprint: str
    alert: str
    id: str
    outcome: Outcome


class AlertsResponse(TypedDict):
    """What became of each alert of a message."""

    alerts: list[Investigated]


@post(
    "/alerts",
    status_code=200,
    responses=list_errors(400, 401, 409, 413, 429, 500, 503),
)
async def take_alerts(
    request: Request[Any, Any, Any],
    data: JSONBody[AlertMessage],
    clients: NamedDependency[Clients],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Caller],
) -> Response[AlertsResponse]:
    """Take a message of Alertmanager's webhook, and post what is known about each alert that fires, once.

    It ends when all is posted. What could not be, or is under way elsewhere and may yet fail there, is
    answered with 503, so that Alertmanager sends the message again; what was posted by then is not repeated.
    """
    channel = clients.channel
    if channel is None:
        raise InvestigationsOffError(
            "No alerts are taken: RUNLORE_INVESTIGATIONS_URL_FILE says where investigations are posted."
        )
    message = _Message(request.scope, clients, settings, caller, channel, {})

    async def take(alert: Alert) -> Investigated:
        identity = identify(data.group_key, alert)
        async with clients.investigating:
            outcome = await _take(message, identity, alert)
        INVESTIGATIONS.labels(outcome).inc()
        return Investigated(fingerprint=alert.fingerprint, alert=alert.name, id=identity, outcome=outcome)

    taken = await asyncio.gather(*(take(alert) for alert in data.alerts))
    is_open = any(one["outcome"] in ("failed", "under way") for one in taken)
    return Response(AlertsResponse(alerts=taken), status_code=503 if is_open else 200)


class _Message(NamedTuple):
    """A message on its way: who told it, whom to ask, where it is posted, and what is known by now."""

    scope: Scope
    clients: Clients
    settings: Settings
    caller: Caller
    channel: ChannelClient
    remedies: Remedies


async def _take(message: _Message, identity: str, alert: Alert) -> Outcome:
    if alert.status == "resolved":
        return "resolved"
    cache, settings = message.clients.cache, message.settings
    try:
        async with claim_alert(cache, identity, settings.timeouts.request_seconds + _GRACE_S) as claim:
            if claim != "mine":
                return "under way" if claim == "under way" else "posted before"
            await _investigate_and_post(message, identity, alert)
            await remember_posted(cache, identity, settings.investigations.keep_seconds)
            return "posted"
    except (ChannelDownError, RequestLateError, *DOWN) as error:
        log.error("an investigation is not posted", alert=alert.name, error=str(error))
    except Exception as error:  # a defect, and the other alerts of the message are told all the same
        log.error("an investigation is not posted", alert=alert.name, exc_info=error)
    return "failed"


async def _investigate_and_post(message: _Message, identity: str, alert: Alert) -> None:
    scope, clients, settings, caller, channel, remedies = message
    # Each is written down in the audit log by itself, as the questions of a socket are.
    context, started, status = begin_context(caller), time.perf_counter(), 500
    try:
        body = await find_unposted(clients.cache, identity, caller.groups)
        if body is None:
            investigation = await investigate(clients, settings, caller, identity, alert, remedies)
            body = build_post(settings, investigation)
            await keep_unposted(clients.cache, identity, caller.groups, body)
        await post_message(channel, body, identity)
        status = 200
    finally:
        settle_request(scope, context, status=status, started=started, ended=status == 200)
