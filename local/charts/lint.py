"""What is looked at of the chart without installing it, and what counts as wrong."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local.charts.clouds import lint_clouds
from local.charts.helm import CHART, TYPOS, list_values, render, run, try_to_run
from local.charts.ksops import FOLDER as KSOPS
from local.charts.ksops import render_repo_server
from local.charts.schemas import LOCATION, write_schemas
from local.charts.tools import TOOLS, fetch_definitions
from local.errors import StackError
from local.go_build import ensure_built
from local.kube import run_kubectl
from local.settings import StackSettings

NAMESPACE = "runlore-chart"
APPLICATIONS = CHART.parent / "argocd"


def lint_chart(settings: StackSettings) -> None:
    """Look at the chart, first without and then with the API server of the stack.

    Raises:
        StackError: at the first thing that is wrong.
    """
    tools = ensure_built(settings.envs, TOOLS)
    helm = tools / "helm"
    _tell("helm lint", lambda: _lint(helm))
    _tell("unit tests", lambda: _test(tools / "helm-unittest"))
    _tell("typos", lambda: refuse_typos(helm))
    _tell("files of clouds", lambda: lint_clouds(settings.envs))
    _tell("kinds of others", lambda: _apply_definitions(settings))
    _tell("kubeconform", lambda: _check_schemas(settings, tools))
    _tell("dry run by the API server", lambda: _dry_run(settings, helm))
    _tell("Argo CD's applications", lambda: _try_applications(settings))
    _tell("KSOPS in Argo CD", lambda: _try_repo_server(settings))


def refuse_typos(helm: Path) -> str:
    """Try values with a typical mistake each, all of which the schema has to refuse.

    Raises:
        StackError: naming those that it took.
    """
    right = CHART / "values-dev.yaml"
    render(helm, right)
    typos = sorted(TYPOS.glob("*.yaml"))
    command: list[str | Path] = [helm, "template", "runlore", CHART, "-f", right, "-f"]
    answers = {file: try_to_run([*command, file]) for file in typos}
    taken = [file.stem for file, done in answers.items() if "meet the specifications" not in done.stderr]
    if taken or not typos:
        raise StackError(f"values.schema.json takes these mistakes: {', '.join(taken) or 'none was tried'}")
    return f"{len(typos)} of {len(typos)} refused"


def _tell(what: str, look: Callable[[], str]) -> None:
    print(f"  {what:<26} {look()}", flush=True)


def _lint(helm: Path) -> str:
    for values in list_values():
        run([helm, "lint", "--strict", CHART, "-f", values])
    return f"{len(list_values())} files of values"


def _test(unittest: Path) -> str:
    said = run([unittest, CHART])
    return next(line for line in said.splitlines() if line.startswith("Tests:")).split(maxsplit=1)[1]


def _apply_definitions(settings: StackSettings) -> str:
    """Tell the API server of the kinds that operators would bring."""
    files = fetch_definitions(settings.envs)
    for file in files:
        run_kubectl(settings, "apply", "--server-side", "--force-conflicts", "-f", str(file))
    run_kubectl(settings, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    return f"{len(files)} of KServe, Prometheus' operator, External Secrets and Argo CD"


def _check_schemas(settings: StackSettings, tools: Path) -> str:
    openapi = json.loads(run_kubectl(settings, "get", "--raw", "/openapi/v2"))
    with tempfile.TemporaryDirectory(prefix="runlore-schemas-") as name:
        written = write_schemas(openapi, Path(name))
        command: list[str | Path] = [
            tools / "kubeconform",
            "-strict",
            "-summary",
            "-schema-location",
            f"{name}/{LOCATION}",
        ]
        said = [run(command, render(tools / "helm", values)).strip() for values in list_values()]
    return f"{written} schemas. " + " ".join(line.partition(" - ")[2] for line in said)


def _dry_run(settings: StackSettings, helm: Path) -> str:
    """Let the API server check and default each object, in a namespace that takes only restricted pods."""
    with _namespace(settings, NAMESPACE, "pod-security.kubernetes.io/enforce=restricted"):
        counts = [_try_values(settings, helm, values) for values in list_values()]
    return f"{sum(counts)} objects taken"


def _try_values(settings: StackSettings, helm: Path, values: Path) -> int:
    command: list[str | Path] = [helm, "template", "runlore", CHART, "--namespace", NAMESPACE, "-f", values]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(run(command))
        file.flush()
        said = run_kubectl(settings, "apply", "--dry-run=server", "-n", NAMESPACE, "-f", file.name)
    return len(said.splitlines())


def _try_applications(settings: StackSettings) -> str:
    with _namespace(settings, "argocd", "runlore.io/made-by=lint"):
        named = ("-f", str(APPLICATIONS), "-f", str(KSOPS / "application.yaml"))
        said = run_kubectl(settings, "apply", "--dry-run=server", "-R", *named)
    return f"{len(said.splitlines())} objects taken"


def _try_repo_server(settings: StackSettings) -> str:
    """Let the API server check what KSOPS adds to Argo CD's repo server."""
    with (
        _namespace(settings, "argocd", "runlore.io/made-by=lint"),
        tempfile.NamedTemporaryFile("w", suffix=".yaml") as file,
    ):
        file.write(render_repo_server())
        file.flush()
        said = run_kubectl(settings, "apply", "--dry-run=server", "-n", "argocd", "-f", file.name)
    return f"{len(said.splitlines())} objects taken"


@contextmanager
def _namespace(settings: StackSettings, name: str, label: str) -> Iterator[None]:
    """Have a namespace for a while; one that a broken run left there is taken over."""
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(manifest, file)
        file.flush()
        run_kubectl(settings, "apply", "-f", file.name)
    try:
        run_kubectl(settings, "label", "--overwrite", "namespace", name, label)
        yield
    finally:
        run_kubectl(settings, "delete", "namespace", name, "--timeout=60s")
