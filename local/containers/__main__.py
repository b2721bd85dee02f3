"""`python -m local.containers COMMAND`: build the images, check them, use their engine."""

import argparse
import signal
import subprocess
import sys

from local.containers.build import TARGETS, build_image, name_image
from local.containers.check import EXPECTED, Findings, check_service, list_faults
from local.containers.compose_commands import compose_down, compose_test, compose_up
from local.containers.engine import Engine, make_environment, run_docker
from local.containers.opening import open_engine
from local.errors import StackError
from local.settings import load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a mistake that a person can put right is one message, without a traceback."""
    options = _make_parser().parse_args(arguments)
    # Told to end, it ends what it has started, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with open_engine() as engine:
            return int(options.run(engine, options) or 0)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.containers", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("build", build, "build all images"),
        ("test", test, "run the service's image as production does, and look at it"),
        ("compose-up", start_compose, "start the whole stack in containers, and ask it"),
        ("compose-down", end_compose, "end the stack in containers; its data stays"),
        ("compose-test", try_compose, "start both stacks in containers from nothing, and look at them"),
        ("exec", execute, "run a command that speaks to the engine: exec -- docker images"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        if name == "exec":
            command.add_argument("command", nargs=argparse.REMAINDER)
    return parser


def build(engine: Engine, _options: argparse.Namespace) -> None:
    """Build all images."""
    settings = load_settings()
    for target in TARGETS:
        build_image(engine, settings, target)


def test(engine: Engine, _options: argparse.Namespace) -> int:
    """Run the service's image, say what was found, and fail if something is not as it has to be."""
    image = name_image("service")
    if not run_docker(engine, "images", "-q", image):
        raise StackError(f"There is no image {image}: `make images` builds it.")
    print(f"Running {image}: read-only, no capabilities, nobody behind it …", flush=True)
    found = check_service(engine, image)
    print(describe(found))
    return tell_faults(list_faults(found))


def tell_faults(faults: list[str]) -> int:
    """Say what is wrong, and give how much that is."""
    for fault in faults:
        print(f"Wrong: {fault}.", file=sys.stderr)
    return len(faults)


def describe(found: Findings) -> str:
    """Write a line for each thing that was found."""
    return "\n".join(
        (
            f"  healthy after        {found.healthy_after_s:.1f} s, {found.memory}",
            f"  /health/live         {found.live}",
            *(f"  {name:<20} {found.inside.get(name)}" for name in EXPECTED),
            f"  told to stop at once {found.stop_at_once.seconds:.1f} s, code {found.stop_at_once.code}",
            f"  told to stop later   {found.stop.seconds:.1f} s, code {found.stop.code}",
        )
    )


def start_compose(engine: Engine, _options: argparse.Namespace) -> None:
    """Start the stack for development."""
    compose_up(engine, load_settings())


def end_compose(engine: Engine, _options: argparse.Namespace) -> None:
    """End it."""
    compose_down(engine, load_settings())


def try_compose(engine: Engine, _options: argparse.Namespace) -> int:
    """Try both stacks, and fail if something is not as it has to be."""
    return tell_faults(compose_test(engine, load_settings()))


def execute(engine: Engine, options: argparse.Namespace) -> int:
    """Run a command that finds the engine by DOCKER_HOST."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise StackError("exec needs a command: python -m local.containers exec -- docker images")
    named = [engine.client if command[0] == "docker" else command[0], *command[1:]]
    return subprocess.run(named, env=make_environment(engine)).returncode


if __name__ == "__main__":
    sys.exit(main())
