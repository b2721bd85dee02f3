"""Masks what people send without keeping others waiting: on the event loop only if it is short.

A long text is masked in a thread, so that the loop goes on between two patterns. The threads are few and of
their own: who sends many long texts waits for them, and nobody else does. How long a text may be is limited
before: a conversation by its tokens, a query and a comment by their characters.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from processors.knowledge.redaction.masking import mask_secrets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serving.schemas import Message

INLINE_CHARACTERS: Final = 2_000
"""A text of so many is masked where it is: that takes 0.8 ms, 2 ms if it is all words such as `password`."""
_THREADS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="masking")


async def mask_text(text: str) -> str:
    """Return a text with its secrets masked."""
    if len(text) <= INLINE_CHARACTERS:
        return mask_secrets(text)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, mask_secrets, text)


async def mask_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return messages as they came, with the secrets in them masked."""
    bodies = [message.model_dump_json(exclude_unset=True) for message in messages]
    return [json.loads(await mask_text(body)) for body in bodies]
