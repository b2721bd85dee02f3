"""What of a record can't be read although the rest of it can: noted by its place, told in one dead letter."""

from collections.abc import Iterator
from typing import Any, Final

from processors.knowledge.fields import Object

MOST_NOTED: Final = 100
"""Faults of a record that are noted; a megabyte of odd items is odd enough after so many."""

_SHOWN: Final = 5


def note_fault(faults: list[str], place: str, what: str) -> None:
    """Note what is wrong at a place of a record, unless enough is noted already.

    Args:
        faults: Changed in place.
        place: Such as `data.result[3]`.
        what: What was expected, and what was found.
    """
    if len(faults) < MOST_NOTED:
        faults.append(f"{place}: {what}")


def iterate_objects(stated: Any, place: str, faults: list[str]) -> Iterator[tuple[str, Object]]:
    """Yield the place and the object of each item of a list; what is no object is noted as a fault.

    Args:
        stated: A list; None stands for none.
        place: Where in the record it stands, such as `resourceLogs[0].scopeLogs`.
        faults: Changed in place.

    Example:
        >>> faults = []
        >>> list(iterate_objects([{"name": "up"}, 7], "data.result", faults)), faults
        ([('data.result[0]', {'name': 'up'})], ['data.result[1]: expected an object, got int'])
    """
    if not isinstance(stated, list):
        if stated is not None:
            note_fault(faults, place, f"expected a list, got {type(stated).__name__}")
        return
    for number, item in enumerate(stated):
        if isinstance(item, dict):
            yield f"{place}[{number}]", item
        else:
            note_fault(faults, f"{place}[{number}]", f"expected an object, got {type(item).__name__}")


def describe_faults(faults: list[str]) -> str:
    """Return in one sentence what of a record could not be read.

    Example:
        >>> describe_faults(["[1]: expected an object, got int"])
        '1 part of the message could not be read, the rest was: [1]: expected an object, got int'
    """
    shown = "; ".join(faults[:_SHOWN])
    more = "" if len(faults) <= _SHOWN else f"; and {len(faults) - _SHOWN} more"
    least = "at least " if len(faults) == MOST_NOTED else ""
    parts = "1 part" if len(faults) == 1 else f"{least}{len(faults)} parts"
    return f"{parts} of the message could not be read, the rest was: {shown}{more}"
