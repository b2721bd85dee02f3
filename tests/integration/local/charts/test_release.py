"""The life of a release on a real API server. `make chart-release` runs this.

The nodes are played: pods are said to be ready, and nothing runs in them. So it shows what Helm and the
cluster make of the chart, and not that the service answers.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import probes
from local.charts.helm import CHART, run, try_to_run
from local.charts.tools import TOOLS
from local.kube import folder_of, run_kubectl
from local.settings import StackSettings, load_settings
from tests.support.waiting import wait_for

LABEL = "app.kubernetes.io/instance=runlore"
KINDS = (
    "deployments,replicasets,pods,services,configmaps,serviceaccounts,networkpolicies,poddisruptionbudgets,"
    "clusterroles,clusterrolebindings"
)
VALUES = ("-f", str(CHART / "values-dev.yaml"), "--set", "service.replicas=2,collector.rbac=true")
WAIT = ("--wait", "--timeout", "180s")


@pytest.fixture(scope="module")
def stack() -> StackSettings:
    stack = load_settings()
    if not stack.kubernetes_on or not probes.kubernetes_answers(stack, 0):
        pytest.skip("this stack has no Kubernetes cluster: `make chart-release` starts one")
    if not (stack.envs / TOOLS.name / "bin/helm").exists():
        pytest.skip("there is no helm: `make chart-release` builds it")
    return stack


@pytest.fixture
def namespace(stack: StackSettings) -> Iterator[str]:
    """A namespace that takes only restricted pods, with what the chart wants to be there."""
    name = f"chart-{time.time_ns()}"
    run_kubectl(stack, "create", "namespace", name)
    run_kubectl(stack, "label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    keys = ("--from-literal=api-key=a", "--from-literal=mask-key=b")
    run_kubectl(stack, "-n", name, "create", "secret", "generic", "runlore", *keys)
    run_kubectl(
        stack, "-n", name, "create", "configmap", "runlore-tokenizer", "--from-literal=tokenizer.json={}"
    )
    yield name
    run_kubectl(stack, "delete", "namespace", name, "--wait=false")


def helm(stack: StackSettings, namespace: str, *arguments: str) -> str:
    return run(make_command(stack, namespace, *arguments))


def make_command(stack: StackSettings, namespace: str, *arguments: str) -> list[str | Path]:
    kubeconfig = folder_of(stack) / "admin.kubeconfig"
    return [stack.envs / TOOLS.name / "bin/helm", "--kubeconfig", kubeconfig, "-n", namespace, *arguments]


def get(stack: StackSettings, namespace: str, *what: str) -> Any:
    return json.loads(run_kubectl(stack, "-n", namespace, "get", *what, "-o", "json"))


def name_pods(stack: StackSettings, namespace: str) -> set[str]:
    """The service's pods that are there to stay."""
    selector = f"{LABEL},app.kubernetes.io/component=service"
    pods = get(stack, namespace, "pods", "-l", selector)["items"]
    return {pod["metadata"]["name"] for pod in pods if "deletionTimestamp" not in pod["metadata"]}


def test_a_release_is_installed_changed_taken_back_and_leaves_nothing(
    stack: StackSettings, namespace: str
) -> None:
    said = helm(stack, namespace, "install", "runlore", str(CHART), *VALUES, *WAIT)
    assert "helm test runlore" in said
    first = name_pods(stack, namespace)
    assert len(first) == 2

    helm(stack, namespace, "upgrade", "runlore", str(CHART), *VALUES, *WAIT)
    assert name_pods(stack, namespace) == first, "the same values made other pods"

    setting = ("--set-string", "service.settings.RUNLORE_LOG_LEVEL=INFO")
    helm(stack, namespace, "upgrade", "runlore", str(CHART), *VALUES, *setting, *WAIT)
    wait_for(lambda: len(name_pods(stack, namespace)) == 2)
    assert not name_pods(stack, namespace) & first, "another setting kept a pod that doesn't know it"

    helm(stack, namespace, "rollback", "runlore", "1", *WAIT)
    assert "RUNLORE_LOG_LEVEL" not in get(stack, namespace, "configmap/runlore")["data"]

    helm(stack, namespace, "uninstall", "runlore", "--wait")
    wait_for(lambda: not get(stack, namespace, KINDS, "-l", LABEL)["items"])
    assert not get(stack, namespace, "secrets", "-l", "owner=helm")["items"]


def test_a_version_that_cannot_be_is_refused_before_anything_changes(
    stack: StackSettings, namespace: str
) -> None:
    wrong = ("--set", "service.autoscaling.enabled=true,service.autoscaling.minReplicas=9")
    done = try_to_run(make_command(stack, namespace, "install", "runlore", str(CHART), *VALUES, *wrong))
    assert "minReplicas is 9, more than maxReplicas, 6" in done.stderr
    assert not get(stack, namespace, "deployments")["items"]
