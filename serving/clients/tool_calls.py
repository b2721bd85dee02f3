"""Calls of tools that the answering model asks for; the client carries them out and says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall


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
