"""Programs that look at the chart, and the kinds of others' objects that it makes."""

import json
import shutil
import subprocess
from pathlib import Path

from local.errors import StackError
from local.go_build import Programs, ensure_go, make_environment
from local.settings import ROOT

MODULE = ROOT / "local/charts"
# Helm takes a chart for the Kubernetes that it was told of when it was linked, if it asks no cluster.
_KUBERNETES = (
    f"-X helm.sh/helm/v3/pkg/{package}.k8sVersion{part}"
    for package in ("chartutil", "lint/rules")
    for part in ("Major=1", "Minor=33")
)
TOOLS = Programs(
    "chart-tools",
    "helm, helm-unittest and kubeconform",
    MODULE,
    {
        "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
        "helm": "helm.sh/helm/v3/cmd/helm",
        "helm-unittest": "github.com/helm-unittest/helm-unittest/cmd/helm-unittest",
    },
    " ".join(("-s -w", *_KUBERNETES)),
)
# Files with CustomResourceDefinitions, in the modules of the projects that they belong to.
DEFINITIONS = {
    "github.com/kserve/kserve@v0.15.2": (
        "config/crd/full/serving.kserve.io_inferenceservices.yaml",
        "config/crd/full/serving.kserve.io_servingruntimes.yaml",
    ),
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ),
    "github.com/external-secrets/external-secrets@v1.3.2": (
        "config/crds/bases/external-secrets.io_externalsecrets.yaml",
    ),
    "github.com/argoproj/argo-cd/v3@v3.1.9": (
        "manifests/crds/application-crd.yaml",
        "manifests/crds/appproject-crd.yaml",
    ),
}


def fetch_definitions(envs: Path) -> list[Path]:
    """Give the files of CustomResourceDefinitions, fetched as Go modules where they are missing.

    Raises:
        StackError: if a module can't be had, or lacks a file.
    """
    folder = envs / TOOLS.name / "definitions"
    folder.mkdir(parents=True, exist_ok=True)
    missing = {
        module: names
        for module, names in DEFINITIONS.items()
        if not all((folder / Path(name).name).exists() for name in names)
    }
    for module, names in missing.items():
        source = _download(module, envs / TOOLS.name)
        for name in names:
            (folder / Path(name).name).write_bytes((source / name).read_bytes())
        shutil.rmtree(envs / TOOLS.name / "go")  # all the rest of the module
    return [folder / Path(name).name for names in DEFINITIONS.values() for name in names]


def _download(module: str, folder: Path) -> Path:
    """Fetch a module by Go, which checks its hash against the public log, and give its folder."""
    command = [ensure_go(module), "mod", "download", "-json", module]
    done = subprocess.run(command, cwd=folder, env=make_environment(folder), capture_output=True, text=True)
    answer = json.loads(done.stdout or "{}")
    if done.returncode or "Dir" not in answer:
        raise StackError(f"`{' '.join(command)}` failed: {answer.get('Error') or done.stderr.strip()}")
    return Path(answer["Dir"])
