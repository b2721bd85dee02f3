"""Who disconnects ends the work that was done for them."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


async def finish_unless_gone(request: Request, working: Coroutine[Any, Any, T]) -> T:
    """Return what comes of some work; it is cancelled when the client goes away.

    Args:
        request: Whose body has been read.
        working: The work.

    Raises:
        ClientDisconnect: The client is gone.
    """
    work = asyncio.ensure_future(working)
    leaving = asyncio.ensure_future(_wait_until_gone(request))
    try:
        await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientDisconnect
        return await work
    finally:
        leaving.cancel()
        work.cancel()


async def _wait_until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
