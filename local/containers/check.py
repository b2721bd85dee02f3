"""What is looked at of a container of the service, and what counts as wrong."""

import json
import time
import urllib.request
from typing import NamedTuple

from local.containers.engine import Engine, run_docker
from local.containers.running import (
    GRACE_S,
    KILLED,
    Stop,
    running_service,
    stop_container,
    wait_until_healthy,
)

_INSIDE = """
import importlib.util, json, os
status = dict(line.split(":", 1) for line in open("/proc/1/status"))
try:
    open("/app/written", "w")
    refused = ""
except OSError as error:
    refused = error.strerror
print(json.dumps({
    "user": status["Uid"].split()[0], "capabilities": status["CapBnd"].strip(),
    "no new privileges": status["NoNewPrivs"].strip(), "writing to /app": refused,
    "installers": [name for name in ("pip", "setuptools", "ensurepip") if importlib.util.find_spec(name)],
    "secrets": sorted(os.listdir("/run/secrets")),
}))
"""
EXPECTED = {
    "user": "10001",
    "capabilities": "0000000000000000",
    "no new privileges": "1",
    "writing to /app": "Read-only file system",
    "installers": [],
    "secrets": ["api-key", "mask-key"],
}


class Findings(NamedTuple):
    """What was seen of a container.

    Attributes:
        stop_at_once: the end of one that was told to stop as soon as it had started.
        healthy_after_s: seconds from the start until its own health check was content.
        live: what it answered on /health/live.
        inside: what a process in it found; `EXPECTED` names each.
        memory: what it used then, as Docker writes it.
        stop: its end.
    """

    stop_at_once: Stop
    healthy_after_s: float
    live: dict[str, str]
    inside: dict[str, object]
    memory: str
    stop: Stop


def check_service(engine: Engine, image: str) -> Findings:
    """Run the image of the service as production does, and look at it.

    Raises:
        StackError: if it doesn't start, or doesn't become healthy.
    """
    with running_service(engine, image) as (container, _):
        stop_at_once = stop_container(engine, container)
    began = time.monotonic()
    with running_service(engine, image) as (container, port):
        wait_until_healthy(engine, container)
        healthy_after_s = time.monotonic() - began
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=10) as answer:
            live = json.load(answer)
        inside = json.loads(run_docker(engine, "exec", container, "python", "-c", _INSIDE))
        memory = run_docker(engine, "stats", "--no-stream", "--format", "{{.MemUsage}}", container)
        return Findings(
            stop_at_once, healthy_after_s, live, inside, memory, stop_container(engine, container)
        )


def list_faults(found: Findings) -> list[str]:
    """Say what is not as it has to be; nothing if all is well."""
    faults = [
        f"{name} is {found.inside.get(name)!r}, not {expected!r}"
        for name, expected in EXPECTED.items()
        if found.inside.get(name) != expected
    ]
    if found.live != {"status": "live"}:
        faults.append(f"/health/live said {found.live}")
    for what, end in (("that had just started", found.stop_at_once), ("that was healthy", found.stop)):
        if end.code == KILLED:
            faults.append(f"a container {what} ignored SIGTERM for {GRACE_S} s and was killed")
    return faults
