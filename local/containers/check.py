"""The image of the service, run as production runs it, and what is looked at then."""

import json
import secrets
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from local.containers.engine import Engine, run_docker
from local.errors import StackError

# Nothing but /tmp can be written, no right is left, and none can be got.
HARDENING = (
    "--read-only", "--tmpfs=/tmp:rw,noexec,nosuid,size=16m", "--cap-drop", "ALL",
    "--security-opt", "no-new-privileges", "--memory", "512m", "--pids-limit", "100",
)  # fmt: skip
# How long `docker stop` waits before it kills, in seconds, and what a killed process ends with.
GRACE_S = 10
KILLED = 137
_PATIENCE_S = 300.0
# Nobody listens there: the service has to start without its neighbours.
_NOWHERE = "127.0.0.1:9"
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


class Stop(NamedTuple):
    """How a container ended.

    Attributes:
        seconds: from the request to the end.
        code: what the process ended with.
    """

    seconds: float
    code: int


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
    with _running(engine, image) as (container, _):
        stop_at_once = _stop(engine, container)
    began = time.monotonic()
    with _running(engine, image) as (container, port):
        _wait_until_healthy(engine, container)
        healthy_after_s = time.monotonic() - began
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=10) as answer:
            live = json.load(answer)
        inside = json.loads(run_docker(engine, "exec", container, "python", "-c", _INSIDE))
        memory = run_docker(engine, "stats", "--no-stream", "--format", "{{.MemUsage}}", container)
        return Findings(stop_at_once, healthy_after_s, live, inside, memory, _stop(engine, container))


def list_faults(found: Findings) -> list[str]:
    """Say what is not as it has to be; nothing if all is well."""
    faults = [
        f"{name} is {found.inside.get(name)!r}, not {expected!r}"
        for name, expected in EXPECTED.items()
        if found.inside.get(name) != expected
    ]
    if found.live != {"status": "live"}:
        faults.append(f"/health/live said {found.live}")
    for what, stop in (("that had just started", found.stop_at_once), ("that was healthy", found.stop)):
        if stop.code == KILLED:
            faults.append(f"a container {what} ignored SIGTERM for {GRACE_S} s and was killed")
    return faults


def make_variables(folder: str, port: int) -> dict[str, str]:
    """Make the variables that the service can't do without.

    Args:
        folder: where the container sees its files.
        port: where the service shall listen.
    """
    return {
        "RUNLORE_SERVICE_HOST": "127.0.0.1",
        "RUNLORE_SERVICE_PORT": str(port),
        "RUNLORE_URL": f"http://127.0.0.1:{port}",
        "RUNLORE_OPENSEARCH_URL": f"http://{_NOWHERE}",
        "RUNLORE_REDIS_URL": f"redis://{_NOWHERE}/0",
        "RUNLORE_KSERVE_URL": f"http://{_NOWHERE}",
        "RUNLORE_KAFKA_BOOTSTRAP": _NOWHERE,
        "RUNLORE_MLFLOW_TRACKING_URI": f"http://{_NOWHERE}",
        "RUNLORE_PROMETHEUS_URL": f"http://{_NOWHERE}",
        "RUNLORE_STAGING_URL": "file:///tmp/staging",
        "RUNLORE_DOCS": '[{"url": "https://git.example/runbooks.git"}]',
        "RUNLORE_TOKENIZER_FILE": f"{folder}/tokenizer.json",
        "RUNLORE_API_KEY_FILE": "/run/secrets/api-key",
        "RUNLORE_MASK_KEY_FILE": "/run/secrets/mask-key",
    }


@contextmanager
def _running(engine: Engine, image: str) -> Iterator[tuple[str, int]]:
    """Give the id and the port of a container that was just started; it is removed afterwards."""
    port = _find_free_port()
    with TemporaryDirectory(prefix="runlore-service-") as name:
        folder = _make_files(Path(name))
        mounts = (
            f"{folder}/secrets:/run/secrets:ro",
            f"{folder}/tokenizer.json:/etc/runlore/tokenizer.json:ro",
        )
        variables = make_variables("/etc/runlore", port)
        container = run_docker(
            engine, "run", "--detach", *HARDENING, "--network", "host", "--health-interval", "1s",
            *(part for mount in mounts for part in ("--volume", mount)),
            *(part for item in variables.items() for part in ("--env", "=".join(item))),
            image,
        )  # fmt: skip
        try:
            yield container, port
        finally:
            run_docker(engine, "rm", "--force", container)


def _make_files(folder: Path) -> Path:
    """Make keys and a tokenizer of one word, which the user of the container may read."""
    folder.chmod(0o755)
    (folder / "secrets").mkdir()
    for name in ("api-key", "mask-key"):
        (folder / "secrets" / name).write_text(secrets.token_hex(32))
    Tokenizer(WordLevel({"?": 0}, "?")).save(str(folder / "tokenizer.json"))
    return folder


def _find_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_healthy(engine: Engine, container: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    wanted = "{{.State.Status}} {{.State.Health.Status}}"
    while (state := run_docker(engine, "inspect", "--format", wanted, container)) != "running healthy":
        if not state.startswith("running") or time.monotonic() > deadline:
            logs = run_docker(engine, "logs", "--tail", "15", container)
            raise StackError(f"The container is {state}, not healthy. What it said last:\n{logs}")
        time.sleep(0.2)


def _stop(engine: Engine, container: str) -> Stop:
    began = time.monotonic()
    run_docker(engine, "stop", "--time", str(GRACE_S), container)
    seconds = time.monotonic() - began
    return Stop(seconds, int(run_docker(engine, "inspect", "--format", "{{.State.ExitCode}}", container)))
