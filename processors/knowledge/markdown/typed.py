"""Lines that are meant as code, though CommonMark reads them as prose: indented by four below a step.

An author who knows that four spaces make code may not know that below `3. ` it takes seven.
"""

import re
from collections.abc import Sequence
from typing import Final

_ITEM: Final = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+(?=\S)")
_WORD: Final = re.compile(r"^(?:\$ +)?(?:[a-z0-9_]+=\S+ +)*[a-z0-9_./~-]+(?= |$)")
_SIGNS: Final = re.compile(r"(?:^| )-{1,2}\w|\$\w|\$\{|[|;]|&&|[<>]|(?:^|[ =])[~.]?/\w|^\$ ")
_SENTENCE: Final = re.compile(r"[.!?:,…]$|[.:] +[A-ZА-Я]|\b(?:the|is|are|of|you|your|that|this|will|must)\b")
_FOUR: Final = 4


def is_typed(lines: Sequence[str], item: str) -> bool:
    """Tell whether lines below an item are meant as code.

    Args:
        lines: As they stand on the page.
        item: The line that the item begins in.

    Example:
        >>> is_typed(["    restart --all $HOST"], "3. Restart it:")
        True
        >>> is_typed(["    It takes long."], "3. Look.")
        False
        >>> is_typed(["   restart --all $HOST"], "3. Restart it:")
        False
    """
    begins = _ITEM.match(item)
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines), default=0)
    if not begins or margin < max(_FOUR, begins.end() + 1):
        return False
    return all(map(_looks_typed, (line.strip() for line in lines)))


def _looks_typed(line: str) -> bool:
    return bool(_WORD.match(line) and _SIGNS.search(line) and not _SENTENCE.search(line)) or line.startswith(
        "#"
    )
