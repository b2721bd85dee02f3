"""The commands about the stack in containers: started, ended, tried from nothing."""

import json
import ssl
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from openai import DefaultHttpxClient

from local.containers.asking import ask_until_cited
from local.containers.build import TARGETS, name_variable
from local.containers.compose import name_project, prepare_project
from local.containers.compose_calls import (
    DEVELOPMENT,
    PRODUCTION,
    Project,
    held,
    read_compose,
    run_compose,
    start,
)
from local.containers.door import HOST, list_door_faults, look_at_door, make_certificate
from local.containers.engine import Engine, run_docker
from local.containers.limits import list_limit_faults, read_asked, read_held, try_limits, try_restart
from local.first_run import QUESTION
from local.settings import ROOT, StackSettings

FOLDER = ROOT / ".runlore/compose"
_SERVICE_PORT = 8080
_PAUSE_S = 2
_RIGHTS = "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{json .HostConfig.CapDrop}}"
_NO_RIGHTS = '10001:10001 true ["ALL"]'


def compose_up(engine: Engine, settings: StackSettings) -> None:
    """Start the stack for development, and ask it a question."""
    project = prepare_project(engine, settings, FOLDER, {})
    seconds = start(project, DEVELOPMENT)
    print(f"Healthy after {seconds:.0f} s. Waiting until the pages are read …", flush=True)
    print(_ask(project, f"http://{HOST}:{_SERVICE_PORT}/v1"))
    print(f"\nAPI      http://localhost:{_SERVICE_PORT}/v1   key in {project.secrets}/api-key")
    print(f"Airflow  http://localhost:8081   passwords in {project.secrets}/airflow-users.json")
    print("MLflow   http://localhost:8082\nPrometheus  http://localhost:8083", flush=True)
    if engine.is_own:
        print(
            "The engine is this command's own: it runs until `make compose-down` elsewhere, or Ctrl-C here. "
            "The data stays.",
            flush=True,
        )
        while read_compose(project, DEVELOPMENT, "ps", "--quiet"):
            time.sleep(_PAUSE_S)


def compose_down(engine: Engine, settings: StackSettings) -> None:
    """End the stack; what it kept stays, for the next start."""
    run_compose(name_project(engine, settings, FOLDER, {}), DEVELOPMENT, "down", "--remove-orphans")


def compose_test(engine: Engine, settings: StackSettings, is_short: bool = False) -> list[str]:
    """Start both stacks from nothing, with ports and secrets of their own, and say what is wrong.

    Args:
        engine: runs them.
        settings: name the ports.
        is_short: whether only the one for production is looked at.
    """
    with TemporaryDirectory(prefix="runlore-compose-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        ports = ("SERVICE", "AIRFLOW", "MLFLOW", "PROMETHEUS", "HTTPS")
        base = settings.port_base + 40
        variables = {f"RUNLORE_COMPOSE_{port}_PORT": str(base + n) for n, port in enumerate(ports)}
        variables["COMPOSE_PROJECT_NAME"] = "runlore-test"
        project = prepare_project(engine, settings, folder, variables)
        trust = make_certificate(project.secrets)
        (project.secrets / "tls.key").chmod(0o644)
        with held(project, PRODUCTION):
            return [
                *([] if is_short else _try_development(project, base)),
                *_try_production(project, base + len(ports) - 1, trust),
            ]


def _try_development(project: Project, port: int) -> list[str]:
    print(f"Development: all healthy after {start(project, DEVELOPMENT):.0f} s", flush=True)
    began = time.monotonic()
    print(_ask(project, f"http://{HOST}:{port}/v1"))
    print(f"(cited {time.monotonic() - began:.0f} s after that)", flush=True)
    return _list_rights(project)


def _try_production(project: Project, port: int, trust: ssl.SSLContext) -> list[str]:
    print(f"Production: all healthy after {start(project, PRODUCTION):.0f} s", flush=True)
    door = look_at_door(port, trust)
    print(f"  TLS {', '.join(door.versions)}; without TLS {door.plain}; /metrics {door.metrics}", flush=True)
    with DefaultHttpxClient(verify=trust) as client:
        print(_ask(project, f"https://{HOST}:{port}/v1", client))
        faults = [*list_door_faults(door), *_list_open_ports(project, port), *_try_limits(project)]
        print(_ask(project, f"https://{HOST}:{port}/v1", client))
    return faults


def _try_limits(project: Project) -> list[str]:
    asked = read_asked(project)
    held = {name: read_held(project, name) for name in asked}
    for name, limits in held.items():
        told = f"{limits.memory >> 20} MiB, {limits.processors} CPU, {limits.processes} processes"
        print(f"  {name:<22} {told}", flush=True)
    faults = [*_list_rights(project), *list_limit_faults(asked, held)]
    return [*faults, *try_limits(project), *try_restart(project)]


def _ask(project: Project, url: str, client: DefaultHttpxClient | None = None) -> str:
    return ask_until_cited(url, (project.secrets / "api-key").read_text(), QUESTION, client)


def _list_rights(project: Project) -> list[str]:
    """Say which containers of ours have a right, or may write."""
    found = {}
    for target in TARGETS:
        image = project.variables[name_variable(target)]
        for container in run_docker(project.engine, "ps", "-q", "--filter", f"ancestor={image}").split():
            found[container] = run_docker(project.engine, "inspect", "--format", _RIGHTS, container)
    faults = [
        f"container {name} has {rights}, not {_NO_RIGHTS}"
        for name, rights in found.items()
        if rights != _NO_RIGHTS
    ]
    return faults if found else ["no container of ours runs"]


def _list_open_ports(project: Project, port: int) -> list[str]:
    """Say which ports are open beside the door's."""
    containers = read_compose(project, PRODUCTION, "ps", "--quiet").split()
    told = run_docker(project.engine, "inspect", "--format", "{{json .HostConfig.PortBindings}}", *containers)
    bound = [
        entry["HostPort"]
        for line in told.splitlines()
        for ports in (json.loads(line) or {}).values()
        for entry in ports
    ]
    return [] if bound == [str(port)] else [f"these ports are open: {', '.join(bound)}"]
