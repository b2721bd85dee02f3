"""How texts are put into micro-batches."""

from collections.abc import Sequence


def plan_batches(lengths: Sequence[int], size: int) -> list[list[int]]:
    """Group texts of like length, so that little of a batch is padding.

    Args:
        lengths: Of the texts, in tokens: of pages of Kubernetes, put together by their characters, nearly
            a fifth of all that the model reads would be padding.
        size: Most texts in a batch.

    Returns:
        Batches of positions in `lengths`; shortest texts first, every position once.

    Raises:
        ValueError: If `size` is less than 1.

    Example:
        >>> plan_batches([9, 1, 2], 2)
        [[1, 2], [0]]
    """
    if size < 1:
        raise ValueError(f"batch size must be at least 1, got {size}")
    by_length = sorted(range(len(lengths)), key=lengths.__getitem__)
    return [by_length[start : start + size] for start in range(0, len(by_length), size)]
