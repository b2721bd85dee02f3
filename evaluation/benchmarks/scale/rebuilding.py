"""What the fold of a rebuild takes, by the number of archived lines; Spark's start is part of it."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evaluation.benchmarks.rebuild.archive import archive
from evaluation.benchmarks.rebuild.submitting import BEGAN, submit

_PARTITIONS: Final = 3


def measure_rebuilds(sizes: Sequence[int]) -> dict[int, float]:
    """Return the seconds in which Spark folds an archive on `local[2]`, by the lines in it.

    Args:
        sizes: Numbers of lines.
    """
    seen = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="runlore-rebuild-") as folder:
            url = Path(folder).as_uri()
            archive(url, size, [0] * _PARTITIONS, BEGAN)
            seen[size], _memory = submit("fold", url, f"{url}/rag/rebuilt")
    return seen
