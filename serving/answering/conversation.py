"""A conversation: the question, what was said before it, and what tools have said since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from serving.context.masking import mask_messages, mask_text
from serving.faults import NoQuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serving.schemas import Message


async def split_conversation(messages: list[Message]) -> tuple[str, list[dict[str, Any]]]:
    """Return the question, which is the user's last message, and what was said before it, secrets masked.

    Raises:
        NoQuestionError: There is no message of a user, or the last one is empty.
    """
    for position in range(len(messages) - 1, -1, -1):
        if messages[position].role == "user":
            question = await mask_text(messages[position].as_text().strip())
            if question:
                return question, await mask_messages(messages[:position])
            break
    raise NoQuestionError("The last message of the user is missing or empty: there is nothing to answer.")


async def list_tool_turns(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return what follows the question: the model's calls and what came of them, secrets masked.

    Example:
        >>> import asyncio
        >>> from serving.schemas import Message
        >>> said = [{"role": "user", "content": "Scale it."}, {"role": "tool", "content": "3 replicas"}]
        >>> asyncio.run(list_tool_turns([Message.model_validate(one) for one in said]))
        [{'role': 'tool', 'content': '3 replicas'}]
    """
    asked = max((place for place, message in enumerate(messages) if message.role == "user"), default=-1)
    return await mask_messages(messages[asked + 1 :])
