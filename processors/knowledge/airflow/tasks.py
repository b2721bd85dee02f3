"""The tasks of a run in words: which failed and why, which never ran, which parts of a mapped one it was."""

from collections.abc import Iterable
from typing import Any, Final

from processors.knowledge.durations import describe_duration
from processors.knowledge.fields import Object, take, take_count, take_text

FAILED: Final = "failed"
_NOT_RUN: Final = {
    "upstream_failed": "not run, because a task before {} failed",
    "skipped": "skipped",
    "removed": "removed from the DAG",
}
_SHOWN: Final = 8


def name_instance(instance: Object) -> str:
    """Return a task's name, with its place among its like if it is mapped.

    Example:
        >>> [name_instance({"task_id": "load", "map_index": index}) for index in (2, -1)]
        ['load[2]', 'load']
    """
    index = take_count(instance, "map_index", default=-1)
    return f"{take_text(instance, 'task_id')}[{index}]" if index >= 0 else take_text(instance, "task_id")


def describe_failure(instance: Object, instances: list[Object], error: str) -> str:
    """Return that a task failed, on which try, after how long, and with which error.

    Args:
        instance: The task that failed.
        instances: All tasks of the run.
        error: What `find_error` found.

    Example:
        >>> one = {"task_id": "load", "map_index": 2, "try_number": 3, "max_tries": 2, "duration": 12.0}
        >>> describe_failure(one, [one, {**one, "map_index": 0}], "OSError: disk full")
        'task load[2] (map_index 2 of 2 mapped) failed on try 3 of 3 after 12.0 s with OSError: disk full'
    """
    index = take_count(instance, "map_index", default=-1)
    mapped = len(_list_like(instance, instances))
    of = f" (map_index {index} of {mapped} mapped)" if index >= 0 else ""
    tries = take_count(instance, "try_number", default=1)
    most = max(take_count(instance, "max_tries") + 1, tries)
    took = _say_duration(instance, " after ")
    reason = f" with {error}" if error else "; its log says no error, so it may have been killed"
    return f"task {name_instance(instance)}{of} failed on try {tries} of {most}{took}{reason}"


def _list_like(instance: Object, instances: Iterable[Object]) -> list[Object]:
    return [one for one in instances if one.get("task_id") == instance.get("task_id")]


def describe_mapped(instances: list[Object]) -> list[str]:
    """Return a sentence for each mapped task that failed: how many of how many, and which.

    Example:
        >>> states = ["success", "success", "success", "failed", "failed"]
        >>> describe_mapped([{"task_id": "load", "map_index": n, "state": s} for n, s in enumerate(states)])
        ['Of the 5 mapped instances of load 2 failed: map_index 3, 4.']
    """
    names = dict.fromkeys(take_text(one, "task_id") for one in instances if _is_mapped(one))
    told = []
    for name in names:
        like = [one for one in instances if take_text(one, "task_id") == name and _is_mapped(one)]
        failed = sorted(take_count(one, "map_index") for one in like if one.get("state") == FAILED)
        if failed:
            shown = ", ".join(map(str, failed[:_SHOWN])) + (" and more" if len(failed) > _SHOWN else "")
            told.append(
                f"Of the {len(like)} mapped instances of {name} {len(failed)} failed: map_index {shown}."
            )
    return told


def _is_mapped(instance: Object) -> bool:
    return take_count(instance, "map_index", default=-1) >= 0


def describe_not_run(instances: list[Object]) -> list[str]:
    """Return a sentence for the tasks that never ran, by why.

    Example:
        >>> skipped = {"task_id": "b", "state": "skipped"}
        >>> describe_not_run([{"task_id": "a", "state": "upstream_failed"}, skipped])
        ['Not run, because a task before it failed: a.', 'Skipped: b.']
    """
    told = []
    for state, why in _NOT_RUN.items():
        names = list(dict.fromkeys(name_instance(one) for one in instances if one.get("state") == state))
        if names:
            said = why.format("it" if len(names) == 1 else "them")
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            told.append(f"{said[0].upper()}{said[1:]}: {', '.join(names[:_SHOWN])}{more}.")
    return told


def describe_retries(instances: list[Object]) -> list[str]:
    """Return a sentence about the tasks that succeeded only on a later try.

    Example:
        >>> describe_retries([{"task_id": "load", "state": "success", "try_number": 2}])
        ['Succeeded on a later try: load on try 2.']
    """
    late = [
        f"{name_instance(one)} on try {take_count(one, 'try_number')}"
        for one in instances
        if one.get("state") == "success" and take_count(one, "try_number") > 1
    ]
    return [f"Succeeded on a later try: {', '.join(late[:_SHOWN])}."] if late else []


def describe_task(instance: Object) -> str:
    """Return a task's name and state, and how long it took."""
    state = take_text(instance, "state") or "without a state"
    return f"{name_instance(instance)} {state}{_say_duration(instance, ' in ')}"


def read_duration(whole: Object) -> float | None:
    """Return a duration in seconds, or None if there is none that can be true.

    Example:
        >>> [read_duration({"duration": stated}) for stated in (1.5, -3, 1e999, "long")]
        [1.5, None, None, None]
    """
    stated: Any = take(whole, "duration")
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        return None
    return float(stated) if 0 <= stated < _LONGEST_S else None


_LONGEST_S: Final = 1e9


def _say_duration(instance: Object, before: str) -> str:
    duration = read_duration(instance)
    return f"{before}{describe_duration(duration)}" if duration else ""
