"""The configurations are what their readers take, and name what is there."""

import json
import tomllib
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from local.node.keys import make_keys
from local.node.place import API_SERVICE, NAME, Node, find_node
from local.node.programs import write_configurations
from local.settings import StackSettings


@pytest.fixture
def node(settings: StackSettings) -> Node:
    node = find_node(settings)
    node.folder.mkdir()
    return node


def test_every_file_can_be_read(node: Node) -> None:
    write_configurations(node)
    containerd = tomllib.loads((node.folder / "containerd.toml").read_text())
    network = json.loads((node.folder / "cni/10-network.conflist").read_text())
    kubelet, proxy = (
        yaml.safe_load((node.folder / f"{name}.yaml").read_text()) for name in ("kubelet", "kube-proxy")
    )
    assert kubelet["containerRuntimeEndpoint"] == f"unix://{containerd['grpc']['address']}"
    assert network["plugins"][0]["ipam"]["ranges"] == [[{"subnet": proxy["clusterCIDR"]}]]
    coredns = list(yaml.safe_load_all((node.folder / "coredns.yaml").read_text()))
    assert [coredns[-1]["spec"]["clusterIP"]] == kubelet["clusterDNS"]


def test_each_certificate_is_of_the_authority_and_for_who_shows_it(node: Node) -> None:
    make_keys(node)
    tls = node.folder / "tls"
    authority = load(tls / "ca.crt")
    shown = {file.stem: load(file) for file in tls.glob("*.crt") if file.stem != "ca"}
    for certificate in shown.values():
        certificate.verify_directly_issued_by(authority)
    assert shown["kubelet-client"].subject.rfc4514_string() == f"CN=system:node:{NAME},O=system:nodes"
    names = shown["kube-apiserver"].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    assert {node.address, API_SERVICE} <= addresses
    assert "kubernetes.default.svc" in names.get_values_for_type(x509.DNSName)
    assert {file.stat().st_mode & 0o077 for file in tls.glob("*.key")} == {0}


def load(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())
