"""Each alert is investigated once for each time that it fires, whoever tells of it and how often.

A claim is a lease in Redis. Who dies with it leaves the alert to whoever is told next; what was posted is
remembered for longer than Alertmanager repeats itself. Without Redis everybody investigates: twice is better
than never. A claim is given back, and a post remembered, also when the request's own time is over.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import structlog
from redis.exceptions import LockError, RedisError

from serving.context.deadlines import begin_shared_work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from redis.asyncio import Redis
    from redis.asyncio.lock import Lock

Claim = Literal["mine", "under way", "posted"]
"""Whose an alert is: to be investigated here, being investigated elsewhere, or done."""

_MINE: Final[Claim] = "mine"
_POSTED: Final = "investigated:{}"
_LEASE: Final = "investigating:{}"
_ending: Final[set[asyncio.Task[None]]] = set()

log = structlog.get_logger(__name__)


@asynccontextmanager
async def claim_alert(cache: Redis, identity: str, seconds: float) -> AsyncIterator[Claim]:
    """Give whose an alert is; it stays ours while the block runs.

    Args:
        cache: Holds claims.
        identity: Of the alert.
        seconds: How long the block may take; then another may claim it.

    Raises:
        RequestLateError: The request's time is over.
    """
    lease = cache.lock(_LEASE.format(identity), timeout=seconds, blocking=False)
    is_ours, claim = False, _MINE
    try:
        try:
            is_ours = await lease.acquire()
            # Asked after the lease is ours: whoever had it before has said by now that it is done.
            is_posted = await cache.get(_POSTED.format(identity)) is not None
        except RedisError as error:
            log.warning("cache is down, a repeated alert is investigated again", error=str(error))
        else:
            claim = "posted" if is_posted else "mine" if is_ours else "under way"
        yield claim
    finally:
        if is_ours:
            await _outlast(_give_back(lease))


async def remember_posted(cache: Redis, identity: str, seconds: int) -> None:
    """Note that an alert was investigated and told of; without Redis a repeat is investigated again.

    Args:
        cache: Holds claims.
        identity: Of the alert.
        seconds: How long it is remembered.
    """
    await _outlast(_remember(cache, identity, seconds))


async def _give_back(lease: Lock) -> None:
    try:
        await lease.release()
    except (LockError, RedisError) as error:
        log.warning("a claim of an alert ends by its time", error=str(error))


async def _remember(cache: Redis, identity: str, seconds: int) -> None:
    try:
        await cache.set(_POSTED.format(identity), "1", ex=seconds)
    except RedisError as error:
        log.warning("cache is down, a repeated alert is investigated again", error=str(error))


async def _outlast(work: Coroutine[Any, Any, None]) -> None:
    """Do something to its end, whatever becomes of the request; the time that it has is its own."""

    async def outlasting() -> None:
        begin_shared_work()
        await work

    task = asyncio.create_task(outlasting())
    _ending.add(task)
    task.add_done_callback(_ending.discard)
    await asyncio.shield(task)
