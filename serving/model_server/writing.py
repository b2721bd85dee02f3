"""What a model that writes is to the routes: from turns of a conversation to text that comes in pieces."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, NamedTuple

Reason = Literal["stop", "length"]


class Turn(NamedTuple):
    """One message of a conversation."""

    role: str
    text: str


@dataclass(frozen=True)
class Limits:
    """Where a text ends, and how its words are drawn; a model that quotes draws none."""

    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Finish:
    """Why a text ended, and the tokens that were read and written for it; it comes last."""

    reason: Reason
    prompt_tokens: int
    completion_tokens: int

    def usage(self) -> dict[str, int]:
        """Return the counts as OpenAI's API has them."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }


Written = AsyncGenerator[str | Finish, None]
"""Pieces of text, then one `Finish`; closing it ends the model's work."""

Write = Callable[[Sequence[Turn], Limits], Written]


async def begin(written: Written) -> Written:
    """Return a text once its first piece is there, so that what is refused is refused before that."""
    first = await anext(written)

    async def go_on() -> Written:
        async with aclosing(written):
            yield first
            async for piece in written:
                yield piece

    return go_on()


async def collect(written: Written) -> tuple[str, Finish]:
    """Read a text to its end."""
    text: list[str] = []
    finish = Finish("stop", 0, 0)
    async with aclosing(written):
        async for piece in written:
            if isinstance(piece, Finish):
                finish = piece
            else:
                text.append(piece)
    return "".join(text), finish
