"""Whether what a program holds grows: a line through its readings after the warm-up.

The slope is Theil and Sen's, the median of the slopes of all pairs, so a garbage collector's teeth and a
single peak don't bend it; its interval is scipy's, at 95 %. A program grows if even the lower end of that
interval would add more than a tolerance within the time that was watched.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from scipy.stats import theilslopes

from evaluation.benchmarks.soak.readings import Reading, Readings

WARM_UP: Final = 0.25
"""This share of the time at the beginning isn't judged: caches and heaps fill."""
MEMORY_SHARE: Final = 0.10
MEMORY_MIB: Final = 24.0
HANDLES: Final = 16.0
HANDLES_SHARE: Final = 0.10
_FEWEST: Final = 8


class Growth(NamedTuple):
    """What became of one program.

    Attributes:
        program: Its name.
        memory: MiB in the middle of the readings that are judged.
        memory_added: MiB that the line adds within their time; `memory_at_least` is its lower end.
        handles: As `memory`, a number of them.
        handles_added: As `memory_added`, and `handles_at_least` its lower end.
        starts: How often it was started again.
    """

    program: str
    memory: float
    memory_added: float
    memory_at_least: float
    handles: float
    handles_added: float
    handles_at_least: float
    starts: int

    @property
    def faults(self) -> list[str]:
        """What is wrong with it, a sentence each."""
        tolerated = max(MEMORY_MIB, MEMORY_SHARE * self.memory)
        found = []
        if self.memory_at_least > tolerated:
            found.append(
                f"{self.program}: memory grows, by {self.memory_added:.0f} MiB of {self.memory:.0f}."
            )
        # PostgreSQL's fifty processes hold more than a thousand.
        if self.handles_at_least > max(HANDLES, HANDLES_SHARE * self.handles):
            found.append(f"{self.program}: handles grow, by {self.handles_added:.0f} of {self.handles:.0f}.")
        if self.starts:
            found.append(f"{self.program}: started again {self.starts} times.")
        return found


def judge_growth(readings: Readings, seconds: float) -> list[Growth]:
    """Return what became of each program that was read often enough.

    Args:
        readings: Of all programs.
        seconds: How long the soak was.

    Example:
        >>> steady = [Reading(float(at), 7, 100.0, 20) for at in range(100)]
        >>> [growth.faults for growth in judge_growth({"serving": steady}, 100.0)]
        [[]]
    """
    judged = {
        name: [reading for reading in read if reading.at >= WARM_UP * seconds]
        for name, read in sorted(readings.items())
    }
    return [_judge(name, kept, readings[name]) for name, kept in judged.items() if len(kept) >= _FEWEST]


def _judge(name: str, kept: Sequence[Reading], read: Sequence[Reading]) -> Growth:
    times = [reading.at for reading in kept]
    span = times[-1] - times[0]
    memory, memory_added, memory_at_least = _fit([reading.memory for reading in kept], times, span)
    handles, handles_added, handles_at_least = _fit([float(reading.handles) for reading in kept], times, span)
    return Growth(
        program=name,
        memory=memory,
        memory_added=memory_added,
        memory_at_least=memory_at_least,
        handles=handles,
        handles_added=handles_added,
        handles_at_least=handles_at_least,
        starts=len({reading.pid for reading in read}) - 1,
    )


def _fit(values: Sequence[float], times: Sequence[float], span: float) -> tuple[float, float, float]:
    """Return the middle value, and what the line and the lower end of its slope add within the span."""
    line = theilslopes(values, times)
    return sorted(values)[len(values) // 2], float(line.slope) * span, float(line.low_slope) * span
