"""A model's text that cites nothing is not shown; the passages are, in its place.

For models that are too weak to be trusted. A text is shown when it has been read to its end, so it doesn't
stream.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

import structlog

from serving.context.metrics import WITHHELD
from serving.faults import BrokenAnswerError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from processors.retrieval.hybrid import Hit
    from serving.answering.claims import ClaimCheck

_LEAST_WORDS: Final = 3

log = structlog.get_logger(__name__)


async def read_if_cited(
    text: AsyncGenerator[str, None], question: str, cited: Sequence[Hit], check: ClaimCheck, model: str
) -> AsyncGenerator[str, None] | None:
    """Return a text that says something, cites a source and gives no command that none holds, else None.

    Args:
        text: Checked; what it cites and what is wrong with it is known when it has ended.
        question: That it answers.
        cited: Filled by then.
        check: Filled by then.
        model: The model that was asked, for the count.
    """
    try:
        async with aclosing(text):
            whole = "".join([piece async for piece in text])
    except BrokenAnswerError as error:
        # Nobody has read anything of it yet.
        log.warning("answer broke off and is withheld", error=str(error))
        whole = ""
    if cited and says_more(whole, question) and not check.unknown_commands:
        return _give(whole)
    WITHHELD.labels(model).inc()
    return None


def says_more(text: str, question: str) -> bool:
    """Tell whether a text has words besides those of the question, as a model that only repeats it hasn't.

    Example:
        >>> says_more("The index is read only. [1]", "index is read only and I can't write")
        False
        >>> says_more("Free some disk space, then clear the block. [1]", "index is read only")
        True
    """
    said, asked = (set(re.findall(r"[^\W\d_]{3,}", each.lower())) for each in (text, question))
    return len(said - asked) >= _LEAST_WORDS


async def _give(text: str) -> AsyncGenerator[str, None]:
    yield text
