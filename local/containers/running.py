"""A container of the service or of the model server, run as production runs it."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from local.containers.engine import Engine, read_logs, run_docker
from local.errors import StackError
from local.free_port import find_free_port

# Nothing but /tmp can be written, no right is left, and none can be got.
HARDENING = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
_OF_SERVICE = ("--tmpfs=/tmp:rw,noexec,nosuid,size=16m", "--memory", "512m", "--pids-limit", "100")
_OF_MODEL_SERVER = ("--tmpfs=/tmp:rw,size=256m", "--memory", "3g", "--pids-limit", "500")
# How long `docker stop` waits before it kills, in seconds, and what a killed process ends with.
GRACE_S = 10
KILLED = 137
_PATIENCE_S = 300.0
# Nobody listens there: the service has to start without its neighbours.
_NOWHERE = "127.0.0.1:9"


class Stop(NamedTuple):
    """How a container ended.

    Attributes:
        seconds: from the request to the end.
        code: what the process ended with.
    """

    seconds: float
    code: int


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
def running_service(engine: Engine, image: str) -> Iterator[tuple[str, int]]:
    """Give the id and the port of a service that was just started; it is removed afterwards."""
    port = find_free_port()
    with TemporaryDirectory(prefix="runlore-service-") as name:
        folder = _make_files(Path(name))
        mounts = (
            f"{folder}/secrets:/run/secrets:ro",
            f"{folder}/tokenizer.json:/etc/runlore/tokenizer.json:ro",
        )
        volumes = (part for mount in mounts for part in ("--volume", mount))
        with _running(
            engine, image, make_variables("/etc/runlore", port), *_OF_SERVICE, *volumes
        ) as container:
            yield container, port


@contextmanager
def running_model_server(engine: Engine, image: str) -> Iterator[tuple[str, int]]:
    """Give the id and the port of a model server that was just started; it is removed afterwards."""
    port = find_free_port()
    variables = {"RUNLORE_MODEL_SERVER_HOST": "127.0.0.1", "RUNLORE_MODEL_SERVER_PORT": str(port)}
    with _running(engine, image, variables, *_OF_MODEL_SERVER) as container:
        yield container, port


@contextmanager
def _running(engine: Engine, image: str, variables: dict[str, str], *options: str) -> Iterator[str]:
    container = run_docker(
        engine, "run", "--detach", *HARDENING, "--network", "host", "--health-interval", "1s", *options,
        *(part for item in variables.items() for part in ("--env", "=".join(item))), image,
    )  # fmt: skip
    try:
        yield container
    finally:
        run_docker(engine, "rm", "--force", container)


def wait_until_healthy(engine: Engine, container: str) -> None:
    """Wait until the image's own check is content.

    Raises:
        StackError: with what the container said last, if it ends or takes too long.
    """
    deadline = time.monotonic() + _PATIENCE_S
    wanted = "{{.State.Status}} {{.State.Health.Status}}"
    while (state := run_docker(engine, "inspect", "--format", wanted, container)) != "running healthy":
        if not state.startswith("running") or time.monotonic() > deadline:
            raise StackError(
                f"The container is {state}, not healthy. What it said last:\n{read_logs(engine, container)}"
            )
        time.sleep(0.2)


def stop_container(engine: Engine, container: str) -> Stop:
    """Tell a container to end, and see how it does."""
    began = time.monotonic()
    run_docker(engine, "stop", "--time", str(GRACE_S), container)
    seconds = time.monotonic() - began
    return Stop(seconds, int(run_docker(engine, "inspect", "--format", "{{.State.ExitCode}}", container)))


def _make_files(folder: Path) -> Path:
    """Make keys and a tokenizer of one word, which the user of the container may read."""
    folder.chmod(0o755)
    (folder / "secrets").mkdir()
    for name in ("api-key", "mask-key"):
        (folder / "secrets" / name).write_text(secrets.token_hex(32))
    Tokenizer(WordLevel({"?": 0}, "?")).save(str(folder / "tokenizer.json"))
    return folder
