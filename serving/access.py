"""Who may ask, and what they may see."""

import hmac
from pathlib import Path
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

PUBLIC = "public"


def read_api_key(path: Path) -> str:
    """Return the key that clients must show.

    Raises:
        ValueError: The file is missing or empty.
    """
    key = path.read_text().strip() if path.is_file() else ""
    if not key:
        raise ValueError(f"RUNLORE_API_KEY_FILE: {path} holds no key; `make setup` writes one")
    return key


async def require_api_key(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Refuse a request that doesn't carry the key.

    It waits for nothing, but a guard that is no coroutine would be run in a thread, which costs more than the
    rest of an answer from the cache.

    Raises:
        NotAuthorizedException: The header is missing or another key is in it.
    """
    scheme, _, shown = connection.headers.get("Authorization", "").partition(" ")
    expected: str = connection.app.state.api_key
    if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), expected.encode()):
        raise NotAuthorizedException("Incorrect or missing API key: send `Authorization: Bearer <key>`.")


def resolve_groups() -> tuple[str, ...]:
    """Return the groups of the one who asks: whoever holds the service's key sees what is public."""
    return (PUBLIC,)
