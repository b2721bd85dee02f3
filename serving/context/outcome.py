"""How asking a model ended, and how many tokens that was: as the model says, else as estimated.

Not every model says how much it has read and written, none does if its reader hangs up midway, and limits
count all the same. So the prompt is counted when it is sent, and the text as it comes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_BYTES: Final = 4
"""Bytes of UTF-8 in one token, about as tokenizers of large models make them."""
# What a model writes in a chunk besides calls of tools: some think aloud, and that is paid for, too.
_WRITTEN: Final = ("content", "refusal", "reasoning", "reasoning_content")


@dataclass
class Outcome:
    """How a generation ended; filled while the text streams."""

    finish_reason: str = "stop"
    usage: dict[str, Any] | None = None
    """As the model tells it."""
    tool_calls: dict[int, dict[str, Any]] = field(default_factory=dict)
    prompt_tokens: int = 0
    """As estimated; 0 if no model was asked."""
    written_bytes: int = 0

    def note_text(self, text: str) -> None:
        """Count text that the model has written."""
        self.written_bytes += len(text.encode(errors="replace"))

    def note_chunk(self, chunk: Mapping[str, Any]) -> None:
        """Count what a chunk of a completion holds, or take its usage if it tells it.

        Example:
            >>> outcome = Outcome()
            >>> outcome.note_chunk({"choices": [{"delta": {"content": "eight by"}}]})
            >>> outcome.describe_usage()["completion_tokens"]
            2
            >>> outcome.note_chunk({"choices": [], "usage": {"total_tokens": 7}})
            >>> outcome.describe_usage()
            {'total_tokens': 7}
        """
        self.usage = chunk.get("usage") or self.usage
        for choice in chunk.get("choices") or ():
            self.note_delta(choice.get("delta") or choice.get("message") or {})

    def note_delta(self, delta: Mapping[str, Any]) -> None:
        """Count what a message, or a part of one, holds."""
        for name in _WRITTEN:
            self.note_text(str(delta.get(name) or ""))
        for call in delta.get("tool_calls") or ():
            function = call.get("function") or {}
            self.note_text(f"{function.get('name') or ''}{function.get('arguments') or ''}")

    def describe_usage(self) -> dict[str, Any]:
        """Return the tokens read and written as OpenAI's API tells them."""
        if self.usage is not None:
            return self.usage
        written = math.ceil(self.written_bytes / TOKEN_BYTES)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": written,
            "total_tokens": self.prompt_tokens + written,
        }


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has: one for four bytes of it.

    Example:
        >>> estimate_tokens("the cluster is red"), estimate_tokens("кластер красный")
        (5, 8)
    """
    return math.ceil(len(text.encode(errors="replace")) / TOKEN_BYTES)
