"""The local Kubernetes cluster: its keys and kubeconfigs, and what is put into it when it comes up."""

import json
import os
import secrets
import shutil
import subprocess
import time
from base64 import b64decode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from local.errors import StackError
from local.kube_build import MODULE, ensure_programs
from local.settings import StackSettings

CLUSTER = "local"
# Runlore's own accounts: file name of the kubeconfig, and name in the namespace runlore.
ACCOUNTS = {"collector": "runlore-collector", "actions": "runlore-actions"}
# Who may enter by a token of tokens.csv: file name of the kubeconfig, user and groups in the cluster.
USERS = {
    "admin": ("admin", "system:masters"),
    "controller-manager": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "nodes": ("runlore:nodes", "system:masters"),
}
_PATIENCE_S = 60.0


def folder_of(settings: StackSettings) -> Path:
    """Give the folder of the cluster's keys, kubeconfigs and data."""
    return settings.home / "kubernetes"


def switch(settings: StackSettings, on: bool) -> None:
    """Remember whether this stack has a cluster.

    Raises:
        StackError: if a setting says the opposite.
    """
    if settings.kubernetes == ("off" if on else "on"):
        raise StackError(
            f"RUNLORE_KUBERNETES={settings.kubernetes} decides this. Take it out of the environment and "
            ".env, then run this again."
        )
    settings.kubernetes_mark.parent.mkdir(parents=True, exist_ok=True)
    if on:
        settings.kubernetes_mark.touch()
    else:
        settings.kubernetes_mark.unlink(missing_ok=True)


def prepare_cluster(settings: StackSettings) -> None:
    """Build the programs, and make keys, tokens and kubeconfigs where they are missing."""
    ensure_programs(settings.envs)
    folder = folder_of(settings)
    for part in (folder, folder / "etcd", folder / "tls"):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_service_account_key(folder)
    tokens = _make_tokens(folder)
    for name, token in tokens.items():
        _write_kubeconfig(settings, name, token)
    _give_to_data_user(settings)


def open_access(settings: StackSettings, _environment: dict[str, str]) -> None:
    """Put nodes and Runlore's accounts into the cluster; write their kubeconfigs.

    Raises:
        StackError: if the cluster refuses them, or gives no token for an account.
    """
    for name in ("nodes.yaml", "collector.yaml", "actions.yaml", "actions-rights.yaml"):
        run_kubectl(settings, "apply", "-f", str(MODULE / name))
    for name, account in ACCOUNTS.items():
        _write_kubeconfig(settings, name, _wait_for_token(settings, account))
    _give_to_data_user(settings)


def _wait_for_token(settings: StackSettings, account: str) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    wanted = ("-n", "runlore", "get", "secret", account, "-o", "jsonpath={.data.token}")
    while not (token := run_kubectl(settings, *wanted)):
        if time.monotonic() > deadline:
            raise StackError(
                f"The cluster gave {account} no token in {_PATIENCE_S:.0f} s; see "
                f"{settings.home}/logs/kube-controller-manager.log"
            )
        time.sleep(0.25)
    return b64decode(token).decode()


def run_kubectl(settings: StackSettings, *arguments: str) -> str:
    """Run kubectl as the cluster's administrator and give what it prints.

    Raises:
        StackError: with what it says, if it failed.
    """
    return call_kubectl(settings.envs, folder_of(settings) / "admin.kubeconfig", *arguments)


def call_kubectl(envs: Path, kubeconfig: Path, *arguments: str) -> str:
    """Run kubectl as somebody and give what it prints.

    Args:
        envs: the folder of the programs.
        kubeconfig: says whom it asks, and as whom.
        arguments: of kubectl.

    Raises:
        StackError: with what it says, if it failed.
    """
    command = [str(envs / "kube/bin/kubectl"), "--kubeconfig", str(kubeconfig), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise StackError(f"`kubectl {' '.join(arguments)}` failed:\n{done.stderr}")
    return done.stdout


def describe_cluster(settings: StackSettings) -> str:
    """Say how a person uses the cluster."""
    return (
        f"The cluster: https://127.0.0.1:{settings.ports['kube-apiserver']}. As its administrator:\n"
        f"  export KUBECONFIG={folder_of(settings)}/admin.kubeconfig\n"
        f"  {settings.envs}/kube/bin/kubectl get nodes\n"
        "`make kube-down` ends it and keeps its data."
    )


def _make_service_account_key(folder: Path) -> None:
    """Make the key pair that service accounts' tokens are signed with, once."""
    private = folder / "service-account.key"
    if private.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "service-account.pub").write_bytes(public)
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _make_tokens(folder: Path) -> dict[str, str]:
    """Give each user's token, from the file that the API server reads; write that file once."""
    file = folder / "tokens.csv"
    if not file.exists():
        file.touch(mode=0o600)
        lines = (
            f'{secrets.token_urlsafe(32)},{user},{name},"{group}"\n' for name, (user, group) in USERS.items()
        )
        file.write_text("".join(lines))
    rows = (line.split(",") for line in file.read_text().splitlines())
    return {name: token for token, _, name, _ in rows}


def _write_kubeconfig(settings: StackSettings, name: str, token: str) -> None:
    """Write `<name>.kubeconfig`; JSON is YAML."""
    server = f"https://127.0.0.1:{settings.ports['kube-apiserver']}"
    authority = str(folder_of(settings) / "tls/apiserver.crt")
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CLUSTER, "cluster": {"server": server, "certificate-authority": authority}}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": CLUSTER, "context": {"cluster": CLUSTER, "user": name}}],
        "current-context": CLUSTER,
    }
    file = folder_of(settings) / f"{name}.kubeconfig"
    file.touch(mode=0o600)
    file.write_text(json.dumps(content, indent=1) + "\n")


def _give_to_data_user(settings: StackSettings) -> None:
    if os.geteuid() != 0:
        return
    folder = folder_of(settings)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, settings.data_user, settings.data_user)
