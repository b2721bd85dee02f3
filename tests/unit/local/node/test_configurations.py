"""The configurations are what their readers take, and name what is there."""

import json
import tomllib
from base64 import b64decode
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from local.node.keys import PROXY, make_keys
from local.node.place import API_SERVICE, NAME, Node, find_node
from local.node.programs import write_configurations
from local.settings import StackSettings


@pytest.fixture
def node(settings: StackSettings) -> Node:
    node = find_node(settings)
    node.folder.mkdir()
    make_keys(node)
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


def test_the_metrics_of_the_node_are_served_and_asked_with_each_certificate_checked(node: Node) -> None:
    write_configurations(node)
    objects = list(yaml.safe_load_all((node.folder / "metrics-server.yaml").read_text()))
    served = next(one["spec"] for one in objects if one["kind"] == "APIService")
    (container,) = next(
        one["spec"]["template"]["spec"]["containers"] for one in objects if one["kind"] == "Deployment"
    )
    authority = x509.load_pem_x509_certificate(b64decode(served["caBundle"]))
    certificate = load(node.folder / "tls/metrics-server.crt")
    certificate.verify_directly_issued_by(authority)
    name = f"{served['service']['name']}.{served['service']['namespace']}.svc"
    assert read_names(certificate).get_values_for_type(x509.DNSName) == [name]
    assert "insecureSkipTLSVerify" not in served
    assert not [argument for argument in container["args"] if "insecure" in argument]


def test_each_certificate_is_of_the_authority_and_for_who_shows_it(node: Node) -> None:
    tls = node.folder / "tls"
    shown = {file.stem: load(file) for file in tls.glob("*.crt")}
    authority, of_proxy = shown.pop("ca"), shown.pop("proxy-ca")
    # Who may speak for others is known by an authority that signs nobody else.
    shown.pop(PROXY).verify_directly_issued_by(of_proxy)
    for certificate in shown.values():
        certificate.verify_directly_issued_by(authority)
    assert shown["kubelet-client"].subject.rfc4514_string() == f"CN=system:node:{NAME},O=system:nodes"
    names = read_names(shown["kube-apiserver"])
    addresses = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    assert {node.address, API_SERVICE} <= addresses
    assert "kubernetes.default.svc" in names.get_values_for_type(x509.DNSName)
    assert {file.stat().st_mode & 0o077 for file in tls.glob("*.key")} == {0}


def read_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def load(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())
