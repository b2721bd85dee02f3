"""What is looked at of the door of production: TLS, headers, what is refused."""

import http.client
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
HEADERS = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
_VERSIONS = (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
_TIMEOUT_S = 10


class Door(NamedTuple):
    """What was seen of the door.

    Attributes:
        versions: versions of TLS in which it speaks.
        headers: of an answer by TLS.
        plain: status of a request without TLS.
        metrics: status of a request for the service's metrics.
        unsigned: whether somebody was let in who gave no key.
    """

    versions: tuple[str, ...]
    headers: dict[str, str]
    plain: int
    metrics: int
    unsigned: int


def make_certificate(folder: Path) -> ssl.SSLContext:
    """Make a certificate for this machine, valid for a day, as `tls.crt` and `tls.key`.

    Args:
        folder: Gets both.

    Returns:
        What trusts it and nothing else.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address(HOST))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return ssl.create_default_context(cafile=folder / "tls.crt")


def look_at_door(port: int, trust: ssl.SSLContext) -> Door:
    """Knock in every way.

    Args:
        port: of the door, on this machine.
        trust: what trusts its certificate.
    """
    live, headers = _ask(
        http.client.HTTPSConnection(HOST, port, timeout=_TIMEOUT_S, context=trust), "/health/live"
    )
    if live != http.client.OK:
        headers = {}
    return Door(
        versions=tuple(version.name for version in _VERSIONS if _speaks(port, version)),
        headers=headers,
        plain=_ask(http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_S), "/health/live")[0],
        metrics=_ask(http.client.HTTPSConnection(HOST, port, timeout=_TIMEOUT_S, context=trust), "/metrics")[
            0
        ],
        unsigned=_ask(
            http.client.HTTPSConnection(HOST, port, timeout=_TIMEOUT_S, context=trust), "/v1/models"
        )[0],
    )


def list_door_faults(door: Door) -> list[str]:
    """Say what is not as it has to be; nothing if all is well."""
    faults = [
        f"header {name} is {door.headers.get(name)!r}, not {wanted!r}"
        for name, wanted in HEADERS.items()
        if door.headers.get(name) != wanted
    ]
    for name, found, expected in (
        ("TLS", door.versions, ("TLSv1_2", "TLSv1_3")),
        ("a request without TLS", door.plain, 400),
        ("a request for the metrics", door.metrics, 404),
        ("a request without a key", door.unsigned, 401),
    ):
        if found != expected:
            faults.append(f"{name}: {found}, not {expected}")
    if "nginx/" in door.headers.get("server", ""):
        faults.append(f"the server tells its version: {door.headers['server']}")
    return faults


def _ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, dict[str, str]]:
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def _speaks(port: int, version: ssl.TLSVersion) -> bool:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # So that an old version is refused by the other side, not by this one.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    connection = http.client.HTTPSConnection(HOST, port, timeout=_TIMEOUT_S, context=context)
    try:
        connection.connect()
    except ssl.SSLError as error:
        if "ALERT_PROTOCOL_VERSION" in (error.reason or ""):
            return False
        raise
    finally:
        connection.close()
    return True
