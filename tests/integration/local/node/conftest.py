"""The node that `make test-node` starts beside its stack."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.kube import ACCOUNTS
from local.kube_build import MODULE
from local.node.access import run_kubectl
from local.node.life import is_ready
from local.node.place import Node, find_node
from local.node.release import RELEASE, find_files, prepare_namespace, release, run_helm
from local.settings import StackSettings, load_settings
from processors.settings import load_settings as load_platform_settings
from processors.stores.search import open_search
from processors.versions.catalog import find_live
from tests.support.cag_stages import build_documents
from tests.support.on_node import Installed, list_objects
from tests.support.waiting import wait_for


@pytest.fixture(scope="session")
def stack() -> StackSettings:
    return load_settings()


@pytest.fixture(scope="session")
def node(stack: StackSettings) -> Node:
    node = find_node(stack)
    if not is_ready(node):
        pytest.skip("this stack has no node: `make test-node` starts one")
    return node


@pytest.fixture(scope="session")
def kubeconfigs(node: Node) -> Path:
    """Where the node's kubeconfigs lie, that of the account which acts for people among them."""
    for name in ("actions.yaml", "actions-rights.yaml"):
        run_kubectl(node, "apply", "-f", str(MODULE / name))
    token = run_kubectl(node, "-n", "runlore", "create", "token", ACCOUNTS["actions"])
    told = json.loads(node.kubeconfig.read_text())
    (user,) = told["users"]
    user["user"] = {"token": token.strip()}
    (node.folder / "actions.kubeconfig").write_text(json.dumps(told))
    return node.folder


@pytest.fixture(scope="session")
def installed(node: Node, stack: StackSettings) -> Iterator[Installed]:
    """The chart, installed over a version of the documents, and what its namespace held before."""
    platform = load_platform_settings()
    if not find_live(open_search(platform.opensearch), "cag"):
        build_documents(platform, force=True)
    namespace = "chart"
    prepare_namespace(node, namespace, find_files(stack))
    wait_for(lambda: "serviceaccount/default" in list_objects(node, namespace), 30)
    before = list_objects(node, namespace)
    release(node, namespace)
    yield Installed(node, namespace, before, (stack.home / "secrets/api-key").read_text().strip())
    run_helm(node, namespace, "uninstall", RELEASE, "--ignore-not-found", "--wait")
    run_kubectl(node, "delete", "namespace", namespace)
