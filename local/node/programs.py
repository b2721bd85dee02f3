"""The node's processes: what they are started with, and that they have begun."""

import os
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from local.errors import StackError
from local.node.image import COREDNS, METRICS_SERVER, PAUSE
from local.node.keys import PROXY
from local.node.network import enter
from local.node.place import API_PORT, DNS_SERVICE, NAME, PODS, SERVICES, Node
from local.orphans import MARK
from local.settings import ROOT
from local.templates import render_text

TEMPLATES = ROOT / "local/node"
CNI = Path("/usr/lib/cni")
_PATIENCE_S = 180.0
_ETCD, _ETCD_PEER = "http://127.0.0.1:2379", "http://127.0.0.1:2380"


def write_configurations(node: Node) -> None:
    """Fill the templates beside this file with the node's values."""
    values = {
        **{name: str(value) for name, value in node._asdict().items()},
        "authority": b64encode((node.folder / "tls/ca.crt").read_bytes()).decode(),
        "containerd": str(node.containerd),
        "cni": str(CNI),
        "coredns": COREDNS,
        "dns": DNS_SERVICE,
        "metrics_server": METRICS_SERVER,
        "name": NAME,
        "pause": PAUSE,
        "pods": PODS,
    }
    (node.folder / "cni").mkdir()
    for template in TEMPLATES.glob("*.template"):
        file = template.stem
        target = node.folder / ("cni/10-network.conflist" if file == "network.json" else file)
        target.write_text(render_text(template, values))


def start_program(node: Node, name: str, *command: str) -> None:
    """Start a process of the node that outlives this one; its log is `logs/<name>.log`.

    Args:
        node: what it belongs to.
        name: of its log.
        command: what is run.
    """
    environment = {**os.environ, MARK: node.mark, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    with (node.folder / f"logs/{name}.log").open("w") as log:
        subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)


def start_inside(node: Node, *command: str) -> None:
    """Start a process of the node in its network."""
    start_program(node, Path(command[0]).name, *enter(node), *command)


def wait_until(node: Node, holds: Callable[[], bool], what: str, program: str) -> None:
    """Wait for a sign of life.

    Args:
        node: what is waited for.
        holds: whether it is there.
        what: it is, for a person.
        program: whose log tells why not.

    Raises:
        StackError: with the end of that log.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            log = node.folder / f"logs/{program}.log"
            tail = "\n".join(log.read_text().splitlines()[-10:])
            raise StackError(f"{what} didn't come in {_PATIENCE_S:.0f} s.\n{tail}\nAll of it: {log}")
        time.sleep(0.3)


def start_runtime(node: Node) -> None:
    """Start containerd."""
    configuration = str(node.folder / "containerd.toml")
    start_inside(node, "containerd", "--config", configuration, "--log-level", "warn")


def start_etcd(node: Node, programs: Path) -> None:
    """Start etcd; its data is thrown away with the node, so no write waits for the disk."""
    start_inside(
        node, f"{programs}/etcd", f"--name={NAME}", f"--data-dir={node.folder}/etcd",
        f"--listen-client-urls={_ETCD}", f"--advertise-client-urls={_ETCD}",
        f"--listen-peer-urls={_ETCD_PEER}", f"--initial-advertise-peer-urls={_ETCD_PEER}",
        f"--initial-cluster={NAME}={_ETCD_PEER}", "--unsafe-no-fsync", "--log-level=warn",
    )  # fmt: skip


def start_api_server(node: Node, programs: Path) -> None:
    """Start the API server, with the admission that a node's own kubelet has to pass."""
    tls = node.folder / "tls"
    start_inside(
        node, f"{programs}/kube-apiserver", f"--etcd-servers={_ETCD}", f"--bind-address={node.address}",
        f"--secure-port={API_PORT}", f"--advertise-address={node.address}",
        f"--tls-cert-file={tls}/kube-apiserver.crt", f"--tls-private-key-file={tls}/kube-apiserver.key",
        f"--client-ca-file={tls}/ca.crt", "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction", f"--service-cluster-ip-range={SERVICES}",
        f"--kubelet-client-certificate={tls}/admin.crt", f"--kubelet-client-key={tls}/admin.key",
        f"--kubelet-certificate-authority={tls}/ca.crt", "--kubelet-preferred-address-types=InternalIP",
        f"--proxy-client-cert-file={tls}/{PROXY}.crt", f"--proxy-client-key-file={tls}/{PROXY}.key",
        f"--requestheader-client-ca-file={tls}/proxy-ca.crt", f"--requestheader-allowed-names={PROXY}",
        "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={tls}/service-account.pub",
        f"--service-account-signing-key-file={tls}/service-account.key", "--profiling=false",
    )  # fmt: skip


def start_controllers(node: Node, programs: Path) -> None:
    """Start the controllers and the scheduler."""
    tls = node.folder / "tls"
    start_inside(
        node, f"{programs}/kube-controller-manager", "--leader-elect=false", "--profiling=false",
        f"--kubeconfig={node.folder}/kube-controller-manager.kubeconfig",
        "--use-service-account-credentials", f"--root-ca-file={tls}/ca.crt",
        f"--service-account-private-key-file={tls}/service-account.key",
        f"--flex-volume-plugin-dir={node.folder}/plugins",
    )  # fmt: skip
    start_inside(
        node, f"{programs}/kube-scheduler", "--leader-elect=false", "--profiling=false",
        f"--kubeconfig={node.folder}/kube-scheduler.kubeconfig",
    )  # fmt: skip


def start_kubelet(node: Node, programs: Path) -> None:
    """Start kubelet and kube-proxy: what makes this a node."""
    start_inside(
        node, f"{programs}/kubelet", f"--config={node.folder}/kubelet.yaml",
        f"--kubeconfig={node.folder}/kubelet-client.kubeconfig", f"--root-dir={node.folder}/kubelet",
        f"--cert-dir={node.folder}/kubelet/pki", f"--hostname-override={NAME}", f"--node-ip={node.address}",
    )  # fmt: skip
    start_inside(node, f"{programs}/kube-proxy", f"--config={node.folder}/kube-proxy.yaml")
