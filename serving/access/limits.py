"""How much one user may ask in a minute, over all replicas, and how long a conversation may be.

What is no question, such as a source that is opened, has a bucket of its own: of the user, or of the address
where nobody shows a key.

The buckets are in Redis, see `limits.lua`. A question is counted when it comes. Its tokens are known when its
answer ends and are taken then, so a bucket of tokens may owe; who owes waits until it is paid.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import structlog
from redis.exceptions import NoScriptError, RedisError

from serving.access.buckets import Bucket, describe_buckets
from serving.context.deadlines import begin_shared_work
from serving.context.metrics import LIMIT_CHECKS, time_stage
from serving.context.outcome import estimate_tokens
from serving.faults import ContextTooLongError, LimitReachedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.settings import Settings
    from serving.clients.lifespan import Clients
    from serving.context.caller import Caller
    from serving.schemas import ChatRequest, Message

_SCRIPT: Final = (Path(__file__).parent / "limits.lua").read_text(encoding="utf-8")
_DIGEST: Final = hashlib.sha1(_SCRIPT.encode()).hexdigest()  # noqa: S324 - how Redis names scripts

log = structlog.get_logger(__name__)

_charging: set[asyncio.Task[None]] = set()


async def admit(clients: Clients, settings: Settings, caller: Caller) -> dict[str, str]:
    """Count a question of a user, and return the headers that say what is left.

    Without Redis everybody is let in, and there are no headers.

    Args:
        clients: Redis among them; without it everybody is let in.
        settings: Say how many questions and tokens a minute allows.
        caller: Who asks.

    Raises:
        LimitReachedError: The user has to wait.
    """
    limits = {"requests": settings.limits.requests_per_minute, "tokens": settings.limits.tokens_per_minute}
    return await _admit(clients, caller.user, limits)


async def admit_page(clients: Clients, settings: Settings, subject: str) -> dict[str, str]:
    """Count a request for what is no question, and return the headers that say what is left.

    Args:
        clients: Redis among them; without it everybody is let in.
        settings: Say how many may come in a minute.
        subject: What is asked for, and by whom: a user, or an address from `name_address`.

    Raises:
        LimitReachedError: It has to wait.
    """
    limits = {"requests": settings.limits.page_requests_per_minute, "tokens": 0}
    return await _admit(clients, subject, limits)


def name_address(host: str) -> str:
    """Return who is counted as one where nobody says who they are: an address, or a network by IPv6.

    A network of IPv6 is what one household or machine has; it could use another address for each request.

    Example:
        >>> name_address("10.1.2.3"), name_address("2001:db8:1:2::77"), name_address("::ffff:10.1.2.3")
        ('address:10.1.2.3', 'address:2001:db8:1:2::/64', 'address:10.1.2.3')
        >>> name_address("")
        'address:'
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return f"address:{host}"
    if isinstance(address, ipaddress.IPv6Address):
        plain = address.ipv4_mapped
        return f"address:{plain or ipaddress.ip_network((address, 64), strict=False)}"
    return f"address:{address}"


async def _admit(clients: Clients, subject: str, limits: Mapping[str, int]) -> dict[str, str]:
    if not any(limits.values()):
        return {}
    reply = await _take(clients, subject, limits, (1, 0), may_refuse=True)
    if reply is None:
        return {}
    buckets = _read_buckets(limits, reply)
    headers = describe_buckets(buckets)
    LIMIT_CHECKS.labels("allowed" if reply[0] else "refused").inc()
    if not reply[0]:
        empty = max(buckets, key=lambda bucket: bucket.wait)
        raise LimitReachedError(empty.name, empty.limit, empty.wait, headers)
    return headers


def charge(clients: Clients, settings: Settings, caller: Caller, tokens: int) -> None:
    """Take the tokens of an answer that has ended; nobody waits for it.

    Args:
        clients: Redis among them.
        settings: Say how many tokens a minute allows.
        caller: Who pays.
        tokens: Read and written by models for the answer.
    """
    if settings.limits.tokens_per_minute and tokens:
        task = asyncio.create_task(_charge(clients, settings, caller, tokens))
        _charging.add(task)
        task.add_done_callback(_charging.discard)


async def _charge(clients: Clients, settings: Settings, caller: Caller, tokens: int) -> None:
    begin_shared_work()
    limits = {"requests": settings.limits.requests_per_minute, "tokens": settings.limits.tokens_per_minute}
    await _take(clients, caller.user, limits, (0, tokens), may_refuse=False)


async def _take(
    clients: Clients, subject: str, limits: Mapping[str, int], taken: tuple[int, int], *, may_refuse: bool
) -> list[int] | None:
    """Return what Redis says of the buckets, None if it is down."""
    named = hashlib.sha256(subject.encode()).hexdigest()[:32]
    # In a cluster of Redis the braces keep both on one node.
    call = f"limit:{{{named}}}:call:{uuid.uuid4().hex}"
    keys = f"limit:{{{named}}}:requests", f"limit:{{{named}}}:tokens", call
    given = [*limits.values(), *taken, int(may_refuse)]
    try:
        with time_stage("limits"):
            return await _run_script(clients, keys, given)
    except RedisError as error:
        LIMIT_CHECKS.labels("off").inc()
        log.warning("cache is down, nobody is limited", error=str(error))
        return None


async def _run_script(clients: Clients, keys: tuple[str, str, str], given: list[int]) -> list[int]:
    try:
        reply = await cast("Any", clients.cache.evalsha(_DIGEST, len(keys), *keys, *given))
    except NoScriptError:
        # It was started anew, or is a replica that nobody has told yet.
        reply = await cast("Any", clients.cache.eval(_SCRIPT, len(keys), *keys, *given))
    return cast("list[int]", reply)


def _read_buckets(limits: Mapping[str, int], reply: list[int]) -> list[Bucket]:
    return [
        Bucket(name, limit, remaining, reset / 1e6, wait / 1e6)
        for (name, limit), remaining, reset, wait in zip(
            limits.items(), reply[1::3], reply[2::3], reply[3::3], strict=True
        )
        if limit
    ]


def require_short_context(settings: Settings, request: ChatRequest) -> None:
    """Refuse a conversation that is too long.

    Raises:
        ContextTooLongError: It has more tokens, as estimated, than the settings allow.
    """
    tokens = sum(estimate_tokens(_read_text(message)) for message in request.messages)
    if settings.limits.max_context_tokens and tokens > settings.limits.max_context_tokens:
        raise ContextTooLongError(
            f"The messages have about {tokens} tokens, and {settings.limits.max_context_tokens} is the most."
            " Send fewer or shorter ones."
        )


def _read_text(message: Message) -> str:
    # A picture has no text; who may send one is asked elsewhere.
    if isinstance(message.content, list):
        return "".join(part.text or "" for part in message.content)
    return message.content or ""
