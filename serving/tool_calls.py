"""Calls of tools that the answering model asks for; the client carries them out and says what came of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from processors.redaction.masking import mask_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

    from serving.schemas import Message


def add_tool_calls(calls: dict[int, dict[str, Any]], pieces: Iterable[ChoiceDeltaToolCall]) -> None:
    """Add pieces of calls, as a model streams them, to the calls that they belong to.

    Args:
        calls: What has come so far, by the calls' numbers; changed in place.
        pieces: Of one chunk. Name and id come once, arguments bit by bit.

    Example:
        >>> from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall
        >>> calls = {}
        >>> first = {"index": 0, "id": "call_1", "function": {"name": "scale", "arguments": '{"to":'}}
        >>> for piece in (first, {"index": 0, "function": {"arguments": " 3}"}}):
        ...     add_tool_calls(calls, [ChoiceDeltaToolCall.model_validate(piece)])
        >>> calls[0]["function"]
        {'name': 'scale', 'arguments': '{"to": 3}'}
    """
    for piece in pieces:
        call = calls.setdefault(
            piece.index, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
        )
        call["id"] = piece.id or call["id"]
        if piece.function is not None:
            call["function"]["name"] += piece.function.name or ""
            call["function"]["arguments"] += piece.function.arguments or ""


def list_tool_calls(calls: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return whole calls in the order of their numbers."""
    return [calls[number] for number in sorted(calls)]


def list_tool_turns(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return what follows the question: the model's calls and what came of them, secrets masked.

    Example:
        >>> from serving.schemas import Message
        >>> said = [{"role": "user", "content": "Scale it."}, {"role": "tool", "content": "3 replicas"}]
        >>> list_tool_turns([Message.model_validate(one) for one in said])
        [{'role': 'tool', 'content': '3 replicas'}]
    """
    asked = max((place for place, message in enumerate(messages) if message.role == "user"), default=-1)
    return [
        json.loads(mask_secrets(message.model_dump_json(exclude_unset=True)))
        for message in messages[asked + 1 :]
    ]
