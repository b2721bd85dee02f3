"""Commands of Compose about one project: started, read, ended."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from local.containers.engine import Engine, make_environment
from local.errors import StackError
from local.settings import ROOT

DEVELOPMENT = ("compose.yaml",)
PRODUCTION = ("compose.yaml", "compose.prod.yaml")
_WAIT_S = 1200


class Project(NamedTuple):
    """Containers that belong together.

    Attributes:
        engine: runs them.
        compose: the command of Compose.
        folder: holds their secrets.
        variables: what the files are told.
    """

    engine: Engine
    compose: list[str]
    folder: Path
    variables: dict[str, str]

    @property
    def secrets(self) -> Path:
        """Folder of the secrets."""
        return self.folder / "secrets"


def run_compose(project: Project, files: tuple[str, ...], *arguments: str) -> None:
    """Run a command of Compose to its end; what it prints is shown.

    Args:
        project: what it is about.
        files: each put on top of the ones before it.
        arguments: the command.

    Raises:
        StackError: if it fails.
    """
    _run(project, files, arguments, stdout=None)


def read_compose(project: Project, files: tuple[str, ...], *arguments: str) -> str:
    """Run a command of Compose to its end, and give what it prints.

    Args:
        project: what it is about.
        files: each put on top of the ones before it.
        arguments: the command.

    Raises:
        StackError: if it fails.
    """
    return _run(project, files, arguments, stdout=subprocess.PIPE).strip()


def find_container(project: Project, files: tuple[str, ...], name: str) -> str:
    """Give the id of a service's container.

    Args:
        project: what it belongs to.
        files: each put on top of the ones before it.
        name: of the service.

    Raises:
        StackError: if it doesn't run.
    """
    if found := read_compose(project, files, "ps", "--quiet", name):
        return found
    raise StackError(f"No container of {name} runs; `docker compose ps --all` shows what does.")


def _run(project: Project, files: tuple[str, ...], arguments: tuple[str, ...], stdout: int | None) -> str:
    named = (part for name in files for part in ("--file", str(ROOT / name)))
    command = [*project.compose, "--progress", "quiet", *named, *arguments]
    environment = {**make_environment(project.engine), **project.variables}
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=stdout, text=True)
    if done.returncode:
        raise StackError(
            f"`docker compose {' '.join(arguments)}` failed; `docker compose ps --all` shows which."
        )
    return done.stdout or ""


def start(project: Project, files: tuple[str, ...]) -> float:
    """Start everything, wait until it is healthy, and give the seconds that this took.

    Args:
        project: what is started.
        files: each put on top of the ones before it.

    Raises:
        StackError: if a part doesn't become healthy.
    """
    began = time.monotonic()
    run_compose(project, files, "up", "--detach", "--wait", "--wait-timeout", str(_WAIT_S))
    return time.monotonic() - began


@contextmanager
def held(project: Project, files: tuple[str, ...]) -> Iterator[None]:
    """Remove the containers and what they kept, whatever happens."""
    try:
        yield
    finally:
        run_compose(project, files, "down", "--volumes", "--timeout", "20")
