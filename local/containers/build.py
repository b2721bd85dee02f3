"""An image, built from a target of the Dockerfile."""

import re
import subprocess
import time
import tomllib
from pathlib import Path

from local.code_commit import find_commit
from local.containers.base import choose_base
from local.containers.engine import FOLDER, Engine, make_environment, run_docker
from local.containers.secrets import hold_secrets
from local.errors import StackError
from local.settings import ROOT, StackSettings

TARGETS = ("service", "model-server", "platform", "spark")
# Lines of the build's output: `#9 [service-build 4/8] RUN …` names a step, `#9 DONE 7.1s` ends it.
_STEP = re.compile(r"#(\d+) (\[[a-z-]+ +\d+/\d+\] .*)")
_END = re.compile(r"#(\d+) (?:DONE ([\d.]+)s|CACHED)")


def name_image(target: str) -> str:
    """Give the name of a target's image, with the version of the project.

    Example:
        >>> name_image("service").partition(":")[0]
        'runlore/service'
    """
    return f"runlore/{target}:{_read_version()}"


def name_variable(target: str) -> str:
    """Give the variable by which compose.yaml takes a target's image.

    Example:
        >>> name_variable("model-server")
        'RUNLORE_IMAGE_MODEL_SERVER'
    """
    return f"RUNLORE_IMAGE_{target.upper().replace('-', '_')}"


def build_image(engine: Engine, settings: StackSettings, target: str) -> str:
    """Build an image, with progress; what did not change is taken from the engine's cache.

    Args:
        engine: builds and keeps it.
        settings: name the base and the environments.
        target: stage of the Dockerfile.

    Returns:
        The image's name.

    Raises:
        StackError: with the end of the build's output, if it failed.
    """
    image = name_image(target)
    base = choose_base(engine, settings.base_image)
    began = time.monotonic()
    print(f"Building {image} on {base}. The log: {FOLDER}/build-{target}.log", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with hold_secrets(settings.envs) as secrets:
        arguments = make_arguments(target, image, base, find_commit(ROOT))
        # An engine of our own has no network but the machine's.
        network = ["--network", "host"] if engine.is_own else []
        run_build([engine.client, "build", *arguments, *secrets, *network, "."], engine, target)
    size = int(run_docker(engine, "image", "inspect", "--format", "{{.Size}}", image))
    print(f"{image} … built in {time.monotonic() - began:.0f} s, {size / 1e6:.0f} MB", flush=True)
    return image


def make_arguments(target: str, image: str, base: str, revision: str) -> list[str]:
    """Make the arguments of `docker build` that decide what is built.

    Args:
        target: stage of the Dockerfile.
        image: name of the result.
        base: name of the base image.
        revision: commit of the sources, with a mark where they differ from it.
    """
    labels = {"version": _read_version(), "revision": revision, "created": _read_commit_time()}
    return [
        *("--progress", "plain", "--target", target, "--tag", image),
        *("--build-arg", f"BASE_IMAGE={base}", "--build-arg", f"REVISION={revision}"),
        *(
            part
            for name, value in labels.items()
            for part in ("--label", f"org.opencontainers.image.{name}={value}")
        ),
    ]


def tell_step(line: str, steps: dict[str, str]) -> str:
    """Say what a line of the build's output means to a person: a step has ended; or nothing.

    Args:
        line: of `docker build --progress plain`.
        steps: text of each step that was named so far, by its number; changed here.

    Example:
        >>> steps = {}
        >>> [tell_step(line, steps) for line in ("#9 [service 2/6] RUN useradd", "#9 DONE 0.4s")]
        ['', '[service 2/6] RUN useradd … 0.4 s']
    """
    if found := _STEP.match(line):
        steps[found[1]] = found[2]
    ended = _END.match(line)
    if not ended or ended[1] not in steps:
        return ""
    return f"{steps.pop(ended[1]):.90} … {f'{ended[2]} s' if ended[2] else 'as before'}"


def advise(end: str) -> str:
    """Say what to do about the end of a build's output, where that is known; else nothing.

    Example:
        >>> advise(" > [internal] load metadata for registry.example/python:3.11:").split(".")[0].strip()
        'The base could not be had'
    """
    if not re.search("(load|resolve source) metadata for", end):
        return ""
    return (
        "\nThe base could not be had. Name one that can: make images BASE_IMAGE=<name>; "
        "BASE_IMAGE=debootstrap makes one where no image registry can be reached."
    )


def _read_version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def _read_commit_time() -> str:
    """Give the time of the commit: an image of the same sources is the same whenever it is built."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%cI"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"


def run_build(command: list[str], engine: Engine, target: str, folder: Path = ROOT) -> None:
    """Run a `docker build` to its end, with progress.

    Args:
        command: the whole of it.
        engine: builds.
        target: names the log.
        folder: where the command runs.

    Raises:
        StackError: with the end of its output, if it failed.
    """
    log = FOLDER / f"build-{target}.log"
    environment = {**make_environment(engine), "DOCKER_BUILDKIT": "1"}
    steps: dict[str, str] = {}
    with (
        log.open("w") as file,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as building,
    ):
        for line in building.stdout or ():
            file.write(line)
            if told := tell_step(line, steps):
                print(f"  {told}", flush=True)
    if building.returncode:
        end = "\n".join(log.read_text().splitlines()[-15:])
        raise StackError(f"The build of {target} failed:\n{end}\nAll of it: {log}{advise(end)}")
