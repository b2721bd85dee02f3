"""`python -m local.containers COMMAND`: build the images, check them, use their engine."""

import argparse
import json
import signal
import subprocess
import sys

from local.command_line import end_when_told, tell_errors
from local.containers.build import TARGETS, build_image, name_image
from local.containers.check import EXPECTED, Findings, check_service, list_faults
from local.containers.check_models import ModelFindings, check_model_server, list_model_faults
from local.containers.compose_commands import compose_down, compose_test, compose_up
from local.containers.engine import Engine, make_environment, run_docker
from local.containers.opening import open_engine
from local.containers.sbom import LOCKS, list_bill_faults, read_packages, write_bill
from local.errors import StackError
from local.settings import ROOT, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a mistake that a person can put right is one message, without a traceback."""
    options = _make_parser().parse_args(arguments)
    end_when_told()
    try:
        return tell_errors(lambda: _run_with_engine(options))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _run_with_engine(options: argparse.Namespace) -> int | None:
    with open_engine() as engine:
        code: int | None = options.run(engine, options)
        return code


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.containers", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("build", build, "build all images"),
        ("sbom", list_contents, "write what is in each image, and hold it against the lock files"),
        ("test", test, "run the images of what answers as production does, and look at them"),
        ("compose-up", start_compose, "start the whole stack in containers, and ask it"),
        ("compose-down", end_compose, "end the stack in containers; its data stays"),
        ("compose-test", try_compose, "start both stacks in containers from nothing, and look at them"),
        ("exec", execute, "run a command that speaks to the engine: exec -- docker images"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        if name == "exec":
            command.add_argument("command", nargs=argparse.REMAINDER)
        if name == "compose-test":
            command.add_argument("--short", action="store_true", help="only the one for production")
    return parser


def build(engine: Engine, _options: argparse.Namespace) -> None:
    """Build all images."""
    settings = load_settings()
    for target in TARGETS:
        build_image(engine, settings, target)


def list_contents(engine: Engine, _options: argparse.Namespace) -> int:
    """Write the bill of each image, and fail if one isn't that of the lock file."""
    settings = load_settings()
    faults = []
    for target in TARGETS:
        bill = write_bill(engine, settings.envs, target).read_text()
        packages = [part for part in json.loads(bill)["components"] if "purl" in part]
        print(
            f"  {target:<14} {len(packages)} packages, {len(read_packages(bill))} of them of Python",
            flush=True,
        )
        faults += list_bill_faults(target, bill, (ROOT / LOCKS[target]).read_text())
    return tell_faults(faults)


def test(engine: Engine, _options: argparse.Namespace) -> int:
    """Run the images of what answers, say what was found, and fail if something is not as it has to be."""
    for target in ("service", "model-server"):
        if not run_docker(engine, "images", "-q", name_image(target)):
            raise StackError(f"There is no image {name_image(target)}: `make images` builds it.")
    print("Running the service: read-only, no capabilities, nobody behind it …", flush=True)
    service = check_service(engine, name_image("service"))
    print(describe(service))
    print("Running the model server in the same way …", flush=True)
    models = check_model_server(engine, name_image("model-server"))
    print(describe_models(models))
    return tell_faults([*list_faults(service), *list_model_faults(models)])


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


def describe_models(found: ModelFindings) -> str:
    """Write a line for each thing that was found of the model server."""
    return (
        f"  healthy after        {found.healthy_after_s:.1f} s, {found.memory}\n"
        f"  a text               {found.numbers} numbers\n"
        f"  told to stop         {found.stop.seconds:.1f} s, code {found.stop.code}"
    )


def start_compose(engine: Engine, _options: argparse.Namespace) -> None:
    """Start the stack for development."""
    compose_up(engine, load_settings())


def end_compose(engine: Engine, _options: argparse.Namespace) -> None:
    """End it."""
    compose_down(engine, load_settings())


def try_compose(engine: Engine, options: argparse.Namespace) -> int:
    """Try both stacks, or production's alone, and fail if something is not as it has to be."""
    return tell_faults(compose_test(engine, load_settings(), options.short))


def execute(engine: Engine, options: argparse.Namespace) -> int:
    """Run a command that finds the engine by DOCKER_HOST."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise StackError("exec needs a command: python -m local.containers exec -- docker images")
    named = [engine.client if command[0] == "docker" else command[0], *command[1:]]
    return subprocess.run(named, env=make_environment(engine)).returncode


if __name__ == "__main__":
    sys.exit(main())
