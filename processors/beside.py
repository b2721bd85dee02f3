"""Work that goes on in a thread beside a block, and ends with it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def run_beside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run work in a thread until the block ends, and wait for its end.

    Args:
        work: Looks at the event that it gets, and ends soon after it is set.

    Example:
        >>> seen = []
        >>> def note(done):
        ...     seen.append(done.wait(5))
        >>> with run_beside(note):
        ...     pass
        >>> seen
        [True]
    """
    done = threading.Event()
    thread = threading.Thread(target=work, args=(done,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
