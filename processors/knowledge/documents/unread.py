"""What lies in a source and is no page that is read, named by its ending: nothing is missed in silence."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from processors.knowledge.documents.formats import is_document, name_suffix

_MOST_ENDINGS: Final = 30
_COUNTED: Final = re.compile(r":1: not read: (\d+) files? (?:ending in|of)\b")


def tell_unread(source: str, paths: Sequence[str]) -> list[str]:
    """Return a warning for each ending that isn't read, the most frequent first, and one if no page is left.

    Args:
        source: Its address.
        paths: Of all its files.

    Example:
        >>> tell_unread("docs", ["a.md", "b.png", "c.PNG"])
        ['docs:1: not read: 2 files ending in .png']
        >>> tell_unread("docs", [])
        ['docs:1: no page in it that can be read; check its url, branch and folder']
    """
    endings = Counter(name_suffix(path) for path in paths if not is_document(path)).most_common()
    told = [
        f"{source}:1: not read: {_count(count)} ending in {name}" for name, count in endings[:_MOST_ENDINGS]
    ]
    if more := sum(count for _, count in endings[_MOST_ENDINGS:]):
        told.append(f"{source}:1: not read: {_count(more)} of {len(endings) - _MOST_ENDINGS} other endings")
    if not any(map(is_document, paths)):
        told.insert(0, f"{source}:1: no page in it that can be read; check its url, branch and folder")
    return told


def _count(number: int) -> str:
    return f"{number} file{'s' * (number != 1)}"


def count_unread(warnings: Iterable[str]) -> int:
    """Return how many files weren't read, by what the warnings say.

    Example:
        >>> count_unread(["a.md:1: not read: binary", "docs:1: not read: 2 files ending in .png"])
        3
    """
    counted = (_COUNTED.search(warning) for warning in warnings if ": not read: " in warning)
    return sum(int(found[1]) if found else 1 for found in counted)
