"""The chart on the node: its images, what it wants to be there, Helm."""

import os
from collections.abc import Mapping
from pathlib import Path

from local.charts.helm import CHART, run
from local.charts.tools import TOOLS
from local.containers.build import name_image
from local.containers.engine import Engine, run_docker
from local.containers.stand_ins import build_stand_ins, name_stand_in
from local.errors import StackError
from local.go_build import ensure_built
from local.node.access import apply_objects, get_objects, run_kubectl
from local.node.image import import_from_engine
from local.node.place import Node
from local.settings import ROOT, StackSettings

RELEASE = "runlore"
REDIS = "redis"
# The Secret and the ConfigMap that the values name.
_SECRET, _TOKENIZER = "runlore", "runlore-tokenizer"
_VALUES = (CHART / "values-dev.yaml", ROOT / "local/node/values.yaml")
_MOST_BYTES = 1 << 20
_WAIT = ("--wait", "--timeout", "300s")


def bring_images(node: Node, engine: Engine, settings: StackSettings) -> None:
    """Give the node the service's image and that of Redis.

    Args:
        node: gets them.
        engine: has the service's, and makes the other.
        settings: name the base of what is made.

    Raises:
        StackError: if the service's isn't there.
    """
    service = name_image("service")
    if not run_docker(engine, "images", "-q", service):
        raise StackError(f"There is no image {service}: `make images` builds it.")
    if not run_docker(engine, "images", "-q", name_stand_in(REDIS)):
        build_stand_ins(engine, settings, [REDIS])
    import_from_engine(node, engine, service, f"{name_stand_in(REDIS)}:latest")


def prepare_namespace(node: Node, namespace: str, files: Mapping[str, Path]) -> None:
    """Make a namespace that takes only restricted pods, with what the chart wants to be there.

    Args:
        node: where.
        namespace: its name.
        files: `api-key`, `mask-key` and `tokenizer.json`.
    """
    label = {"pod-security.kubernetes.io/enforce": "restricted"}
    about = {"name": namespace, "labels": label}
    apply_objects(node, {"apiVersion": "v1", "kind": "Namespace", "metadata": about})
    here = ("-n", namespace)
    run_kubectl(node, *here, "delete", "--ignore-not-found", f"secret/{_SECRET}", f"configmap/{_TOKENIZER}")
    keys = [f"--from-file={name}={files[name]}" for name in ("api-key", "mask-key")]
    run_kubectl(node, *here, "create", "secret", "generic", _SECRET, *keys)
    tokenizer = f"--from-file=tokenizer.json={files['tokenizer.json']}"
    run_kubectl(node, *here, "create", "configmap", _TOKENIZER, tokenizer)


def find_files(settings: StackSettings) -> dict[str, Path]:
    """Name the stack's own files that the release gets.

    Raises:
        StackError: if the tokenizer is too large for a ConfigMap.
    """
    tokenizer = Path(os.environ["RUNLORE_TOKENIZER_FILE"])
    if tokenizer.stat().st_size > _MOST_BYTES:
        raise StackError(
            f"{tokenizer} is too large for a ConfigMap: take RUNLORE_EMBEDDING_MODEL back to "
            "all-minilm-l6-v2, make a version with it, and run this again."
        )
    keys = {name: settings.home / "secrets" / name for name in ("api-key", "mask-key")}
    return {**keys, "tokenizer.json": tokenizer}


def release(node: Node, namespace: str, *arguments: str) -> None:
    """Install the chart, or change what is installed, and wait until it is ready.

    Args:
        node: where.
        namespace: in which.
        arguments: of Helm, after the values for this node.

    Raises:
        StackError: with what Helm says, if it didn't become ready.
    """
    values = [part for file in _VALUES for part in ("-f", str(file))]
    run_helm(node, namespace, "upgrade", "--install", RELEASE, str(CHART), *values, *_WAIT, *arguments)


def ask_release(node: Node, namespace: str) -> str:
    """Run the chart's own test, which asks a question, and give what it said."""
    return run_helm(node, namespace, "test", RELEASE, "--logs")


def run_helm(node: Node, namespace: str, *arguments: str) -> str:
    """Run Helm to its end and give what it prints.

    Raises:
        StackError: with what it says, if it failed.
    """
    helm = ensure_built(node.envs, TOOLS) / "helm"
    return run([helm, "--kubeconfig", node.kubeconfig, "-n", namespace, *arguments])


def find_url(node: Node, namespace: str) -> str:
    """Give the address at which this machine reaches the release."""
    service = get_objects(node, "-n", namespace, "service", RELEASE)
    return f"http://{node.address}:{service['spec']['ports'][0]['nodePort']}"
