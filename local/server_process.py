"""A server that only a test needs: started, waited for, and ended by its own process id."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

from local.errors import StackError

_PATIENCE_S: Final = 600
_END_S: Final = 60


@contextmanager
def run_server(
    command: list[str], environment: Mapping[str, str], is_up: Callable[[], bool], log: Path
) -> Iterator[None]:
    """Run a server until the block ends.

    Args:
        command: Starts it in the foreground.
        environment: Its variables, all of them.
        is_up: Asks it whether it is; an error of HTTP's is a no.
        log: File for what it says.

    Raises:
        StackError: It doesn't come up within ten minutes; the message has the end of its log.
    """
    with log.open("w") as out:
        # A session of its own: what it starts is ended with it.
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        _wait_until_up(process, is_up, log)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(_END_S)


def _wait_until_up(process: "subprocess.Popen[bytes]", is_up: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if is_up():
                return
        time.sleep(0.5)
    raise StackError(f"{process.args!r} is not up:\n{log.read_text()[-3000:]}")
