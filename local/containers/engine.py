"""A Docker engine, and how it is spoken to."""

import os
import re
import shutil
import subprocess
from typing import NamedTuple

from local.errors import StackError
from local.settings import ROOT

FOLDER = ROOT / ".runlore/containers"
# From here on a client builds with a plugin, which Debian's package of an older client doesn't need.
_NEEDS_PLUGIN = 23


class Engine(NamedTuple):
    """A Docker engine that answers.

    Attributes:
        client: path of the `docker` program.
        environment: variables that the program gets beside those of this process.
        is_own: whether it was started here, so that containers have no network but the machine's.
    """

    client: str
    environment: dict[str, str]
    is_own: bool


def find_client() -> str:
    """Give the path of a `docker` that can build, or nothing.

    The first one on PATH may lack the plugin that builds, while the distribution's own needs none.
    """
    folders = dict.fromkeys((*os.environ["PATH"].split(":"), "/usr/bin"))
    found = (shutil.which("docker", path=folder) for folder in folders)
    return next((client for client in found if client and _can_build(client)), "")


def find_program(name: str) -> str:
    """Give the path of a program, also of one that only root has on PATH; or nothing."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or ""


def read_version(said: str) -> int:
    """Give the major version of what `docker --version` said, or 0.

    Example:
        >>> read_version("Docker version 20.10.24+dfsg1, build 297e128")
        20
    """
    found = re.search(r"version (\d+)\.", said)
    return int(found[1]) if found else 0


def explain_silence(engine: Engine) -> str:
    """Say why an engine doesn't answer; nothing if it does."""
    done = _ask(engine, ["version", "--format", "{{.Server.Version}}"])
    return "" if done.returncode == 0 else done.stderr.strip() or "it said nothing"


def run_docker(engine: Engine, *arguments: str) -> str:
    """Run a `docker` command to its end and give what it prints.

    Raises:
        StackError: with what it says, if it failed.
    """
    done = _ask(engine, list(arguments))
    if done.returncode:
        raise StackError(f"`docker {' '.join(arguments)}` failed:\n{done.stderr.strip()}")
    return done.stdout.strip()


def read_logs(engine: Engine, container: str) -> str:
    """Give the last lines that a container said, to either output."""
    done = _ask(engine, ["logs", "--tail", "20", container])
    return (done.stdout + done.stderr).strip()


def make_environment(engine: Engine) -> dict[str, str]:
    """Make the whole environment of a program that speaks to the engine."""
    return {**os.environ, **engine.environment}


def _ask(engine: Engine, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [engine.client, *arguments], env=make_environment(engine), capture_output=True, text=True
    )


def _can_build(client: str) -> bool:
    said = subprocess.run([client, "--version"], capture_output=True, text=True).stdout
    if read_version(said) < _NEEDS_PLUGIN:
        return True
    return subprocess.run([client, "buildx", "version"], capture_output=True).returncode == 0
