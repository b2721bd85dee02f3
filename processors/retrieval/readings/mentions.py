"""Which observations speak of what a question is about, told by the words that both have."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from processors.retrieval.readings.seen import Seen

_TOKEN: Final = re.compile(r"[a-z0-9]+|[а-яё]+")
_STEM: Final = 5
_SHORTEST: Final = 3
# They ask for a number and for nothing that has one.
_ASKING: Final = frozenset(
    [
        "many",
        "times",
        "time",
        "often",
        "number",
        "count",
        "total",
        "show",
        "list",
        "there",
        "have",
        "раз",
        "всего",
        "число",
    ]
)
_COUNTED: Final = ("log_pattern", "k8s_event")


def find_mentions(words: Iterable[Sequence[str]], found: Sequence[Seen]) -> list[Seen]:
    """Return the observations that say most of some words; of those, if there are any, such as are counted.

    Args:
        words: Each with its forms, such as its translation.
        found: Observations.

    Returns:
        Nothing if none says any of them.
    """
    wanted = [stems for forms in words if (stems := _find_stems(forms))]
    said = [(sum(not stems.isdisjoint(held) for stems in wanted), one) for one, held in _read_stems(found)]
    most = max((count for count, _ in said), default=0)
    best = [one for count, one in said if count == most and most]
    return [one for one in best if one.kind in _COUNTED] or best


def _find_stems(forms: Iterable[str]) -> frozenset[str]:
    tokens = (token for form in forms for token in _TOKEN.findall(form.lower()))
    return frozenset(_stem(token) for token in tokens if len(token) >= _SHORTEST and token not in _ASKING)


def _stem(token: str) -> str:
    """Return a word as far as its forms have it in common.

    Example:
        >>> _stem("cards") == _stem("card"), _stem("declined") == _stem("declines")
        (True, True)
    """
    return token.removesuffix("s")[:_STEM]


def _read_stems(found: Iterable[Seen]) -> Iterable[tuple[Seen, frozenset[str]]]:
    for one in found:
        tokens = _TOKEN.findall(f"{one.hit['title']} {one.hit['text']}".lower())
        yield one, frozenset(map(_stem, tokens))
