"""A real node runs pods, and goes without a trace. `make test-node` runs this."""

import subprocess
from pathlib import Path

import pytest

from local.containers.build import name_image
from local.node.access import apply_objects, get_objects, run_kubectl
from local.node.life import bring_up, is_ready, take_down
from local.node.place import RUN, Node, find_node
from local.node.traces import CGROUPS, SYSCTLS
from local.settings import StackSettings
from tests.support.waiting import wait_for

ASK = """\
import os, urllib.request
print(open("/proc/1/status").read().split("Uid:")[1].split()[0])
print(urllib.request.urlopen("http://opensearch.stores.svc:9200").status)
"""
SHELTERED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def test_a_pod_runs_finds_a_store_by_its_name_and_its_output_is_read(node: Node) -> None:
    container = {
        "name": "one",
        "image": name_image("service"),
        "imagePullPolicy": "Never",
        "command": ["python", "-c", ASK],
        "securityContext": SHELTERED,
    }
    spec = {
        "restartPolicy": "Never",
        "containers": [container],
        "securityContext": {"runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
    }
    about = {"name": "asks", "namespace": "default"}
    run_kubectl(node, "delete", "pod", "asks", "--ignore-not-found")
    apply_objects(node, {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": spec})
    ended = ("Succeeded", "Failed")
    wait_for(lambda: get_objects(node, "pod", "asks")["status"]["phase"] in ended)
    assert run_kubectl(node, "logs", "asks").split() == ["10001", "200"]
    run_kubectl(node, "delete", "pod", "asks")


@pytest.mark.usefixtures("node")
def test_a_second_node_comes_beside_the_first_and_leaves_nothing(
    node: Node, stack: StackSettings, tmp_path: Path
) -> None:
    second = find_node(stack.model_copy(update={"port_base": stack.port_base + 400, "home": tmp_path}))
    before = look_around(second)
    bring_up(second)
    try:
        assert is_ready(second)
        assert look_around(second) != before
    finally:
        ended = take_down(second)
    assert ended > len(("etcd", "kube-apiserver", "kubelet", "kube-proxy", "containerd"))
    wait_for(lambda: look_around(second) == before, 20)
    assert [path.name for path in second.folder.iterdir()] == ["logs"]
    assert is_ready(node), "the first node went with the second"


def look_around(node: Node) -> dict[str, list[str]]:
    """What this machine has of a node, and what it has set for all."""
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    return {
        "links": [line for line in links.splitlines() if node.outside in line],
        "mounts": [line for line in mounts if str(node.run) in line or str(node.folder) in line],
        "cgroups": [str(path) for path in CGROUPS.glob(f"*/{node.cgroup}")],
        "run": [str(path) for path in RUN.glob(node.run.name)],
        "sysctls": [Path("/proc/sys", name).read_text() for name in SYSCTLS],
    }
