"""Who may ask, and what they may see."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from litestar.exceptions import NotAuthorizedException
from litestar.types import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler

PUBLIC = "public"
KEY_SUBPROTOCOL: Final = "openai-insecure-api-key."
"""What OpenAI's clients in browsers put before the key that they offer as a WebSocket's subprotocol."""


@dataclass(frozen=True)
class Caller:
    """Who asks, and for which groups the answer may be made."""

    user: str
    """The same for each request of the same one: `key:<name>` or `jwt:<issuer>:<subject>`."""
    groups: tuple[str, ...]
    """Sorted; what is public is for all."""


def make_caller(user: str, groups: Iterable[str] = ()) -> Caller:
    """Return a caller; the public group is added, so that what everybody may see is found for all.

    Example:
        >>> make_caller("key:ops", ["sre", "dev", "sre"])
        Caller(user='key:ops', groups=('dev', 'public', 'sre'))
    """
    return Caller(user, tuple(sorted({PUBLIC, *groups})))


def read_api_key(path: Path) -> str:
    """Return the key that clients must show.

    Raises:
        ValueError: The file is missing or empty.
    """
    key = path.read_text().strip() if path.is_file() else ""
    if not key:
        raise ValueError(f"RUNLORE_API_KEY_FILE: {path} holds no key; `make setup` writes one")
    return key


def read_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the key or token that a client shows, or nothing.

    A browser's WebSocket can't send headers, so there it may come as one of the subprotocols.
    """
    scheme, _, shown = connection.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return shown.strip()
    offered: list[str] = connection.scope.get("subprotocols", [])
    keys = [name.removeprefix(KEY_SUBPROTOCOL) for name in offered if name.startswith(KEY_SUBPROTOCOL)]
    return keys[0] if keys else ""


async def require_caller(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Find out who asks, or refuse the request.

    It waits for nothing, but a guard that is no coroutine would be run in a thread, which costs more than the
    rest of an answer from the cache.

    Raises:
        NotAuthorizedException: The header is missing or another key is in it.
    """
    shown = read_token(connection)
    expected: str = connection.app.state.api_key
    if not hmac.compare_digest(shown.encode(), expected.encode()):
        raise NotAuthorizedException("Incorrect or missing API key: send `Authorization: Bearer <key>`.")
    connection.scope["state"]["caller"] = make_caller("key:default")


def provide_caller(scope: Scope) -> Caller:
    """Return whom the guard let in."""
    caller: Caller = scope["state"]["caller"]
    return caller
