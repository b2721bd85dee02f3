"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import Any


def wait_for(find_it: Callable[[], Any], seconds: float = 120) -> Any:
    """Return what is found, as soon as it is something."""
    deadline = time.monotonic() + seconds
    while not (found := find_it()):
        assert time.monotonic() < deadline, f"not found within {seconds:.0f} s"
        time.sleep(0.5)
    return found
