"""A conversation: the question, what was said before it, and what tools have said since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from processors.redaction.masking import mask_secrets
from serving.errors import NoQuestionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from serving.schemas import Message


def split_conversation(messages: list[Message]) -> tuple[str, list[dict[str, Any]]]:
    """Return the question, which is the user's last message, and what was said before it, secrets masked.

    Raises:
        NoQuestionError: There is no message of a user, or the last one is empty.
    """
    for position in range(len(messages) - 1, -1, -1):
        if messages[position].role == "user":
            question = mask_secrets(messages[position].as_text().strip())
            if question:
                return question, [mask_message(message) for message in messages[:position]]
            break
    raise NoQuestionError("The last message of the user is missing or empty: there is nothing to answer.")


def list_tool_turns(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return what follows the question: the model's calls and what came of them, secrets masked.

    Example:
        >>> from serving.schemas import Message
        >>> said = [{"role": "user", "content": "Scale it."}, {"role": "tool", "content": "3 replicas"}]
        >>> list_tool_turns([Message.model_validate(one) for one in said])
        [{'role': 'tool', 'content': '3 replicas'}]
    """
    asked = max((place for place, message in enumerate(messages) if message.role == "user"), default=-1)
    return [mask_message(message) for message in messages[asked + 1 :]]


def mask_message(message: Message) -> dict[str, Any]:
    """Return a message as it came, with the secrets in it masked."""
    masked: dict[str, Any] = json.loads(mask_secrets(message.model_dump_json(exclude_unset=True)))
    return masked


def read_text(message: Mapping[str, Any]) -> str:
    """Return the text of a message as it goes to a model, whether it is a string or a list of parts.

    Example:
        >>> read_text({"content": [{"type": "text", "text": "Why"}, {"type": "text", "text": "now?"}]})
        'Why\\nnow?'
    """
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text") or "") for part in content)
    return str(content or "")
