"""Each alert is investigated once for each time that it fires, whoever tells of it and how often.

A claim is a lease in Redis. Who dies with it leaves the alert to whoever is told next; what was posted is
remembered for longer than Alertmanager repeats itself. Without Redis everybody investigates: twice is better
than never. A claim is given back, and a post remembered, also when the request's own time is over.

A channel that refuses makes Alertmanager send the alert again and again. What was found out is kept
meanwhile, for a quarter of an hour: later than that the cause may be another one.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import structlog
from redis.exceptions import LockError, RedisError

from processors.knowledge.chunk import make_id
from serving.context.deadlines import begin_shared_work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping

    from redis.asyncio import Redis
    from redis.asyncio.lock import Lock

Claim = Literal["mine", "under way", "posted"]
"""Whose an alert is: to be investigated here, being investigated elsewhere, or done."""

_MINE: Final[Claim] = "mine"
_POSTED: Final = "investigated:{}"
_LEASE: Final = "investigating:{}"
_UNPOSTED: Final = "investigation:{}:{}"
_KEPT_S: Final = 900
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


async def keep_unposted(cache: Redis, identity: str, groups: Iterable[str], body: Mapping[str, Any]) -> None:
    """Keep what is to be posted until it is; without Redis a repeat is investigated again.

    Args:
        cache: Holds claims.
        identity: Of the alert.
        groups: Of the caller, who decide what it tells.
        body: What is posted.
    """
    name = _UNPOSTED.format(identity, make_id(sorted(groups)))
    try:
        await cache.set(name, json.dumps(body), ex=_KEPT_S)
    except RedisError as error:
        log.warning("cache is down, a repeated alert is investigated again", error=str(error))


async def find_unposted(cache: Redis, identity: str, groups: Iterable[str]) -> dict[str, Any] | None:
    """Return what an earlier try could not post, None if there is nothing.

    Args:
        cache: Holds claims.
        identity: Of the alert.
        groups: Of the caller.
    """
    try:
        kept = await cache.get(_UNPOSTED.format(identity, make_id(sorted(groups))))
    except RedisError:
        return None
    body: dict[str, Any] | None = json.loads(kept) if kept else None
    return body


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
