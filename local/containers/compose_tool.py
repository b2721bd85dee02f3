"""The `docker compose` that there is, or one built from Go modules, once for all checkouts."""

import shutil
import subprocess
from pathlib import Path

from local.containers.engine import Engine
from local.go_build import Programs, ensure_built
from local.settings import ROOT

_PACKAGE = "github.com/docker/compose/v2"
_VERSION = "v2.40.3"
COMPOSE = Programs(
    "compose",
    f"Docker Compose {_VERSION}",
    ROOT / "local/containers/compose-tool",
    {"docker-compose": f"{_PACKAGE}/cmd"},
    f"-s -w -X {_PACKAGE}/internal.Version={_VERSION}",
)


def find_compose(engine: Engine, envs: Path) -> list[str]:
    """Give the command of Compose v2: Docker's plugin, a program of its own, or one that is built now.

    Args:
        engine: whose client may have the plugin.
        envs: RUNLORE_ENVS; what is built is kept in its folder `compose`.

    Raises:
        StackError: if there is none and none can be built.
    """
    plugin = [engine.client, "compose"]
    if _answers(plugin):
        return plugin
    program = shutil.which("docker-compose")
    if program and _answers([program]):
        return [program]
    return [str(ensure_built(envs, COMPOSE) / "docker-compose")]


def _answers(command: list[str]) -> bool:
    done = subprocess.run([*command, "version", "--short"], capture_output=True, text=True)
    # The first Compose, of Python, lacks what the files use.
    return done.returncode == 0 and not done.stdout.startswith("1.")
