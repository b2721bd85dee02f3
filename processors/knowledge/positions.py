"""Positions: up to where an index version holds each Kafka partition, as plain JSON objects.

A position is the offset of the next event to read, so `{"runlore.logs": {"0": 42}}` says that the offsets
below 42 of partition 0 are held.
"""

Positions = dict[str, dict[str, int]]
"""Topic to partition to next offset."""


def merge_positions(*positions: Positions) -> Positions:
    """Return the furthest position of every partition.

    Example:
        >>> merge_positions({"t": {"0": 3, "1": 1}}, {"t": {"0": 2}, "u": {"0": 5}})
        {'t': {'0': 3, '1': 1}, 'u': {'0': 5}}
    """
    merged: Positions = {}
    for each in positions:
        for topic, partitions in each.items():
            held = merged.setdefault(topic, {})
            for partition, offset in partitions.items():
                held[partition] = max(offset, held.get(partition, 0))
    return merged


def count_between(start: Positions, end: Positions) -> int:
    """Return how many offsets lie between two positions; a partition that is absent starts at 0.

    Example:
        >>> count_between({"t": {"0": 3}}, {"t": {"0": 5, "1": 2}})
        4
    """
    return sum(
        offset - start.get(topic, {}).get(partition, 0)
        for topic, partitions in end.items()
        for partition, offset in partitions.items()
    )
