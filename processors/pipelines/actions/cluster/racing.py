"""Calls that lose against a write of the status are made again: what was approved isn't touched by it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar

from processors.stores.actions import kubernetes as store

_TRIES: Final = 3

Answer = TypeVar("Answer")


def call_unless_changed(attempt: Callable[[], Answer]) -> Answer:
    """Return what a call returns that names the `resourceVersion` it is for, once nobody was quicker.

    Args:
        attempt: Reads the object anew, refuses if it isn't as it was approved, and makes the call.

    Raises:
        AnswerError: The API server refuses; of a conflict, the last one.
        ActionRefusedError: As the attempt raises it.
    """
    for _ in range(_TRIES - 1):
        try:
            return attempt()
        except store.AnswerError as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
    return attempt()
