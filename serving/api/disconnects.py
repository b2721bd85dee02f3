"""Clients that disconnect: nobody works on for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from serving.faults import ClientGoneError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from litestar import Request
    from litestar.types import Receive

Result = TypeVar("Result")


async def finish_unless_gone(request: Request[Any, Any, Any], work: Coroutine[Any, Any, Result]) -> Result:
    """Return what the work returns; if the client goes meanwhile, the work ends and with it its requests.

    The body of the request must have been read.

    Raises:
        ClientGoneError: Nobody is there to be answered.
    """
    working = asyncio.create_task(work)
    gone = asyncio.create_task(_wait_for_disconnect(request.receive))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGoneError("The client has closed the connection.")
        return working.result()
    finally:
        for task in (working, gone):
            task.cancel()
        # What was begun elsewhere is closed when this returns, not some time later.
        await asyncio.gather(working, gone, return_exceptions=True)


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
