"""The stack in containers: started, asked, ended."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from local.containers.base import DEBOOTSTRAP
from local.containers.build import TARGETS, name_image, name_variable
from local.containers.compose_secrets import write_compose_secrets
from local.containers.compose_tool import find_compose
from local.containers.engine import Engine, make_environment, run_docker
from local.containers.stand_ins import build_stand_ins, make_image_variables
from local.errors import StackError
from local.settings import ROOT, StackSettings

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


def prepare_project(
    engine: Engine, settings: StackSettings, folder: Path, variables: dict[str, str]
) -> Project:
    """Make what has to be there before the start: secrets, and stand-ins where no registry can be had.

    Args:
        engine: runs the containers.
        settings: name the base of the images, and the folder of the programs.
        folder: of the project, for its secrets.
        variables: what the files are told beside what they say themselves.

    Raises:
        StackError: if an image of ours is missing, or something can't be made.
    """
    missing = [target for target in TARGETS if not run_docker(engine, "images", "-q", name_image(target))]
    if missing:
        raise StackError(f"There are no images {', '.join(missing)}: `make images` builds them.")
    images = {name_variable(name): name_image(name) for name in TARGETS}
    if settings.base_image == DEBOOTSTRAP:
        build_stand_ins(engine, settings)
        images |= make_image_variables()
    write_compose_secrets(folder / "secrets")
    told = {"RUNLORE_COMPOSE_SECRETS": str(folder / "secrets"), **variables}
    return Project(engine, find_compose(engine, settings.envs), folder, {**images, **told})


def run_compose(project: Project, files: tuple[str, ...], *arguments: str) -> None:
    """Run a command of Compose to its end; what it prints is shown.

    Args:
        project: what it is about.
        files: each put on top of the ones before it.
        arguments: the command.

    Raises:
        StackError: if it fails.
    """
    named = (part for name in files for part in ("--file", str(ROOT / name)))
    command = [*project.compose, "--progress", "quiet", *named, *arguments]
    environment = {**make_environment(project.engine), **project.variables}
    if subprocess.run(command, env=environment, cwd=ROOT).returncode:
        raise StackError(
            f"`docker compose {' '.join(arguments)}` failed; `docker compose ps --all` shows which."
        )


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
