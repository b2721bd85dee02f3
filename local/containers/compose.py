"""The stack in containers: what has to be there before its start."""

from pathlib import Path

from local.containers.base import DEBOOTSTRAP
from local.containers.build import TARGETS, name_image, name_variable
from local.containers.compose_calls import Project
from local.containers.compose_secrets import write_compose_secrets
from local.containers.compose_tool import find_compose
from local.containers.engine import Engine, run_docker
from local.containers.stand_ins import build_stand_ins, make_image_variables
from local.errors import StackError
from local.settings import StackSettings


def name_project(engine: Engine, settings: StackSettings, folder: Path, variables: dict[str, str]) -> Project:
    """Say which containers are meant, which is all that ending them needs.

    Args:
        engine: runs the containers.
        settings: name the folder of the programs.
        folder: of the project, with its secrets.
        variables: what the files are told beside what they say themselves.

    Raises:
        StackError: if there is no Compose, and none can be built.
    """
    told = {"RUNLORE_COMPOSE_SECRETS": str(folder / "secrets"), **variables}
    return Project(engine, find_compose(engine, settings.envs), folder, told)


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
    return name_project(engine, settings, folder, {**images, **variables})
