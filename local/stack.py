"""The local stack's tool: `python -m local.stack COMMAND`; the Makefile is its front door."""

import argparse
import os
import shlex
import subprocess
import sys
import time

from local.command_line import tell_errors
from local.environment import compute_addresses, compute_environment
from local.errors import StackError
from local.home import remove_home, require_own
from local.kube import describe_cluster, switch
from local.node.place import find_node
from local.passwords import ensure_passwords
from local.services import names_of
from local.settings import ROOT, StackSettings, load_settings
from local.setup import set_up
from local.start import start_services, wait_until_healthy
from local.status import print_status
from local.supervisor import (
    is_running,
    list_programs,
    restart_program,
    start_supervisor,
    stop_programs,
    stop_supervisor,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a mistake that a person can put right is one message, without a traceback."""
    options = _make_parser().parse_args(arguments)
    return tell_errors(lambda: options.run(load_settings(), options))


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.stack", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("setup", set_up_only, "install and prepare everything, start nothing")
    starting = add("up", up, "set up, start what is not running, wait until it is healthy")
    starting.add_argument("service", nargs="*", help="only these and what they need")
    starting.add_argument("--for-tests", action="store_true", help="install what only tests need, too")
    add("status", status, "each service with its state, health and address")
    add("kube-up", kube_up, "start a Kubernetes cluster beside the stack, and watch it")
    add("kube-down", kube_down, "end the Kubernetes cluster; its data stays")
    add("addresses", addresses, "where the stack is, NAME=value a line")
    add("stop", stop, "end every process of the stack")
    add("logs", logs, "follow the logs").add_argument("service", nargs="*", help="only these")
    add("clean", clean, "stop, and remove the stack's data, logs and passwords")
    add("restart", restart, "restart one service and wait until it is healthy").add_argument("service")
    add("env", env, 'print export lines: eval "$(python -m local.stack env)"')
    add("exec", execute, "run a command in the stack's environment: exec -- COMMAND …").add_argument(
        "command", nargs=argparse.REMAINDER
    )
    return parser


def set_up_only(settings: StackSettings, _options: argparse.Namespace) -> None:
    """Install and prepare everything, start nothing."""
    set_up(settings)
    print(f"Set up: {settings.home}")


def up(settings: StackSettings, options: argparse.Namespace) -> None:
    """Set up, start what is not running, wait until it is healthy."""
    began = time.monotonic()
    prepared = set_up(settings, options.for_tests)
    fingerprint = settings.home / "run/configuration.sha256"
    if is_running(settings) and fingerprint.read_text() != prepared.fingerprint:
        print("The configuration has changed: the stack is stopped and started again.", flush=True)
        stop_supervisor(settings)
    if not is_running(settings):
        stop_supervisor(settings)  # ends what a killed supervisor left behind
        start_supervisor(settings, prepared.passwords, prepared.environment)
        fingerprint.write_text(prepared.fingerprint)
    start_services(settings, {**os.environ, **prepared.environment}, frozenset(options.service))
    print(f"The stack is up and healthy after {time.monotonic() - began:.0f} s.")


def kube_up(settings: StackSettings, _options: argparse.Namespace) -> None:
    """Start a Kubernetes cluster; what runs of the stack is told of it, which may restart it."""
    switch(settings, on=True)
    _up_again(settings, {*_running(settings), *names_of("Kubernetes")})
    print(describe_cluster(settings))


def kube_down(settings: StackSettings, _options: argparse.Namespace) -> None:
    """End the cluster and keep its data."""
    switch(settings, on=False)
    running, parts = _running(settings), set(names_of("Kubernetes"))
    stop_programs(settings, running & parts)
    if running - parts:
        _up_again(settings, running - parts)
    elif running:
        stop_supervisor(settings)
    print("The cluster is down.")


def _running(settings: StackSettings) -> set[str]:
    """Name the programs that run now."""
    states = list_programs(settings) if is_running(settings) else {}
    return {name for name, state in states.items() if state["pid"]}


def _up_again(settings: StackSettings, names: set[str]) -> None:
    up(settings, argparse.Namespace(service=sorted(names), for_tests=False))


def status(settings: StackSettings, _options: argparse.Namespace) -> int:
    """Print each service with its state, health and address; fail if one is not healthy."""
    return print_status(settings)


def addresses(settings: StackSettings, _options: argparse.Namespace) -> None:
    """Print where the stack is, one NAME=value a line."""
    for name, value in compute_addresses(settings).items():
        print(f"{name}={value}")


def stop(settings: StackSettings, _options: argparse.Namespace) -> None:
    """End every process of the stack."""
    left = stop_supervisor(settings)
    print(f"Stopped{f'; {left} processes had to be ended one by one' if left else ''}.")


def logs(settings: StackSettings, options: argparse.Namespace) -> int:
    """Follow the logs until interrupted."""
    folder = settings.home / "logs"
    files = [folder / f"{name}.log" for name in options.service] or sorted(folder.glob("*.log"))
    if missing := [str(file) for file in files if not file.exists()] or not files:
        raise StackError(f"No such log: {missing}. `make status` names the services.")
    try:
        return subprocess.run(["tail", "-n", "20", "-F", *map(str, files)]).returncode
    except KeyboardInterrupt:
        return 0


def clean(settings: StackSettings, _options: argparse.Namespace) -> None:
    """Stop, and remove the stack's own folder; the installed environments stay."""
    if find_node(settings).run.exists():
        raise StackError("The stack has a node: `make node-down` ends it. Then run this again.")
    require_own(settings.home)
    stop_supervisor(settings)
    remove_home(settings.home)
    print(f"Removed {settings.home}. The environments in {settings.envs} stay.")


def restart(settings: StackSettings, options: argparse.Namespace) -> None:
    """Restart one service and wait until it is healthy."""
    if not is_running(settings):
        raise StackError("The stack is not running: `make run` starts it.")
    restart_program(settings, options.service)
    wait_until_healthy(settings, options.service)


def env(settings: StackSettings, _options: argparse.Namespace) -> None:
    """Print the environment as export lines for a shell."""
    for name, value in _environment(settings).items():
        print(f"export {name}={shlex.quote(value)}")


def execute(settings: StackSettings, options: argparse.Namespace) -> None:
    """Become a command with the stack's environment."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise StackError("exec needs a command: python -m local.stack exec -- airflow dags list")
    os.chdir(ROOT)
    os.execvpe(command[0], command, {**os.environ, **_environment(settings)})  # noqa: S606 -- as asked


def _environment(settings: StackSettings) -> dict[str, str]:
    environment = compute_environment(settings, ensure_passwords(settings.home / "secrets"))
    return {**environment, "PATH": f"{settings.envs}/platform/bin:{os.environ['PATH']}"}


if __name__ == "__main__":
    sys.exit(main())
