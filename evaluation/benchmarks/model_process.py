"""A model server for a benchmark alone, on a free port."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from local.free_port import find_free_port

_ROOT: Final = Path(__file__).parents[2]
_START_SECONDS: Final = 1_800


class ModelProcess(NamedTuple):
    """Where the models are, and the process that runs them."""

    url: str
    pid: int


@contextmanager
def run_model_server(
    envs: Path, given: Mapping[str, str], module: str = "serving.model_server"
) -> Iterator[ModelProcess]:
    """Run a model server, and yield it when it is ready.

    Args:
        envs: Holds the environment `model-server`.
        given: Variables besides those of this process.
        module: The program.

    Raises:
        SystemExit: It doesn't come up.
    """
    port = find_free_port()
    command = [str(envs / "model-server/bin/python"), "-m", module]
    ports = {"RUNLORE_MODEL_SERVER_PORT": str(port), "RUNLORE_LLM_PORT": str(port)}
    with subprocess.Popen(command, cwd=_ROOT, env={**os.environ, **given, **ports}) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}", server)
            yield ModelProcess(f"http://127.0.0.1:{port}", server.pid)
        finally:
            server.terminate()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{url}/v2/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    sys.exit("the model server doesn't come up; its own words are above")
