"""How well log messages are put into groups of one template each.

Grouping accuracy: Zhu, He, Liu, He, Xie, Zheng, Lyu, "Tools and Benchmarks for Automated Log Parsing",
ICSE-SEIP 2019. The F1 over templates: Jiang, Liu, Huang, Li, Huo, Gu, Chen, Zhu, Lyu, "A Large-Scale
Evaluation for Log Parsing Techniques: How Far Are We?", ISSTA 2024; it counts a rare template as much as a
frequent one.
"""

from collections.abc import Hashable, Sequence
from typing import TypedDict


class Grouping(TypedDict):
    """Both measures, from 0 to 1."""

    accuracy: float
    f1: float


def measure_grouping(true: Sequence[Hashable], found: Sequence[Hashable]) -> Grouping:
    """Compare groups of messages with the true ones.

    A group is right if it holds the messages of one true group, all of them and no other.

    Args:
        true: The true group of each message.
        found: The group into which each message was put; its names mean nothing.

    Returns:
        `accuracy`: the share of messages in right groups. `f1`: the harmonic mean of the shares of right
        groups among those found and among the true ones.

    Raises:
        ValueError: There are no messages, or not as many of one as of the other.

    Example:
        >>> measure_grouping(["a", "a", "b", "c"], [1, 1, 2, 2])
        {'accuracy': 0.5, 'f1': 0.4}
    """
    if not true or len(true) != len(found):
        raise ValueError(f"expected as many groups as messages, and some: {len(true)} and {len(found)}")
    true_groups, found_groups = _collect(true), _collect(found)
    right = true_groups & found_groups
    return Grouping(
        accuracy=sum(map(len, right)) / len(true),
        f1=2 * len(right) / (len(true_groups) + len(found_groups)),
    )


def _collect(groups: Sequence[Hashable]) -> set[frozenset[int]]:
    members: dict[Hashable, list[int]] = {}
    for number, group in enumerate(groups):
        members.setdefault(group, []).append(number)
    return set(map(frozenset, members.values()))
