import os
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from local.orphans import MARK, end_processes, find_marked

# Of this process alone: another one runs the other test at the same time.
STACK = f"/a/stack/{uuid.uuid4()}"
SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


@pytest.fixture
def marked() -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, MARK: STACK, "SUPERVISOR_PROCESS_NAME": "redis"}
    process = subprocess.Popen(SLEEP, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()


def test_only_this_stacks_processes_are_found(marked: subprocess.Popen[bytes]) -> None:
    assert [found.pid for found in find_marked(STACK)] == [marked.pid]
    assert find_marked("/another/stack") == []
    assert find_marked(STACK, "kafka") == []


@pytest.mark.usefixtures("marked")
def test_what_is_found_is_ended() -> None:
    assert end_processes(find_marked(STACK, "redis"), patience=5) == 1
    assert find_marked(STACK) == []
