"""What each route asks before it is served: who it is, and whether they have asked too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import structlog
from litestar.connection import ASGIConnection

from serving.access.callers import identify
from serving.access.limits import admit, admit_page, name_address
from serving.context.request_context import current_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.handlers import BaseRouteHandler

    from serving.access.callers import Access

_Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]

KEY_SUBPROTOCOL: Final = "openai-insecure-api-key."
"""What OpenAI's clients in browsers put before the key that they offer as a WebSocket's subprotocol."""


async def require_caller(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Find out who asks, or refuse the request.

    Raises:
        LimitReachedError: Its user has asked as much as they may for now.
        NotAuthorizedException: It shows no key or token, or one that isn't good.
        IdentityProviderDownError: Nobody can tell whether its token is good.
    """
    state = connection.app.state
    access: Access = state.access
    caller = await identify(access, _find_headers(connection))
    structlog.contextvars.bind_contextvars(user=caller.user)
    connection.scope["state"]["caller"] = caller
    context = current_context()
    context.caller = caller
    if connection.scope.get("method") == "POST":
        context.headers = await admit(state.clients, state.settings, caller)
    else:
        # Of a socket, that it is opened; each question on it is counted when it comes.
        context.headers = await admit_page(state.clients, state.settings, f"page:{caller.user}")


async def admit_reader(connection: _Connection, handler: BaseRouteHandler) -> None:
    """Find out who asks if a key or token is shown, and count the request: by its user, else by its address.

    Raises:
        LimitReachedError: This user or address has asked as much as it may for now.
        NotAuthorizedException: The key or token isn't good.
        IdentityProviderDownError: Nobody can tell whether the token is good.
    """
    # What else stands there is a proxy's, and no claim to be somebody here.
    if connection.headers.get("Authorization", "").lower().startswith("bearer "):
        await require_caller(connection, handler)
    else:
        await admit_address(connection, handler)


async def admit_address(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Count a request for what asks for no key by the address that it comes from.

    Raises:
        LimitReachedError: This address has asked as much as it may for now.
    """
    await _admit_by_address(connection, "page")


async def admit_scrape(connection: _Connection, _handler: BaseRouteHandler) -> None:
    """Count a reading of the metrics by its address, apart from all else, which so can't keep it out.

    Raises:
        LimitReachedError: This address has asked as much as it may for now.
    """
    await _admit_by_address(connection, "scrape")


async def _admit_by_address(connection: _Connection, purpose: str) -> None:
    state = connection.app.state
    address = name_address(connection.client.host if connection.client else "")
    current_context().headers = await admit_page(state.clients, state.settings, f"{purpose}:{address}")


def _find_headers(connection: _Connection) -> Mapping[str, str]:
    """Return what says who asks: a browser's WebSocket can't send headers and offers its key instead."""
    offered = cast("list[str]", connection.scope.get("subprotocols", []))
    keys = [name.removeprefix(KEY_SUBPROTOCOL) for name in offered if name.startswith(KEY_SUBPROTOCOL)]
    return {"Authorization": f"Bearer {keys[0]}"} if keys else connection.headers
