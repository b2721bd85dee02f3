"""A real API server with a deployment in a namespace of its own, and what people ask of it."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config

from local import probes
from local.actions import POLICY
from local.kube import folder_of
from local.settings import load_settings as load_stack_settings
from processors.knowledge.actions.catalogue import check_parameters, find_action
from processors.knowledge.actions.policy import load_policy
from processors.knowledge.actions.request import Person, Value, make_request
from processors.pipelines.actions.operation import Deed
from processors.settings import Settings, change_settings
from tests.support.action_runs import ONCALL, Ask
from tests.support.waiting import wait_for


@pytest.fixture(scope="session")
def kubeconfigs() -> Path:
    """Where the kubeconfigs of the stack's cluster lie."""
    stack = load_stack_settings()
    if not stack.kubernetes_on or not probes.kubernetes_answers(stack, 0):
        pytest.skip("this stack has no Kubernetes cluster: `make test-actions` starts one")
    return folder_of(stack)


@pytest.fixture(scope="session")
def acting(settings: Settings, kubeconfigs: Path) -> Settings:
    """Settings with the stack's cluster."""
    kubeconfig = str(kubeconfigs / "actions.kubeconfig")
    return change_settings(settings, actions={"kubeconfig": kubeconfig, "policy_file": POLICY})


@pytest.fixture(scope="session")
def admin(kubeconfigs: Path) -> client.ApiClient:
    kubeconfig = str(kubeconfigs / "admin.kubeconfig")
    api: client.ApiClient = config.new_client_from_config(config_file=kubeconfig)
    return api


@pytest.fixture
def namespace(admin: client.ApiClient) -> Iterator[str]:
    name = f"test-{time.time_ns()}"
    core = client.CoreV1Api(admin)
    core.create_namespace({"metadata": {"name": name}})
    wait_for(lambda: core.list_namespaced_service_account(name).items)
    yield name
    core.delete_namespace(name)


@pytest.fixture
def api(admin: client.ApiClient, namespace: str) -> str:
    """The name of a deployment of two pods that run."""
    labels = {"app": "api"}
    pod = {"containers": [{"name": "app", "image": "shop/api:1"}]}
    spec = {
        "replicas": 2,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    apps = client.AppsV1Api(admin)
    apps.create_namespaced_deployment(namespace, {"metadata": {"name": "api"}, "spec": spec})
    wait_for(lambda: apps.read_namespaced_deployment_status("api", namespace).status.available_replicas == 2)
    return "api"


@pytest.fixture
def ask(acting: Settings) -> Ask:
    """Make what somebody asks for."""

    def make(name: str, /, person: Person = ONCALL, **parameters: Value) -> Deed:
        action = find_action(name)
        checked: Mapping[str, Any] = check_parameters(action, parameters)
        now = datetime.now(UTC)
        request = make_request(name, checked, person, source="api", language="en", now=now)
        return Deed(request, action, acting, load_policy(POLICY))

    return make
