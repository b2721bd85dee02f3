"""The Litestar application: routes, clients, errors."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.plugins.pydantic import PydanticPlugin
from litestar.types import Scope

from processors.settings import Settings
from serving.access.accounting import account_requests
from serving.access.audit_log import AuditLog
from serving.access.buckets import Bucket, describe_buckets
from serving.access.callers import open_access, provide_caller
from serving.actions.setup import read_ahead
from serving.api.approval_routes import APPROVAL_ROUTES
from serving.api.citation_routes import show_citation
from serving.api.errors import EXCEPTION_HANDLERS
from serving.api.health_routes import report_live, report_metrics, report_ready
from serving.api.openapi import describe_api
from serving.api.v1_routes import v1_router
from serving.clients.lifespan import Clients, open_clients
from serving.context.caller import Caller
from serving.context.correlation import HEADER, trace_requests
from serving.mcp_server.server import MCP_ROUTES, hold_mcp

_OpenClients = Callable[[Settings], AbstractAsyncContextManager[Clients]]


def create_app(settings: Settings, clients: _OpenClients = open_clients) -> Litestar:
    """Return the service.

    Args:
        settings: The platform's settings.
        clients: Opens the clients for as long as the service runs.

    Raises:
        ValueError: A file of keys, groups or actions is missing or not of its form.
    """
    read_ahead(settings)

    @asynccontextmanager
    async def hold_clients(app: Litestar) -> AsyncIterator[None]:
        async with (
            clients(settings) as opened,
            _hold_audit(settings) as audit,
            hold_mcp(opened, settings) as manager,
        ):
            app.state.clients, app.state.audit, app.state.mcp = opened, audit, manager
            yield

    app = Litestar(
        route_handlers=[
            v1_router,
            report_live,
            report_ready,
            report_metrics,
            show_citation,
            *APPROVAL_ROUTES,
            *MCP_ROUTES,
        ],
        dependencies={
            "clients": Provide(_provide_clients, sync_to_thread=False),
            "settings": Provide(_provide_settings, sync_to_thread=False),
            "caller": Provide(_provide_caller, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[hold_clients],
        cors_config=_allow_origins(settings),
        logging_config=None,  # logs are configured once, for the whole process
        openapi_config=describe_api(),
        # `true` is no number and `"7"` neither, as the OpenAPI page says.
        plugins=[PydanticPlugin(validate_strict=True)],
        request_max_body_size=settings.limits.max_body_bytes,
        state=State({"settings": settings, "access": open_access(settings)}),
    )
    # Around everything: what no route or guard lets in has an id and a line in the audit log, too.
    app.asgi_handler = trace_requests(account_requests(app.asgi_handler))
    return app


@asynccontextmanager
async def _hold_audit(settings: Settings) -> AsyncIterator[AuditLog | None]:
    if settings.access.audit_file is None:
        yield None
        return
    audit = AuditLog(settings.access.audit_file)
    try:
        yield audit
    finally:
        await asyncio.to_thread(audit.close)


def _allow_origins(settings: Settings) -> CORSConfig | None:
    if not settings.service.cors_origins:
        return None
    buckets = describe_buckets([Bucket("requests", 0, 0, 0, 0), Bucket("tokens", 0, 0, 0, 0)])
    return CORSConfig(
        allow_origins=list(settings.service.cors_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", HEADER],
        expose_headers=[HEADER, "Retry-After", *buckets],
    )


def _provide_clients(state: State) -> Clients:
    clients: Clients = state.clients
    return clients


def _provide_settings(state: State, clients: NamedDependency[Clients]) -> Settings:  # noqa: ARG001
    # It needs no clients. But dependencies of equal rank are resolved as tasks of a group, which costs as
    # much as reading Redis; one after the other they cost nothing.
    settings: Settings = state.settings
    return settings


def _provide_caller(scope: Scope, settings: NamedDependency[Settings]) -> Caller:  # noqa: ARG001 - as above
    return provide_caller(scope)
