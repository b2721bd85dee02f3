"""Query sets, measures and lists as people write them."""

from typing import Final

_EXAMPLES: Final = 5

SET_NAMES: Final[dict[str, str]] = {
    "golden": "golden queries",
    "generated": "generated queries",
    "known_item": "known items",
    "feedback": "questions whose answers people liked",
}
"""The query sets in words."""


def tell_measure(name: str) -> str:
    """Return a measure's name as people write it.

    Example:
        >>> tell_measure("ndcg_at_10"), tell_measure("recall_at_50")
        ('nDCG@10', 'recall@50')
    """
    kind, _, depth = name.partition("_at_")
    return f"{ {'ndcg': 'nDCG', 'mrr': 'MRR'}.get(kind, kind) }@{depth}"


def name_some(names: list[str]) -> str:
    """Return the first of many names.

    Example:
        >>> name_some(["a", "b", "a"]), name_some([*"abcdefg"])
        ('a, b', 'a, b, c, d, e and others')
    """
    different = list(dict.fromkeys(names))
    others = " and others" if len(different) > _EXAMPLES else ""
    return ", ".join(different[:_EXAMPLES]) + others
