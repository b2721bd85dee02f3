"""Where investigations are posted: a webhook of Slack, of Mattermost, or one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from serving.clients.guards import Guard
from serving.faults import ChannelDownError, PartError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.settings import Settings


class ChannelClient(NamedTuple):
    """A connection to the channel, and what stands between the service and it."""

    http: httpx.AsyncClient
    guard: Guard
    is_idempotent: bool
    """Whether a message that may have arrived can be sent again: a chat would show it twice."""
    url: str
    """It is a secret as a whole: no error and no log names it."""


def open_channel(settings: Settings, guard: Guard) -> ChannelClient | None:
    """Return a client that hasn't connected yet, None where no alerts are taken.

    Args:
        settings: Say where it is.
        guard: Of this part.

    Raises:
        ValueError: The file of the address holds none.
    """
    url = settings.investigations.read_url()
    if not url:
        return None
    http = httpx.AsyncClient(timeout=guard.seconds + 1)
    return ChannelClient(http, guard, settings.investigations.form == "json", url)


async def post_message(channel: ChannelClient, body: Mapping[str, Any], identity: str) -> None:
    """Post a message; a second time if the channel failed at once, and can tell that it is the same.

    Args:
        channel: Where.
        body: The message.
        identity: The same for each try, so that a receiver of one's own can leave out what it has.

    Raises:
        ChannelDownError: It is down, or refuses the message.
    """

    async def attempt() -> None:
        response = await channel.http.post(
            channel.url, json=dict(body), headers={"Idempotency-Key": identity}
        )
        response.raise_for_status()

    try:
        await (channel.guard.call(attempt) if channel.is_idempotent else channel.guard.attempt(attempt))
    except httpx.HTTPStatusError as error:
        # The error's own text names the address.
        raise ChannelDownError(f"The channel answers {error.response.status_code}.") from None
    except (httpx.HTTPError, PartError) as error:
        raise ChannelDownError(f"The channel doesn't answer: {type(error).__name__}.") from None
