"""The offsets of the lines that a window tells of, as unbroken runs: the first and last of each."""

from collections.abc import Iterable


def add_offset(runs: list[list[int]], offset: int) -> None:
    """Add a line's offset, which is not before those in the runs; several lines may have the same.

    Example:
        >>> runs = [[3, 4]]
        >>> for offset in (4, 5, 9):
        ...     add_offset(runs, offset)
        >>> runs
        [[3, 5], [9, 9]]
    """
    if runs and offset - runs[-1][1] <= 1:
        runs[-1][1] = offset
    else:
        runs.append([offset, offset])


def write_offsets(runs: Iterable[Iterable[int]]) -> str:
    """Return runs of offsets as text.

    Example:
        >>> write_offsets([[3, 3], [5, 9]])
        '3,5-9'
    """
    return ",".join(f"{first}-{last}" if first != last else f"{first}" for first, last in runs)


def read_offsets(text: str) -> set[int]:
    """Return every offset that `write_offsets` wrote.

    Example:
        >>> sorted(read_offsets("3,5-7"))
        [3, 5, 6, 7]
    """
    ends = ([int(end) for end in run.split("-")] for run in text.split(",") if run)
    return {offset for run in ends for offset in range(run[0], run[-1] + 1)}
