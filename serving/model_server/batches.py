"""How texts are put into micro-batches."""

from collections.abc import Sequence


def plan_batches(texts: Sequence[str], size: int) -> list[list[int]]:
    """Group texts of like length, so that little of a batch is padding.

    Args:
        texts: Texts in the caller's order.
        size: Most texts in a batch.

    Returns:
        Batches of positions in `texts`; shortest texts first, every position once.

    Raises:
        ValueError: If `size` is less than 1.

    Example:
        >>> plan_batches(["long text", "a", "bb"], 2)
        [[1, 2], [0]]
    """
    if size < 1:
        raise ValueError(f"batch size must be at least 1, got {size}")
    by_length = sorted(range(len(texts)), key=lambda position: (len(texts[position]), position))
    return [by_length[start : start + size] for start in range(0, len(by_length), size)]
