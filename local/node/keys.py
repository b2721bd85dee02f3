"""The node's certificates and kubeconfigs: authorities of its own, thrown away with the node."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from local.node.place import API_PORT, API_SERVICE, NAME, Node

_VALID_DAYS = 30
# What answers behind the API server, and as whom the API server speaks to it.
METRICS, PROXY = "metrics-server", "api-proxy"
# Who enters the API server by a certificate: name of the files, user and group.
_USERS = {
    "admin": ("admin", "system:masters"),
    "kubelet-client": (f"system:node:{NAME}", "system:nodes"),
    "kube-proxy": ("system:kube-proxy", ""),
    "kube-scheduler": ("system:kube-scheduler", ""),
    "kube-controller-manager": ("system:kube-controller-manager", ""),
}


class Authority(NamedTuple):
    """Who signs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make_keys(node: Node) -> None:
    """Make all keys and certificates under `tls`, and a kubeconfig for each user."""
    folder = node.folder / "tls"
    folder.mkdir(mode=0o700, parents=True)
    authority = _make_authority(folder / "ca", "runlore-node")
    service = ("kubernetes", "default", "svc", "cluster", "local")
    names = [".".join(service[: count + 1]) for count in range(len(service))]
    _sign(authority, folder / "kube-apiserver", names=[node.address, "127.0.0.1", API_SERVICE, *names])
    _sign(authority, folder / "kubelet", names=[node.address, NAME])
    _sign(authority, folder / METRICS, names=[f"{METRICS}.kube-system.svc"])
    # Whose certificate is of this authority may speak for others: it is nobody else's.
    _sign(_make_authority(folder / "proxy-ca", "runlore-node-proxy"), folder / PROXY)
    for name, (user, group) in _USERS.items():
        _sign(authority, folder / name, user, group)
        _write_kubeconfig(node, name)
    tokens = ec.generate_private_key(ec.SECP256R1())
    _write_key(folder / "service-account.key", tokens)
    public = tokens.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "service-account.pub").write_bytes(public)


def _make_authority(file: Path, called: str) -> Authority:
    """Make who signs, and keep the certificate.

    Args:
        file: the certificate, without its ending.
        called: name of the authority.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(called, "")
    builder = _begin(name, name, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    certificate = builder.sign(key, hashes.SHA256())
    file.with_name(f"{file.name}.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    return Authority(certificate, key)


def _sign(
    authority: Authority, file: Path, user: str = "", group: str = "", names: Sequence[str] = ()
) -> None:
    """Make a key and its certificate.

    Args:
        authority: signs.
        file: both, without their endings.
        user: its name for the API server; that of the file if there is none.
        group: of the user.
        names: addresses and host names of a server.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    subject = _name(user or file.name, group)
    builder = _begin(subject, authority.certificate.subject, key).add_extension(uses, critical=False)
    if names:
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    certificate = builder.sign(authority.key, hashes.SHA256())
    file.with_name(f"{file.name}.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    _write_key(file.with_name(f"{file.name}.key"), key)


def _begin(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
    )


def _name(user: str, group: str) -> x509.Name:
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)] if group else []
    return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, user)])


def _alternative(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _write_kubeconfig(node: Node, name: str) -> None:
    """Write `<name>.kubeconfig`; JSON is YAML."""
    tls = node.folder / "tls"
    server = f"https://{node.address}:{API_PORT}"
    user = {"client-certificate": str(tls / f"{name}.crt"), "client-key": str(tls / f"{name}.key")}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": NAME, "cluster": {"server": server, "certificate-authority": str(tls / "ca.crt")}}
        ],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": name}}],
        "current-context": NAME,
    }
    (node.folder / f"{name}.kubeconfig").write_text(json.dumps(content, indent=1) + "\n")
